import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEEP } from '../base/testing/fuzz.ts';
import { MODEL_IDS } from '../engine/allocators/index.ts';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { PROGRAM_IDS } from '../engine/programs/index.ts';
import { small } from '../engine/programs/testing/settings.ts';
import type { TraceEvents } from '../engine/programs/trace/events.ts';
import { provideTrace } from '../engine/programs/trace/plan.ts';
import { recorderTo } from '../engine/run/recorder.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C } from '../engine/telemetry/counters.ts';
import { memoryReplayText, Recording } from './recording.ts';
import { fixture, readAll } from './testing/read.ts';

function record(knobs: Partial<KnobValues>, ops: number) {
  const recording = new Recording();
  const run = createSimulation(resolveKnobs(knobs), {
    recorder: recorderTo(recording),
    eventCapacity: 64,
  });
  run.advance(ops);
  const running = run.listThreads().flatMap((one) => (one.running ? [one.life] : []));
  const events = recording.finish((life) => life !== 0 && !running.includes(life));
  return { run, events };
}

/** The trace as text, read again. */
function readAgain(events: TraceEvents): TraceEvents {
  const read = readAll([...memoryReplayText(events)].join(''));
  if (!read.ok) throw new Error(read.error.message);
  expect(read.value.process.counts).toMatchObject({ unknown: 0, implicit: 0 });
  return read.value.process.events;
}

function runOf(events: TraceEvents, knobs: Partial<KnobValues>) {
  const plan = provideTrace(events, events.digest());
  if (!plan.ok) throw new Error(plan.error.message);
  return { ...knobs, workload: 'trace', trace: plan.value.digest, seconds: 3600 } as const;
}

describe('the calls of a run', () => {
  it.each(PROGRAM_IDS)(
    'of %s, written and read again, are the same trace, and change nothing',
    (workload) => {
      fc.assert(
        fc.property(small, fc.constantFrom(...MODEL_IDS), (settings, model) => {
          const knobs = { ...settings, workload, model };
          const { run, events } = record(knobs, 150);
          const plain = createSimulation(resolveKnobs(knobs), { eventCapacity: 64 });
          plain.advance(150);
          expect(run.digest()).toBe(plain.digest());
          if (events.count > 0) expect(readAgain(events).digest()).toBe(events.digest());
        }),
        { numRuns: DEEP ? 40 : 3 },
      );
    },
  );

  it('of a trace are the trace', () => {
    for (const name of ['pigz', 'redis-lazyfree-head']) {
      const read = readAll(fixture(`${name}.txt.gz`), { stretch: { skip: 0, take: 3000 } });
      if (!read.ok) throw new Error(read.error.message);
      const { events } = read.value.process;
      const { run, events: again } = record(runOf(events, { model: 'mf2' }), 1e6);
      expect(run.op).toBe(events.count);
      expect(again.digest()).toBe(events.digest());
      expect(readAgain(again).digest()).toBe(events.digest());
    }
  });

  it.each(MODEL_IDS)(
    'of Larson, run as a trace on %s, are the same calls and end with as many blocks',
    (model) => {
      const knobs = { model, threads: 3, chunks: 50, dtvBytes: 0 } as const;
      const { run, events } = record(knobs, 2000);
      const again = record(runOf(events, { model, dtvBytes: 0 }), 1e9);
      expect(again.events.digest()).toBe(events.digest());
      expect(again.run.audit()).toEqual([]);
      expect(again.run.readCounters()[C.liveBlocks]).toBe(run.readCounters()[C.liveBlocks]);
    },
  );
});
