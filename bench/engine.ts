import { type KnobValues, resolveKnobs } from '../src/engine/knobs/index.ts';
import { LRAN2_STATE, lran2, lran2Init } from '../src/engine/programs/larson/lran2.ts';
import type { Run } from '../src/engine/run/run.ts';
import { createSimulation } from '../src/engine/simulation.ts';
import { runTo, seek, TIMELINE_BYTES, Timeline } from '../src/engine/timeline.ts';
import { frameBytes } from '../src/worker/frame.ts';
import { shapeOf, writeFrame } from '../src/worker/frame-writer.ts';
import type { Figure } from './main.ts';

const RUNS = 5;
const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Milliseconds of `work`, the median of several runs after one that does not count. */
function timed(work: () => void): number {
  work();
  return median(
    Array.from({ length: RUNS }, () => {
      const from = performance.now();
      work();
      return performance.now() - from;
    }),
  );
}

/** Nanoseconds of one operation at a given size of the heap: a steady run that stays at that size. */
function steadyCost(sim: Run): number {
  const ops = 2_000_000;
  return (timed(() => sim.advance(ops)) / ops) * 1e6;
}

const make = (knobs: Partial<KnobValues>): Run =>
  createSimulation(
    resolveKnobs({ maxMapCount: 1_000_000, physLimitGiB: 256, seconds: 3600, ...knobs }),
  );

/** The machine's own speed: Larson's generator alone, four draws of it an operation of this baseline. */
function generatorNs(): number {
  const state = new Int32Array(LRAN2_STATE);
  lran2Init(state, 0, 1);
  const draws = 8_000_000;
  let sum = 0;
  const ms = timed(() => {
    for (let i = 0; i < draws; i++) sum += lran2(state, 0);
  });
  return sum < 0 ? 0 : (ms / draws) * 2 * 1e6;
}

/** Seeks over the larson-oom run, in a fixed shuffled order: median and worst, ms, and bytes of keyframes. */
function seekFigures(): Figure[] {
  const sim = createSimulation(resolveKnobs({}));
  const timeline = new Timeline([]);
  runTo(sim, timeline, 8_400_000);
  const places = Array.from({ length: 60 }, (_, i) => ((i * 37 + 11) % 60) * 139_000);
  const spent = places.map((op) => {
    const from = performance.now();
    seek(sim, timeline, op);
    return performance.now() - from;
  });
  const worst = Math.max(...spent);
  return [
    {
      name: 'seek on the larson-oom run, median',
      value: median(spent),
      unit: 'ms',
      goal: { value: 150, better: 'less' },
    },
    {
      name: 'seek on the larson-oom run, worst',
      value: worst,
      unit: 'ms',
      goal: { value: 1000, better: 'less' },
    },
    { name: 'bytes of its keyframes', value: timeline.keptBytes / 2 ** 20, unit: 'MiB' },
  ];
}

const LONG = 100_000_000;

/** A run of 10^8 operations with its keyframes: memory stays within the budget, and seeking stays possible. */
function longFigures(): Figure[] {
  const sim = make({ orphanPolicy: 'adopt' });
  const timeline = new Timeline([]);
  const from = performance.now();
  runTo(sim, timeline, LONG);
  const run = performance.now() - from;
  const spent = Array.from({ length: 9 }, (_, i) => {
    const began = performance.now();
    seek(sim, timeline, ((i * 4 + 3) % 9) * (LONG / 9));
    return performance.now() - began;
  });
  return [
    { name: 'a run of 10^8 operations, keyframes included', value: run / 1000, unit: 's' },
    {
      name: 'bytes of its keyframes',
      value: timeline.keptBytes / 2 ** 20,
      unit: 'MiB',
      goal: { value: TIMELINE_BYTES / 2 ** 20, better: 'less' },
    },
    { name: 'seek in it, median', value: median(spent), unit: 'ms' },
  ];
}

/** Building frames of a large run: with all rows read, as for a model without marks, then with the changed ones. */
function frameFigures(large: Run): Figure[] {
  const context = { generation: 1, playing: true, simOpsPerSecond: 0 };
  let buffer = new ArrayBuffer(Math.ceil(frameBytes(shapeOf(large)) * 1.2));
  const frameAfter = (before: () => void): number =>
    median(
      Array.from({ length: 41 }, () => {
        before();
        const from = performance.now();
        buffer = writeFrame(buffer, large, context);
        return performance.now() - from;
      }),
    );
  const all = frameAfter(() => {
    large.advance(100_000);
    large.rowsShown.forget();
  });
  const running = frameAfter(() => large.advance(100_000));
  const resting = frameAfter(() => undefined);
  const name = 'building a frame at 49 k SuperSlabs';
  return [
    { name: `${name}, all rows read`, value: all, unit: 'ms' },
    { name: `${name}, while running`, value: running, unit: 'ms' },
    { name: `${name}, at rest`, value: resting, unit: 'ms' },
    {
      name: 'a frame while running against one with all rows read',
      value: running / all,
      unit: 'ratio',
      goal: { value: 0.2, better: 'less' },
    },
    { name: 'size of that frame', value: frameBytes(shapeOf(large)) / 2 ** 20, unit: 'MiB' },
  ];
}

/** The engine in Node: operations per second, memory, frames. */
export function engineFigures(): Figure[] {
  const small = make({ orphanPolicy: 'adopt' });
  small.advance(500_000);
  const atSmall = steadyCost(small);
  // Grown to 49 k SuperSlabs, then adoption keeps the count while lives go on.
  const large = make({});
  large.advance(8_380_000);
  const growing = timed(() => {
    make({}).advance(2_000_000);
  });
  large.setKnob('orphanPolicy', 'adopt');
  const atLarge = steadyCost(large);
  let oomBytes = 0;
  const oom = timed(() => {
    const sim = createSimulation(resolveKnobs({}));
    sim.advance(1e10);
    oomBytes = sim.stateBytes;
  });
  const generator = generatorNs();
  return [
    {
      name: 'Larson’s generator alone, two draws (baseline of this machine)',
      value: generator,
      unit: 'ns',
    },
    {
      name: 'engine in Node, ~30 SuperSlabs, adoption',
      value: 1e3 / atSmall,
      unit: 'M ops/s',
      goal: { value: 40, better: 'more' },
    },
    {
      name: 'engine in Node, ~49 k SuperSlabs, adoption',
      value: 1e3 / atLarge,
      unit: 'M ops/s',
      goal: { value: 40, better: 'more' },
    },
    {
      name: 'engine in Node, growing by six SuperSlabs a life',
      value: 2e3 / growing,
      unit: 'M ops/s',
    },
    {
      name: 'cost of an operation at 49 k against ~30 SuperSlabs',
      value: atLarge / atSmall,
      unit: 'ratio',
      goal: { value: 1.25, better: 'less' },
    },
    {
      name: 'cost of an operation against the generator alone',
      value: atSmall / generator,
      unit: 'ratio',
    },
    {
      name: 'whole larson-oom run in Node',
      value: oom / 1000,
      unit: 's',
      goal: { value: 0.5, better: 'less' },
    },
    {
      name: 'engine bytes at the end of larson-oom',
      value: oomBytes / 2 ** 20,
      unit: 'MiB',
      goal: { value: 64, better: 'less' },
    },
    ...frameFigures(large),
    ...seekFigures(),
    ...longFigures(),
  ];
}
