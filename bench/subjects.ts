import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type KnobValues, resolveKnobs } from '../src/engine/knobs/index.ts';
import { presetById, variantKnobs } from '../src/engine/presets.ts';
import { LRAN2_STATE, lran2, lran2Init } from '../src/engine/programs/larson/lran2.ts';
import type { Run } from '../src/engine/run/run.ts';
import { createSimulation } from '../src/engine/simulation.ts';
import { frameBytes } from '../src/worker/frame.ts';
import { shapeOf, writeFrame } from '../src/worker/frame-writer.ts';

/** What the bench holds against a yardstick. */
export interface Subject {
  readonly name: string;
  /** Makes ready, outside what is measured. @returns work of about a tenth of a second, which says how many operations it was */
  readonly prepare: () => () => number;
  /** CPU nanoseconds of one operation of what it is held against; undefined: Larson's generator. */
  readonly yardstick?: () => number;
  /** Only to be read: what it is held against depends on what else the machine does. */
  readonly notKept?: true;
}

/** CPU nanoseconds of an operation of `work`; the threads of Node that compile and collect count, too. */
export function cpuNs(work: () => number): number {
  const from = process.cpuUsage();
  const ops = work();
  const { user, system } = process.cpuUsage(from);
  return ((user + system) * 1e3) / ops;
}

const DRAWS = 4_000_000;
const generator = new Int32Array(LRAN2_STATE);
lran2Init(generator, 0, 1);

/** The usual yardstick: two draws of Larson's generator, which is what an operation of Larson needs of it. */
export const generatorNs = (): number =>
  cpuNs(() => {
    let sum = 0;
    for (let i = 0; i < DRAWS; i++) sum += lran2(generator, 0);
    return sum < 0 ? 1 : DRAWS / 2;
  });

const ROOM: Partial<KnobValues> = { maxMapCount: 1_000_000, physLimitGiB: 256, seconds: 3600 };
const make = (knobs: Partial<KnobValues>): Run =>
  createSimulation(resolveKnobs({ ...ROOM, ...knobs }));

/** A run that has its size after `before` operations, and stays there. */
const steady = (knobs: Partial<KnobValues>, before: number, ops: number) => () => {
  const run = make(knobs);
  run.advance(before);
  return () => run.advance(ops).ops;
};
/** New runs, from their first operation on, one after the other. */
const fresh =
  (ops: number, ...runs: readonly Partial<KnobValues>[]) =>
  () =>
  () =>
    runs.reduce((sum, knobs) => sum + make(knobs).advance(ops).ops, 0);
/** The first operations of all lanes of a scenario. */
const scenario = (id: string, schedule: KnobValues['schedule']) => () => {
  const preset = presetById(id);
  if (!preset) throw new Error(`no scenario ${id}`);
  const lanes = preset.variants.map((_, i) => ({ ...variantKnobs(preset, i), schedule }));
  return fresh(30_000, ...lanes)();
};
/** Frames of a run with 49 k SuperSlabs; an operation is a row. */
const frames = (count: number, allRead: boolean) => () => {
  const run = make({});
  run.advance(8_380_000);
  let buffer = new ArrayBuffer(Math.ceil(frameBytes(shapeOf(run)) * 1.2));
  const context = { generation: 1, playing: true, simOpsPerSecond: 0 };
  return () => {
    for (let i = 0; i < count; i++) {
      if (allRead) run.rowsShown.forget();
      buffer = writeFrame(buffer, run, context);
    }
    return count * run.rows;
  };
};

const ADOPT = { orphanPolicy: 'adopt' } as const;
/** A lane of bench/page.ts. */
const LANE: Partial<KnobValues> = {
  model: 'mf2',
  minSize: 2048,
  maxSize: 32_768,
  mapMode: 'direct',
  schedule: 'shared',
  rounds: 100,
  route: 's2',
};

export const SUBJECTS: readonly Subject[] = [
  { name: 'tiny, adoption, about 30 SuperSlabs', prepare: steady(ADOPT, 500_000, 1_000_000) },
  { name: 'tiny, 1,000 rounds a life', prepare: steady({ rounds: 1000 }, 500_000, 1_000_000) },
  { name: 'tiny, growing by six SuperSlabs a life', prepare: fresh(3_000_000, {}) },
  { name: 'MF2, a lane of the bench', prepare: fresh(200_000, LANE) },
  { name: 'MF2, domino', prepare: scenario('domino', 'shared') },
  { name: 'MF2, best policy, in rounds', prepare: scenario('best-policy', 'shared') },
  { name: 'MF2, best policy, by clocks', prepare: scenario('best-policy', 'own') },
  { name: 'first fit', prepare: steady({ model: 'firstfit' }, 100_000, 100_000) },
  { name: 'random mixed on tiny', prepare: fresh(400_000, { workload: 'random-mixed' }) },
  { name: 'mix on tiny', prepare: fresh(100_000, { workload: 'mix' }) },
  { name: 'a row of a frame, all rows read', prepare: frames(40, true) },
  { name: 'a row of a frame, nothing changed', prepare: frames(600, false) },
];

const SOURCE = 'scripts/native/larson.c';
const BINARY = path.resolve('node_modules/.cache/slabscope/larson');

/** Compiles Larson in C for the C library's malloc. @returns false: there is no compiler here */
export function compileLarson(): boolean {
  const compiler = [process.env.CC, 'cc', 'gcc', 'clang'].find(
    (name) => name !== undefined && spawnSync(name, ['--version']).status === 0,
  );
  if (compiler === undefined || process.platform !== 'linux') return false;
  mkdirSync(path.dirname(BINARY), { recursive: true });
  const made = spawnSync(compiler, ['-O2', '-pthread', '-o', BINARY, SOURCE], { stdio: 'inherit' });
  return made.status === 0;
}

/** CPU nanoseconds of an operation of the native program; all its threads, and the kernel for them, count. */
const nativeNs = (rounds: number, lives: number) => (): number => {
  const { stdout } = spawnSync(BINARY, [`${rounds}`, `${lives}`], { encoding: 'utf8' });
  const [ops, seconds] = stdout.split(' ').map(Number);
  return (seconds * 1e9) / ops;
};

/**
 * The engine and the native program under the same Larson, CPU time against CPU time. With one round a life the native one
 * mostly starts and ends threads, which takes the longer the more of them run at once.
 */
export const AGAINST_NATIVE: readonly Subject[] = [
  {
    name: 'against native larson, 1 round a life: tiny as shipped',
    prepare: fresh(3_000_000, {}),
    yardstick: nativeNs(1, 500),
    notKept: true,
  },
  {
    name: 'against native larson, 1 round a life: tiny with adoption',
    prepare: steady(ADOPT, 500_000, 1_000_000),
    yardstick: nativeNs(1, 500),
    notKept: true,
  },
  {
    name: 'against native larson, 1,000 rounds a life: tiny as shipped',
    prepare: steady({ rounds: 1000 }, 500_000, 1_000_000),
    yardstick: nativeNs(1000, 1),
  },
];
