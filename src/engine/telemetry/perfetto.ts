import { modelDef } from '../allocators/index.ts';
import type { Simulation } from '../types.ts';
import { C } from './counters.ts';
import type { EventKind, EventRecord } from './events.ts';
import { S, SERIES_COUNT } from './series.ts';

/** Events that one export holds at most; the newest are kept (definitions.md). */
export const MOST_EXPORTED = 300_000;
const PID = 1;
/** Length of a slice that stands for an instant, µs; instants cannot carry flows. */
const SLICE_US = 0.001;
/** Kinds that the whole process shares: marks instead of slices of a thread. */
const PROCESS: ReadonlySet<EventKind> = new Set<EventKind>([
  'trim',
  'backgroundDrain',
  'oom',
  'runEnded',
  'knobChanged',
  'intervened',
  'mapRefused',
]);

interface Slice {
  readonly ts: number;
  readonly name: string;
  readonly cat: string;
  readonly args: Readonly<Record<string, unknown>>;
  flowOut?: string;
  flowIn?: string;
}

/**
 * Events and history of a run as Chrome trace JSON, for ui.perfetto.dev and chrome://tracing. One track
 * per life, arrows for adoptions and from the first remote free of a queue to the drain that empties it,
 * counter tracks from the history. The rules it keeps: thread ids are unique and above 0, slices of a
 * track nest, every flow has exactly one start and one end, which is not before it. What the log no longer
 * holds is missing; `otherData` says how much.
 */
export function perfettoTrace(sim: Simulation, name: string): string {
  const tracks = new Map<number, Slice[]>();
  const spans = new Map<number, { from: number; to: number | undefined }>();
  const marks: object[] = [];
  const { events } = sim;
  const first = Math.max(events.first, events.next - MOST_EXPORTED);
  let flow = 0;
  let earliest = Infinity;
  let latest = 0;
  const push = (life: number, slice: Slice): Slice => {
    const track = tracks.get(life) ?? [];
    track.push(slice);
    tracks.set(life, track);
    return slice;
  };
  /** Remote queues that wait for a drain: the slice of the free that began each. */
  const waiting = new Map<string, Slice>();
  for (let seq = first; seq < events.next; seq++) {
    const event = events.get(seq);
    if (!event) continue;
    const ts = event.ns / 1000;
    earliest = Math.min(earliest, ts);
    latest = Math.max(latest, ts);
    if (PROCESS.has(event.kind)) {
      marks.push({ ph: 'i', s: 'p', pid: PID, tid: 1, ts, name: event.kind, args: argsOf(event) });
      continue;
    }
    if (event.kind === 'threadStart') {
      spans.set(event.subject, { from: ts, to: undefined });
      continue;
    }
    if (event.kind === 'threadExit') {
      const span = spans.get(event.subject);
      spans.set(event.subject, { from: span?.from ?? ts, to: ts });
      continue;
    }
    if (event.life < 0 || event.life > sim.lastLife) continue;
    const slice = push(event.life, {
      ts,
      name: `${event.kind} ${event.subject}`,
      cat: event.kind,
      args: argsOf(event),
    });
    const queue = `${event.subject}.${event.kind === 'pageEnqueued' ? 0 : event.a}`;
    if (event.kind === 'remoteEdge' || event.kind === 'pageEnqueued') waiting.set(queue, slice);
    else if (event.kind === 'drained') {
      const start = waiting.get(queue);
      waiting.delete(queue);
      // Under the shared schedule clocks run apart, and an arrow cannot point back in time.
      if (start && start.flowOut === undefined && start.ts <= ts) {
        start.flowOut = hex(++flow);
        slice.flowIn = hex(flow);
      }
    } else if (
      (event.kind === 'pageAdopted' || event.kind === 'superslabAdopted') &&
      event.a >= 0 &&
      event.a !== event.life
    ) {
      const lost = push(event.a, {
        ts,
        name: `loses ${event.subject}`,
        cat: 'loss',
        args: { to: event.life },
      });
      lost.flowOut = hex(++flow);
      slice.flowIn = hex(flow);
    }
  }
  const out: object[] = [
    { ph: 'M', pid: PID, name: 'process_name', args: { name: `Slabscope: ${name}` } },
  ];
  const lives = new Set([...tracks.keys(), ...spans.keys()]);
  for (const life of [...lives].sort((a, b) => a - b)) {
    const tid = life + 1;
    const label = life === 0 ? 'main' : `life ${life}, chain ${sim.chainOf(life)}`;
    out.push({ ph: 'M', pid: PID, tid, name: 'thread_name', args: { name: label } });
    const slices = (tracks.get(life) ?? []).sort((a, b) => a.ts - b.ts);
    const span = spans.get(life);
    const from = Math.min(span?.from ?? earliest, slices[0]?.ts ?? Infinity);
    const end = Math.max(span?.to ?? latest, (slices.at(-1)?.ts ?? 0) + SLICE_US);
    if (Number.isFinite(from))
      out.push({ ph: 'X', pid: PID, tid, ts: from, dur: end - from, cat: 'life', name: label });
    slices.forEach((slice, i) => {
      // Slices at one instant are equal intervals, which nest; others end where the next begins.
      let next = i + 1;
      while (next < slices.length && slices[next].ts === slice.ts) next++;
      const room = next < slices.length ? slices[next].ts - slice.ts : SLICE_US;
      const { flowOut, flowIn, ...rest } = slice;
      out.push({
        ph: 'X',
        pid: PID,
        tid,
        dur: Math.min(SLICE_US, room),
        ...rest,
        ...(flowOut === undefined ? {} : { bind_id: flowOut, flow_out: true }),
        ...(flowIn === undefined ? {} : { bind_id: flowIn, flow_in: true }),
      });
    });
  }
  out.push(...marks, ...counters(sim));
  const otherData = { events: events.next, exported: events.next - first };
  return `{"displayTimeUnit":"ns","otherData":${JSON.stringify(otherData)},"traceEvents":[\n${out.map((entry) => JSON.stringify(entry)).join(',\n')}\n]}\n`;
}

const hex = (id: number): string => `0x${id.toString(16)}`;
const argsOf = ({ seq, op, subject, a, b, cause }: EventRecord): Record<string, number> => ({
  seq,
  op,
  subject,
  a,
  b,
  cause,
});

/** Counter tracks from the history. */
function counters(sim: Simulation): object[] {
  const out: object[] = [];
  const { rows, length } = sim.history;
  const nouns = modelDef(sim.model).noun.many;
  for (let i = 0; i < length; i++) {
    const at = i * SERIES_COUNT;
    const ts = rows[at + S.ns] / 1000;
    const add = (label: string, value: number): void => {
      out.push({ ph: 'C', pid: PID, ts, name: label, args: { value } });
    };
    add(nouns, rows[at + S.superslabs]);
    add('resident bytes', rows[at + S.resident]);
    add('queued blocks', rows[at + S.queued]);
    if (sim.counters[C.adoptions] > 0) add('adoptions', rows[at + S.adoptions]);
  }
  return out;
}
