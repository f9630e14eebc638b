import { eventsCsv, historyCsv } from '../engine/telemetry/csv.ts';
import { type EventKind, type EventRecord, NO_CAUSE } from '../engine/telemetry/events.ts';
import { MOST_EXPORTED, perfettoTrace } from '../engine/telemetry/perfetto.ts';
import type { Simulation } from '../engine/types.ts';
import type { Calls, ExportKind } from './protocol.ts';

const MAX_EVENTS = 1000;
const MAX_CAUSES = 4000;

/** Kinds whose argument a is another life. */
const TWO_LIVES: ReadonlySet<EventKind> = new Set<EventKind>([
  'pageAdopted',
  'superslabAdopted',
  'adoptionBlocked',
  'pageEnqueued',
]);

/** Events of a range, newest kept when there are too many. */
export function eventsOf(sim: Simulation, range: Calls['events'][0]): EventRecord[] {
  const kinds = range.kinds ? new Set<EventKind>(range.kinds) : undefined;
  const found: EventRecord[] = [];
  // Newest first, so that a cut list keeps what is nearest to now.
  for (let seq = Math.min(range.last, sim.events.next) - 1; seq >= range.first; seq--) {
    const event = sim.events.get(seq);
    if (event === undefined) break;
    if (kinds && !kinds.has(event.kind)) continue;
    const two = TWO_LIVES.has(event.kind);
    found.push({
      ...event,
      chain: event.life >= 0 ? sim.chainOf(event.life) : 0,
      other: two && event.a >= 0 ? sim.chainOf(event.a) : -1,
    });
    if (found.length >= Math.min(MAX_EVENTS, range.most ?? MAX_EVENTS)) break;
  }
  return found.reverse();
}

/** The chain of causes that ends in an event, oldest first. */
export function causesOf(sim: Simulation, seq: number): EventRecord[] {
  const chain: EventRecord[] = [];
  let event = sim.events.get(seq);
  while (event !== undefined && chain.length < MAX_CAUSES) {
    chain.push(event);
    event = event.cause === NO_CAUSE ? undefined : sim.events.get(event.cause);
  }
  return chain.reverse();
}

/** What is kept of a run, as the text of a file. */
export function exportOf(sim: Simulation, as: ExportKind, name: string): Calls['exportText'][1] {
  const { first, next } = sim.events;
  const most = as === 'perfetto' ? MOST_EXPORTED : Infinity;
  return { text: textOf(sim, as, name), events: Math.min(next - first, most), all: next };
}

function textOf(sim: Simulation, as: ExportKind, name: string): string {
  switch (as) {
    case 'perfetto':
      return perfettoTrace(sim, name);
    case 'history':
      return historyCsv(sim);
    case 'events':
      return eventsCsv(sim);
  }
}
