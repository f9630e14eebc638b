import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from './knobs/index.ts';
import type { Edit } from './recipe.ts';
import { Reel, reelOf } from './reel.ts';
import { createSimulation } from './simulation.ts';
import type { StageBeat, StageReel, StageSpan } from './stage.ts';
import { C, type CounterName } from './telemetry/counters.ts';
import type { EventRecord } from './telemetry/events.ts';
import { runTo, Timeline } from './timeline.ts';
import { BLOCK_STATES, type Simulation } from './types.ts';

/** Small heaps in which threads die after a few operations, under every way to treat what they leave. */
const CASES: readonly (readonly [string, Partial<KnobValues>])[] = [
  ['tiny as shipped', {}],
  ['tiny under costs', { timeBase: 'costs', schedule: 'own', threadEnd: 'detach', cores: 1 }],
  ['tiny adopting', { orphanPolicy: 'adopt' }],
  ['tiny trimming', { decOnRemote: true, trimSS: true, trimIntervalMs: 1 }],
  ['tiny at its limit', { maxMapCount: 60, baseMaps: 30 }],
  ['mf2 by pairs', { model: 'mf2', workload: 'pair' }],
  ['mf2 by Larson', { model: 'mf2', timeBase: 'costs', minSize: 4096, maxSize: 30_000 }],
  ['first fit', { model: 'firstfit', timeBase: 'costs' }],
];
const LARSON = { threads: 2, chunks: 12, rounds: 1 } as const;
const knobsOf = (more: Partial<KnobValues>): KnobValues =>
  resolveKnobs(more.workload === undefined ? { ...LARSON, ...more } : more);

const OPS = 60;
/** Stepped back from the end: deaths are every twelve. */
const BACK = 8;
const FEW = { eventCapacity: 4096 } as const;
const EDITS: readonly Edit[] = [{ op: 40, lane: 0, act: 'kill', subject: 2, amount: 0 }];
/** A run at operation OPS, and its reels. */
function filmed(more: Partial<KnobValues>, edits: readonly Edit[] = []) {
  const knobs = knobsOf(more);
  const run = createSimulation(knobs, FEW);
  const start = createSimulation(knobs, FEW);
  const timeline = new Timeline(edits);
  runTo(run, timeline, OPS);
  // The operation that ends a run is not counted.
  if (run.op < OPS) run.advance(1);
  const replica = createSimulation(knobs, FEW);
  const to = run.status === 'running' ? OPS : run.op + 1;
  return { run, start, timeline, to, replica, reel: new Reel(replica, timeline) };
}
const all = (sim: Simulation, from: number): EventRecord[] => {
  const found: EventRecord[] = [];
  for (let seq = from; seq < sim.events.next; seq++) {
    const event = sim.events.get(seq);
    if (event) found.push(event);
  }
  return found;
};
/** Movements as counters count them. */
const COUNTED = {
  mallocs: ({ act, runtime }) => (act === 'malloc' || act === 'realloc') && !runtime,
  remoteFrees: ({ act, runtime, remote }) => act !== 'none' && !runtime && remote,
  localFrees: ({ act, runtime, remote, from }) =>
    (act === 'free' || act === 'realloc') && !runtime && !remote && from !== undefined,
  runtimeMallocs: ({ act, runtime }) => act === 'malloc' && runtime,
} satisfies Partial<Record<CounterName, (beat: StageBeat) => boolean>>;

/** The spans of a stage after some movements. */
function after(spans: readonly StageSpan[], beats: readonly StageBeat[]): StageSpan[] {
  const now = new Map(spans.map((span) => [span.row, span]));
  for (const beat of beats) {
    for (const row of beat.gone) now.delete(row);
    for (const span of beat.spans) now.set(span.row, span);
  }
  return [...now.values()].sort((a, b) => a.row - b.row);
}

describe.each(CASES)('the movements of %s', (_, more) => {
  it('are the events of the run and what it counted, one for one', () => {
    const { run, start, to, replica, reel } = filmed(more, EDITS);
    const { beats, seq, op } = reelOf(reel, { from: 0, to, whole: true });
    expect(op).toBe(run.op);
    expect(seq).toBe(start.events.next);
    expect(beats.flatMap(({ events }) => events)).toEqual(all(run, seq));
    const counters = run.readCounters();
    for (const [counter, is] of Object.entries(COUNTED)) {
      const name = counter as keyof typeof COUNTED;
      expect([name, beats.filter(is).length]).toEqual([
        name,
        counters[C[name]] - start.counters[C[name]],
      ]);
    }
    // A run that is watched is the run that is not.
    expect(replica.digest()).toBe(run.digest());
  });

  it('lead from one stage to the other, each block from where it was to where it is', () => {
    const { to, reel } = filmed(more);
    const { scene, beats } = reelOf(reel, { from: 10, to, whole: true });
    const later = reelOf(reel, { from: to, to, whole: true }).scene;
    // A full stage leaves out its oldest.
    if (later?.more === 0) expect(after(scene?.spans ?? [], beats)).toEqual(later.spans);
    let seen = 0;
    for (const { act, to: place, from, slot, spans, remote } of beats) {
      const cellOf = (row: number, block: number): number[] =>
        spans
          .filter((span) => span.row === row)
          .map(({ cells, cellSlots, cellStates }) => {
            const i = cells.indexOf(block);
            return act === 'free' ? cellStates[i] : cellSlots[i];
          });
      if (place && act === 'malloc' && slot < 1e6) {
        const [held] = cellOf(place.row, place.block);
        expect([slot, -2]).toContain(held);
        seen++;
      }
      if (from && act === 'free' && more.model !== 'firstfit') {
        const wanted = BLOCK_STATES.indexOf(remote ? 'queued' : 'free');
        expect(cellOf(from.row, from.block)).toEqual([wanted]);
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(30);
  });

  it('are the same stretch by stretch, after a jump, and backwards', () => {
    const { run, to, timeline, reel } = filmed(more, EDITS);
    const told = (found: StageReel): readonly StageBeat[] => found.beats;
    const whole = told(reelOf(reel, { from: 0, to, whole: false }));
    const steps = Array.from({ length: to }, (__, op) =>
      told(reelOf(reel, { from: op, to: op + 1, whole: false })),
    );
    expect(steps.flat()).toEqual(whole);
    const fresh = new Reel(createSimulation(run.knobs, FEW), timeline);
    const backwards = Array.from({ length: BACK }, (__, i) =>
      told(reelOf(fresh, { from: to - 1 - i, to: to - i, whole: false })),
    );
    expect(backwards.reverse().flat()).toEqual(steps.slice(-BACK).flat());
  });
});

describe('a reel', () => {
  it('is of another future once an edit was made', () => {
    const { run, timeline, reel } = filmed({});
    const before = reelOf(reel, { from: OPS - 10, to: OPS, whole: true });
    const edit: Edit = { op: OPS, lane: 0, act: 'kill', subject: 1, amount: 0 };
    timeline.edit(run, [edit]);
    runTo(run, timeline, OPS + 5);
    const { beats, seq } = reelOf(reel, { from: OPS, to: OPS + 5, whole: false });
    expect(seq).toBeGreaterThan(before.beats.at(-1)?.seq ?? Number.POSITIVE_INFINITY);
    expect(beats.flatMap(({ events }) => events)).toEqual(all(run, seq));
  });

  it('shows what stops the show: the mapping that is refused, in the operation that ends the run', () => {
    const { run, to, reel } = filmed({ maxMapCount: 60, baseMaps: 30 });
    expect(run.status).toBe('oom');
    const { beats } = reelOf(reel, { from: to - 1, to, whole: false });
    const kinds = beats.flatMap(({ events }) => events.map(({ kind }) => kind));
    expect(kinds).toContain('mapRefused');
    expect(kinds.at(-1)).toBe('runEnded');
  });
});
