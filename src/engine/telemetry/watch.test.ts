import { expect, it } from 'vitest';
import { resolveKnobs } from '../knobs/index.ts';
import { createSimulation } from '../simulation.ts';
import { EV, EVENT_KIND_COUNT, EVENT_KINDS, EventLog, setOfKinds } from './events.ts';

const SMALL = { eventCapacity: 256 };

it('stops right after the operation in which a watched event happens', () => {
  const sim = createSimulation(resolveKnobs({ chunks: 32 }), SMALL);
  const watch = setOfKinds(['superslabMapped']);
  for (let i = 0; i < 40; i++) {
    const before = sim.events.totals[EV.superslabMapped];
    const { hit } = sim.advance(1e6, watch);
    expect(hit).toBe(true);
    expect(sim.events.totals[EV.superslabMapped]).toBeGreaterThan(before);
    const last = sim.events.get(sim.events.next - 1);
    expect(last?.op).toBeLessThanOrEqual(sim.op);
  }
  expect(sim.audit()).toEqual([]);
});

it('holds any set of kinds, those beyond a word included', () => {
  const log = new EventLog(16);
  const happens = (kind: number): boolean => {
    log.hit = false;
    log.add(kind, 0, 0, 0, 0, 0, 0, -1);
    return log.hit;
  };
  // Kinds that there may be one day, too: a number holds a set of 53.
  for (let kind = 0; kind < 53; kind++) {
    log.watch = 2 ** kind;
    const stops = Array.from({ length: 53 }, (_, other) => happens(other));
    expect(stops.indexOf(true)).toBe(kind);
    expect(stops.lastIndexOf(true)).toBe(kind);
  }
  log.watch = setOfKinds(EVENT_KINDS);
  for (let kind = 0; kind < EVENT_KIND_COUNT; kind++) expect(happens(kind)).toBe(true);
  expect(setOfKinds(['oom', 'oom'])).toBe(2 ** EV.oom);
});
