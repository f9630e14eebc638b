// @module-tag slow
import { beforeAll, describe, expect, it } from 'vitest';
import { MODEL_IDS, type ModelId } from '../engine/allocators/index.ts';
import type { Intervention } from '../engine/interventions.ts';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import type { ProgramId } from '../engine/programs/index.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C, COUNTERS, type CounterName } from '../engine/telemetry/counters.ts';
import type { CountersModule } from '../engine/testing/counters.ts';
import { countersOf } from './models.ts';

/** A run in which a counter moves. */
interface Move {
  readonly model: ModelId;
  readonly program: ProgramId;
  readonly knobs?: Partial<KnobValues>;
  readonly ops: number;
  /** Halfway the first span that can be trimmed by hand is. */
  readonly trims?: true;
  /** It would be long under other models. */
  readonly alone?: true;
}

/** Operations of a run, unless said. */
const OPS = 10_000;

const tiny = (program: ProgramId, knobs: Partial<KnobValues> = {}, ops = OPS): Move => ({
  model: 'tiny',
  program,
  knobs,
  ops,
});
const mf2 = (program: ProgramId, knobs: Partial<KnobValues> = {}, ops = OPS): Move => ({
  model: 'mf2',
  program,
  knobs: { minSize: 2048, maxSize: 32_000, ...knobs },
  ops,
});
const firstfit = (program: ProgramId, knobs: Partial<KnobValues> = {}, ops = OPS): Move => ({
  model: 'firstfit',
  program,
  knobs,
  ops,
});

const SMALL: Partial<KnobValues> = { chunks: 128 };
const COSTS: Partial<KnobValues> = { ...SMALL, timeBase: 'costs', threadEnd: 'detach' };
const ADOPTS: Partial<KnobValues> = { ...COSTS, orphanPolicy: 'adopt' };
const TRIMS: Partial<KnobValues> = { ...SMALL, decOnRemote: true, trimSS: true, trimIntervalMs: 1 };
/** A class needs several SuperSlabs a thread. */
const MANY: Partial<KnobValues> = { ssLg: 16, minSize: 1000, maxSize: 1024 };
const REFUSES: Partial<KnobValues> = { chunks: 4, maxMapCount: 1000 };
const LIBC: Partial<KnobValues> = { ...REFUSES, onNull: 'libcFallback' };
/** Heaps mix: mappings are refused early, and free must tell whose a block is. */
const MIXED: Partial<KnobValues> = {
  ...LIBC,
  guessFree: true,
  seconds: 0.002,
  oomRate: 20,
  lookAlikeProb: 0,
};
const WOKEN: Partial<KnobValues> = { timeBase: 'costs', adoptOnWake: true, wakePeriod: 4 };
/** Pages change hands often, by route P with every gate open; a run shuts one. */
const OPEN: Partial<KnobValues> = {
  timeBase: 'costs',
  route: 'p',
  window: 200,
  hold: 20,
  burst: 3,
  wakePeriod: 9,
  partialList: 'off',
  adoptFirst: true,
  rfrWindowUs: 0,
  idleThresholdUs: 0,
  adoptionThreshold: 0,
  minRemote: 1,
};

/** Slabs of many owners in few SuperSlabs. */
const POOLED: Partial<KnobValues> = { ...SMALL, sharedPool: true };
const FAILS: Partial<KnobValues> = { ...POOLED, ssLg: 17, sharedCapacity: 16 };
/** A slab holds few blocks, and threads fill slabs and empty them. */
const CHURNS: Partial<KnobValues> = {
  sharedPool: true,
  workingSet: 2000,
  minSize: 600,
  maxSize: 1024,
  spellOps: 800,
  quietMs: 1,
  quietFree: 100,
};
/** More of a class EMPTY than its list has nodes. */
const MANY_SLOTS: Partial<KnobValues> = {
  ...CHURNS,
  sharedCapacity: 65_536,
  workingSet: 160_000,
  threads: 2,
  spellOps: 60_000,
};
const CACHED: Partial<KnobValues> = { ...SMALL, tlsCacheSlots: 2048 };
/** Many frees one after the other, then many mallocs. */
const SWINGS: Partial<KnobValues> = { tlsCacheSlots: 2048, workingSet: 4000, maxSize: 16 };

/** What a burst filled is freed before a quiet spell, and retired by the passes in it. */
const LEAN: Partial<KnobValues> = {
  lean: true,
  threads: 1,
  ssLg: 16,
  workingSet: 1200,
  minSize: 600,
  maxSize: 1024,
  spellOps: 400,
  quietFree: 100,
  quietMs: 3,
  trimIntervalMs: 1,
  trimSS: true,
};
/** Of the least physical memory that there can be others have nearly all: what is retired does not fit for long. */
const SQUEEZED: Partial<KnobValues> = { ...LEAN, physLimitGiB: 1, memPressure: 0.995 };

/**
 * For each counter a run in which it moves. One that stays at 0 in all runs is a lie or a leftover, but
 * those of records that no program writes (called: firstfit/allocator.test.ts).
 */
const MOVES: Readonly<Record<CounterName, Move | 'called'>> = {
  superslabsAllocated: tiny('larson'),
  superslabsFreed: tiny('larson', TRIMS),
  superslabsNow: tiny('larson'),
  superslabsPeak: tiny('larson'),
  threadLives: tiny('larson'),
  threadCreateFailures: tiny('larson', REFUSES),
  localFrees: tiny('larson'),
  remoteFrees: tiny('larson'),
  nullReturns: tiny('larson', { ...MANY, dynamicExpand: false }),
  newPages: mf2('larson'),
  pageReuses: mf2('larson'),
  pendingEnqueued: mf2('larson'),
  pendingDrained: mf2('larson'),
  drainAttempts: tiny('larson'),
  drainSuccesses: tiny('pair'),
  adoptions: tiny('larson', ADOPTS),
  orphanAdoptions: tiny('larson', ADOPTS),
  gateViolations: mf2('pair'),
  mallocs: tiny('larson'),
  libcFallbacks: tiny('larson', LIBC),
  runtimeMallocs: tiny('larson'),
  runtimeLocalFrees: tiny('larson'),
  runtimeRemoteFrees: tiny('mix', { arrivals: 'once', both: 12, lifeOps: 50, threadEnd: 'detach' }),
  otherMallocs: tiny('larson', { maxSize: 4000 }),
  refills: tiny('larson'),
  slabsAcquired: tiny('larson'),
  emptyReuses: tiny('larson', { ...SMALL, orphanPolicy: 'reuse-empty', decOnRemote: true }),
  cacheReuses: tiny('larson', { ...TRIMS, superslabCacheSlots: 2, emptyReserve: 0 }),
  remoteEdges: tiny('larson'),
  drainedBlocks: tiny('pair'),
  backgroundDrains: tiny('larson', { ...SMALL, ownership: 'hybridG', trimIntervalMs: 1 }),
  trimCalls: tiny('larson', TRIMS),
  trimExamined: tiny('larson', TRIMS),
  trimFreed: tiny('larson', TRIMS),
  trimSkipActive: tiny('larson', TRIMS),
  trimSkipTls: tiny('wakers', { ...TRIMS, hold: 0, burst: 1 }),
  trimSkipReserve: tiny('larson', TRIMS),
  mmapCalls: tiny('larson'),
  munmapCalls: tiny('larson'),
  madviseCalls: { ...mf2('soak'), trims: true },
  mapRefusals: tiny('larson', REFUSES),
  pageFaults: tiny('larson'),
  stacksMapped: tiny('larson'),
  stacksReused: tiny('larson', COSTS),
  orphanSuperslabs: tiny('larson'),
  inflatedSuperslabs: tiny('larson'),
  emptySuperslabs: tiny('wakers', {}, 20_000),
  liveBlocks: tiny('larson'),
  activeBlocks: tiny('larson'),
  queuedBlocks: tiny('larson'),
  queuedDead: tiny('larson'),
  emptiedTotal: tiny('larson'),
  emptiedLives: tiny('larson'),
  mustReuseHits: mf2('larson'),
  activeDrainHits: mf2('larson'),
  partialHits: mf2('larson', { route: 's2' }),
  adoptionsUnneeded: mf2('wakers', { adoptOnWake: true }),
  ownershipTransfers: mf2('larson'),
  blockedRfr: mf2('wakers', { ...OPEN, rfrWindowUs: 5000 }),
  blockedIdle: mf2('wakers', { ...OPEN, idleThresholdUs: 5000 }),
  blockedPartial: mf2('wakers', { ...OPEN, partialList: 'on' }),
  blockedPressure: mf2('wakers', { ...OPEN, adoptionThreshold: 64 }),
  blockedRemotes: mf2('wakers', { ...OPEN, minRemote: 64 }),
  blockedClaim: mf2('wakers', { ...WOKEN, pendingClaim: true, costDrainBlock: 900 }),
  newFirstUse: mf2('larson'),
  newStarved: mf2('pair'),
  newGraveyard: mf2('larson'),
  newBelow: mf2('larson', { pendingThreshold: 2, mapMode: 'direct' }, 100_000),
  newOrphaned: mf2('larson', { route: 's1' }),
  newGate: mf2('wakers', { ...OPEN, rfrWindowUs: 5000 }),
  newCapacity: mf2('larson'),
  lostEdges: mf2('pair', { timeBase: 'costs' }),
  staleEnqueues: mf2('larson', {
    ...ADOPTS,
    adoptFirst: true,
    costPop: 2000,
    costRemoteFree: 2000,
  }),
  pingPongs: mf2('pair', { timeBase: 'costs', pendingClaim: false }, 20_000),
  activeLost: mf2('larson'),
  wakes: tiny('wakers'),
  chain1: mf2('wakers', { adoptOnWake: true }),
  chain2: mf2('wakers', { adoptOnWake: true }),
  chain3: mf2('wakers', { adoptOnWake: true }),
  chain4: mf2('wakers', { adoptOnWake: true }),
  chain5: mf2('wakers', { adoptOnWake: true }),
  chain6: mf2('wakers', { adoptOnWake: true }),
  chain7: mf2('wakers', { adoptOnWake: true }),
  chain8: mf2('wakers', { adoptOnWake: true }),
  chainMax: mf2('wakers', { adoptOnWake: true }),
  chainMaxSeq: mf2('wakers', { adoptOnWake: true }),
  strandedGraveyard: mf2('larson'),
  strandedBelow: mf2('larson', { pendingThreshold: 4 }),
  strandedOrphan: mf2('larson'),
  strandedIdle: mf2('wakers', { adoptOnWake: true, wakePeriod: 256, wakeup: 'off' }),
  pendingPages: mf2('larson'),
  pendingPagesMax: mf2('larson'),
  pendingAgeUs: mf2('larson'),
  lockWaits: tiny('larson', COSTS),
  lockWaitNs: tiny('larson', COSTS),
  coreWaitNs: tiny('larson', COSTS),
  listSearches: firstfit('larson'),
  listSteps: firstfit('larson'),
  splits: firstfit('larson'),
  coalesces: firstfit('larson'),
  topCarves: firstfit('larson'),
  heapGrowths: firstfit('larson'),
  heapTrims: firstfit('soak', { maxSize: 32_000 }, 200_000),
  growthsFragmented: firstfit('larson'),
  reallocsInPlace: 'called',
  reallocsMoved: 'called',
  freeChunks: firstfit('larson'),
  freeListBytes: firstfit('larson'),
  reclaimedPages: tiny('soak', SQUEEZED),
  lazyBytes: tiny('soak', LEAN),
  pageTableBytes: tiny('larson'),
  ownLooks: tiny('larson', MANY),
  ownReuses: tiny('larson', MANY),
  forgottenSuperslabs: tiny('larson-immortal', { ...MANY, ownReuse: 'current' }),
  mixedPointers: tiny('larson', MIXED),
  libcFrees: tiny('larson', MIXED),
  misroutedFrees: tiny('larson', { ...MIXED, lookAlikeProb: 100 }),
  ownerOverflows: tiny('larson', { ...MIXED, ownerBitmap: true, bitmapBase: 0 }),
  staleMarks: tiny('larson', { ...TRIMS, guessFree: true, ownerBitmap: true }),
  injectedRefusals: tiny('larson', MIXED),
  poolAsks: tiny('larson', POOLED),
  poolStage0: tiny('soak', CHURNS),
  poolStage05: tiny('soak', CHURNS),
  poolStage1: { ...tiny('soak', MANY_SLOTS, 300_000), alone: true },
  poolStage2: tiny('larson', POOLED),
  poolStage3: tiny('larson', POOLED),
  poolAdopted: tiny('larson', { ...POOLED, orphanPolicy: 'adopt' }),
  sharedFails: tiny('larson', FAILS),
  slotsReleased: tiny('soak', CHURNS),
  poolEmptied: tiny('larson', { ...FAILS, orphanPolicy: 'reuse-empty', decOnRemote: true }),
  capacityWarnings: tiny('larson', FAILS),
  geometryWarnings: tiny('larson', { ...FAILS, ssLg: 21 }),
  nodeWarnings: { ...tiny('soak', MANY_SLOTS, 300_000), alone: true },
  poolLocks: tiny('larson', POOLED),
  poolLockWaits: tiny('larson', { ...POOLED, ssLg: 16, timeBase: 'costs' }),
  slotsUnused: tiny('soak', CHURNS),
  slotsActive: tiny('larson', POOLED),
  slotsEmpty: tiny('soak', CHURNS),
  slotsOrphaned: tiny('larson', POOLED),
  cacheHits: tiny('larson', CACHED),
  cacheRefills: tiny('larson', CACHED),
  cacheFlushes: tiny('larson', CACHED),
  cacheGrown: tiny('soak', SWINGS, 60_000),
  cacheShrunk: tiny('soak', SWINGS, 60_000),
  cachedBlocks: tiny('larson', CACHED),
  cacheSlots: tiny('larson', CACHED),
  lookups: tiny('larson', { ...SMALL, lookup: 'hash' }),
  lookupLines: tiny('larson', { ...SMALL, lookup: 'registry' }),
  aceThreshold: tiny('larson', { ...SMALL, aceTrace: true, maxSize: 4000 }),
  aceExhaustion: tiny('larson', { ...FAILS, aceTrace: true }),
  aceMapFail: tiny('larson', { ...REFUSES, aceTrace: true }),
  leanDecommits: tiny('soak', LEAN),
  leanRetires: tiny('soak', LEAN),
  leanRedirtied: tiny('soak', LEAN),
  leanOverlaps: tiny('soak', { ...LEAN, dsoOverlap: 50 }),
  leanRefusals: tiny('soak', { ...LEAN, enomemAt: 2 }),
  leanUnasked: tiny('soak', { ...LEAN, enomemAt: 2 }),
};

// Found by their place, so that a new model needs no line here.
const MODULES = import.meta.glob<CountersModule>('../engine/allocators/*/testing/counters.ts', {
  eager: true,
});
const moduleOf = (model: ModelId): CountersModule =>
  MODULES[`../engine/allocators/${model}/testing/counters.ts`] ?? {};

const DONE = new Map<string, Float64Array>();

/** Counters after a run; each is run once. */
function countersAfter(move: Move): Float64Array {
  const key = JSON.stringify(move);
  const counters = DONE.get(key) ?? run(move);
  DONE.set(key, counters);
  return counters;
}
function run({ model, program, knobs, ops, trims }: Move): Float64Array {
  const sim = createSimulation(resolveKnobs({ ...knobs, model, workload: program }));
  sim.advance(ops / 2);
  for (let row = 0; trims && row < sim.rows; row++) {
    const act: Intervention = { act: 'trim', subject: row, amount: 0 };
    if (sim.whyNot(act) !== undefined) continue;
    sim.act(act);
    break;
  }
  sim.advance(ops / 2);
  return sim.readCounters().slice();
}

const MOVED = COUNTERS.flatMap((name): [CounterName, Move][] => {
  const move = MOVES[name];
  return typeof move === 'string' ? [] : [[name, move]];
});

describe('every counter is raised by some model under some program', () => {
  it.each(MOVED)('%s', (name, move) => {
    expect(countersAfter(move)[C[name]]).not.toBe(0);
  });
});

describe.each(MODEL_IDS)('the counters that are shown of %s', (model) => {
  const { RUNS, BEYOND = [], MIRRORED = [] } = moduleOf(model);
  const moved = new Set<CounterName>();
  beforeAll(() => {
    const here = MOVED.map(([, one]) => one).filter((one) => !one.alone || one.model === model);
    for (const move of [...here, ...(RUNS ?? [])]) {
      const counters = countersAfter({ ...move, model });
      for (const name of COUNTERS) if (counters[C[name]] !== 0) moved.add(name);
    }
  });

  it('are those that it raises', () => {
    const raised = new Set([...moved, ...BEYOND]);
    expect(countersOf(model).filter((name) => !raised.has(name))).toEqual([]);
  });
  it('and no others', () => {
    const shown: readonly CounterName[] = [...countersOf(model), ...MIRRORED];
    expect([...moved].filter((name) => !shown.includes(name))).toEqual([]);
  });
});
