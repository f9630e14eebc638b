import { gunzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { DEEP } from '../base/testing/fuzz.ts';
import { MODEL_IDS } from '../engine/allocators/index.ts';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { provideTrace } from '../engine/programs/trace/plan.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C } from '../engine/telemetry/counters.ts';
import { WHOLE } from './reader.ts';
import { fixture, readAll } from './testing/read.ts';

/** Knobs that run a trace, which is read and kept. */
function knobsFor(bytes: Uint8Array | string, stretch = WHOLE): Partial<KnobValues> {
  const read = readAll(bytes, { stretch });
  if (!read.ok) throw new Error(read.error.message);
  const { events } = read.value.process;
  const plan = provideTrace(events, events.digest());
  if (!plan.ok) throw new Error(plan.error.message);
  return { workload: 'trace', trace: `${plan.value.digest} t`, seconds: 3600 };
}
const start = (knobs: Partial<KnobValues>) =>
  createSimulation(resolveKnobs(knobs), { eventCapacity: 1024 });
const counter = (run: ReturnType<typeof start>, name: keyof typeof C): number =>
  run.readCounters()[C[name]];

/** As much of a trace as is run on every model; all of it with `--deep`. */
const PART = DEEP ? WHOLE : { skip: 0, take: 2500 };
const RECORDED = ['pigz', 'redis-lazyfree-head', 'ripgrep-head', 'larson-small-head'];

describe.each(MODEL_IDS)('recorded traces on %s', (model) => {
  it.each(RECORDED)('%s: every audit is clean, and all calls are made', (name) => {
    const bytes = fixture(`${name}.txt.gz`);
    const read = readAll(bytes, { stretch: PART });
    if (!read.ok) throw new Error(read.error.message);
    const { counts, events } = read.value.process;
    const run = start({ ...knobsFor(bytes, PART), model, dtvBytes: 0 });
    while (run.status === 'running') {
      expect(run.audit()).toEqual([]);
      if (run.advance(1000).ops === 0) break;
    }
    expect(run.audit()).toEqual([]);
    expect([run.status, run.endedBy, run.op]).toEqual(['finished', 'chainsEnded', events.count]);
    expect(counter(run, 'threadLives')).toBe(counts.lives);
  });

  it('is the same whether it is run in one go, in slices, or gone back to', () => {
    const knobs = { ...knobsFor(fixture('larson-small-head.txt.gz')), model };
    const straight = start(knobs);
    straight.advance(3500);
    const sliced = start(knobs);
    let saved = sliced.snapshot();
    for (let at = 0; at < 3500; at += 350) {
      if (at === 2100) saved = sliced.snapshot();
      sliced.advance(350);
    }
    expect(sliced.digest()).toBe(straight.digest());
    sliced.restore(saved);
    sliced.advance(3500 - sliced.op);
    expect(sliced.digest()).toBe(straight.digest());
  });
});

describe('a trace as a program', () => {
  it('gives the same digest from plain, gzip and zip, and twice', () => {
    const zipped = fixture('pigz.txt.gz');
    const plain = gunzipSync(zipped);
    const digests = [zipped, plain, zipSync({ 't.txt': plain }), zipped].map((bytes) => {
      const run = start(knobsFor(bytes));
      run.advance(5000);
      return run.digest();
    });
    expect(new Set(digests).size).toBe(1);
  });

  it('frees remotely what the trace frees remotely', () => {
    const bytes = fixture('pigz.txt.gz');
    const run = start({ ...knobsFor(bytes), dtvBytes: 0, model: 'mf2' });
    run.advance(1e6);
    const read = readAll(bytes);
    if (!read.ok) throw new Error(read.error.message);
    const { frees } = read.value.process.counts;
    expect(counter(run, 'localFrees') + counter(run, 'remoteFrees')).toBeLessThanOrEqual(frees);
    expect(counter(run, 'remoteFrees') / frees).toBeGreaterThan(0.9);
  });

  it('begins a stretch with what is live then', () => {
    const bytes = fixture('redis-lazyfree-head.txt.gz');
    const run = start(knobsFor(bytes, { skip: 3000, take: 2000 }));
    run.advance(1e6);
    expect(run.op).toBe(2000);
    expect(run.audit()).toEqual([]);
  });

  it('outlives the death of a thread: who lives frees what it was to free', () => {
    const knobs = { ...knobsFor(fixture('pigz.txt.gz')), model: 'firstfit' } as const;
    const run = start(knobs);
    run.advance(2000);
    const [, victim] = run.listThreads().filter(({ running }) => running);
    run.act({ act: 'kill', subject: victim.chain, amount: 0 });
    run.advance(1e6);
    expect(run.status).toBe('finished');
    expect(run.audit()).toEqual([]);
  });

  it('has more threads at a time than a run, and says so', () => {
    const lines = (ended: boolean) =>
      Array.from({ length: 200 }, (_, i) => `${i}: malloc 0x${(i + 1).toString(16)}0 8\n`).join(
        '',
      ) +
      (ended
        ? ''
        : Array.from({ length: 200 }, (_, i) => `${i}: free 0x${(i + 1).toString(16)}0\n`).join(
            '',
          ));
    // Threads that call once may end then; threads that call again must be there.
    const run = start(knobsFor(lines(true)));
    run.advance(1e6);
    expect([run.status, run.op]).toEqual(['finished', 200]);
    const read = readAll(lines(false));
    if (!read.ok) throw new Error(read.error.message);
    const plan = provideTrace(read.value.process.events, '0'.repeat(16));
    expect(plan.ok ? undefined : plan.error.message).toContain('More than 127 threads');
  });
});
