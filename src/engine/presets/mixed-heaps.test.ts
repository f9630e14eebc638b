// @module-tag slow
import { describe, expect, it } from 'vitest';
import { DEEP, inTurn } from '../../base/testing/fuzz.ts';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { presetById, variantKnobs } from '../presets.ts';
import { createSimulation } from '../simulation.ts';
import { C } from '../telemetry/counters.ts';
import type { EventKind } from '../telemetry/events.ts';
import { REFUSAL, setOfKinds } from '../telemetry/events.ts';
import type { Simulation } from '../types.ts';
import { verdictOf } from '../verdict.ts';

const MOST = 60_000_000;
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

function knobsOf(id: string, name: string, knobs: Partial<KnobValues> = {}): KnobValues {
  const preset = presetById(id);
  const variant = preset?.variants.findIndex((each) => each.name.startsWith(name)) ?? -1;
  if (!preset || variant < 0) throw new Error(`no ${name} in ${id}`);
  return resolveKnobs(variantKnobs(preset, variant), knobs);
}
function ran(id: string, name: string, knobs: Partial<KnobValues> = {}): Simulation {
  const sim = createSimulation(knobsOf(id, name, knobs), { eventCapacity: 4096 });
  sim.advance(MOST);
  return sim;
}
const counted = (sim: Simulation) => {
  const counters = sim.readCounters();
  return (name: keyof typeof C): number => counters[C[name]];
};

/** Verdicts of seeds of chance, one letter each: `.` passes, `x` crashes. */
const strip = (knobs: KnobValues): string =>
  SEEDS.map((mixedSeed) => (verdictOf({ ...knobs, mixedSeed }, MOST).passed ? '.' : 'x')).join('');
const passes = (verdicts: string): number => verdicts.replaceAll('x', '').length;

interface SavedChance {
  readonly random: Int32Array;
  readonly draws: number;
}
/** What a snapshot has of chance: the heap's layers lie in one another. */
function chanceOf(parts: unknown): SavedChance {
  let layer = (parts as { readonly allocator: { readonly heap?: unknown } }).allocator;
  while (layer !== undefined && !('mixed' in layer)) layer = layer.heap as typeof layer;
  return (layer as unknown as { readonly mixed: SavedChance }).mixed;
}

/**
 * Until the first refusal chance has no part: one run up to there, from which the run of each seed goes on. What it
 * has of chance is put into its snapshot.
 */
function resumed(knobs: KnobValues) {
  const look = createSimulation({ ...knobs, lookAlikeProb: 0 }, { eventCapacity: 1024 });
  look.advance(MOST, setOfKinds(['mapRefused']));
  const run = createSimulation({ ...knobs, lookAlikeProb: 0 }, { eventCapacity: 1024 });
  run.advance(look.op - 1000);
  expect(counted(run)('mapRefusals')).toBe(0);
  const saved = run.snapshot();
  const { random: kept, draws } = chanceOf(saved.parts);
  expect(draws).toBe(0);
  look.advance(MOST);
  const verdict = (mixedSeed: number, lookAlikeProb: number): string => {
    const changed = { ...knobs, mixedSeed, lookAlikeProb };
    const fresh = createSimulation(changed, { eventCapacity: 1024 }).snapshot();
    kept.set(chanceOf(fresh.parts).random);
    run.restore({ ...saved, parts: { ...saved.parts, settings: changed } });
    run.advance(MOST);
    return run.status === 'crashed' ? 'x' : '.';
  };
  return {
    libcFrees: counted(look)('libcFrees'),
    strip: (share: number) => SEEDS.map((seed) => verdict(seed, share)).join(''),
  };
}

describe('mixed-crash (E-10): the run of D1 under seeds of chance', () => {
  it('is the chain of D1’s six steps, each the cause of the next (C-29)', () => {
    const sim = ran('mixed-crash', '5 %', { maxMapCount: 6000 });
    expect(sim).toMatchObject({ status: 'crashed', endedBy: 'crash' });
    const chain: EventKind[] = [];
    const { events } = sim;
    const crash = events.next - 2;
    for (let event = events.get(crash); event !== undefined; event = events.get(event.cause))
      chain.unshift(event.kind);
    expect(chain).toEqual([
      'refillDry',
      'mapRefused',
      'nullReturned',
      'libcFallback',
      'libcFree',
      'crash',
    ]);
    const ops = chain.map((_, i) => {
      let event = events.get(crash);
      for (let back = chain.length - 1; back > i; back--) event = events.get(event?.cause ?? -1);
      return event?.op ?? -1;
    });
    expect(ops).toEqual([...ops].sort((a, b) => a - b));
    expect(sim.autopsy().crash?.reason).toBe('libcAsOwn');
    expect(counted(sim)('misroutedFrees')).toBe(1);
    expect(sim.audit()).toEqual([]);
  });

  it('writes D1’s line: no SuperSlab, errno 12 (I-38)', () => {
    const sim = ran('mixed-crash', '5 %', { maxMapCount: 6000 });
    expect(sim.autopsy().refill).toMatchObject({
      prevSs: -1,
      active: 0,
      bitmap: 0,
      used: 0,
      cap: 0,
      slabIdx: 0,
      reusedFreelist: 0,
      freeIdx: -2,
      errno: 12,
    });
  });

  it.runIf(inTurn(0, 2))(
    'passes the less often the more blocks look alike, and always when none does (C-30)',
    () => {
      const knobs = knobsOf('mixed-crash', '0.55 %', { maxMapCount: 2000 });
      const strips = (DEEP ? [0, 0.2, 0.55, 2, 100] : [0, 0.55, 100]).map((lookAlikeProb) =>
        strip({ ...knobs, lookAlikeProb }),
      );
      const counts = strips.map(passes);
      expect(counts[0]).toBe(20);
      expect(counts.at(-1)).toBe(0);
      expect(counts).toEqual([...counts].sort((a, b) => b - a));
      expect(new Set(counts).size).toBeGreaterThan(2);
      // A block that looks alike at a small share does so at every larger one: who fails goes on failing.
      strips.forEach((verdicts, i) => {
        for (const [seed, verdict] of [...(strips[i - 1] ?? '')].entries())
          if (verdict === 'x') expect(verdicts[seed]).toBe('x');
      });
    },
  );

  it.runIf(inTurn(1, 2))(
    'passes the less often the more mappings are refused by chance, where maps are plenty',
    () => {
      const counts = [0, 5, 20].map((oomRate) =>
        passes(
          strip(
            knobsOf('mixed-crash', '5 %', {
              maxMapCount: 1_000_000,
              threadEnd: 'detach',
              seconds: 0.1,
              oomRate,
              lookAlikeProb: 20,
            }),
          ),
        ),
      );
      expect(counts[0]).toBe(20);
      expect(counts[1]).toBeLessThan(20);
      expect(counts[2]).toBeLessThan(counts[1]);
    },
  );

  it('passes for 6 seeds of 20 as calibrated, 14 with 256 chunks, and none at 5 %', () => {
    const whole = resumed(knobsOf('mixed-crash', '0.55 %'));
    expect(whole.strip(0.55)).toBe('xx.xx.xxx..xxxxx.xx.');
    expect(passes(whole.strip(5))).toBe(0);
    // 256 frees of a block that the C library served, where none looks alike.
    expect(whole.libcFrees).toBe(256);
    expect(passes(resumed(knobsOf('mixed-crash', '256 chunks')).strip(0.55))).toBe(14);
  });

  it.runIf(DEEP)('passes as often as docs/mixed-heaps.md says, and as whole runs do', () => {
    const SHARES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 1, 5];
    const large = resumed(knobsOf('mixed-crash', '0.55 %'));
    expect(SHARES.map((share) => passes(large.strip(share)))).toEqual([
      20, 17, 14, 12, 11, 7, 6, 4, 1, 0,
    ]);
    const small = resumed(knobsOf('mixed-crash', '256 chunks'));
    expect(SHARES.map((share) => passes(small.strip(share)))).toEqual([
      20, 18, 18, 18, 16, 14, 14, 14, 11, 1,
    ]);
    expect(strip(knobsOf('mixed-crash', '0.55 %'))).toBe(large.strip(0.55));
  });

  it('loses one block for each refusal by chance, where entries are not wanting', () => {
    const sim = ran('mixed-crash', 'Refusals by chance', { lookAlikeProb: 0 });
    const count = counted(sim);
    expect(sim.endedBy).toBe('time');
    expect(count('injectedRefusals')).toBe(10);
    expect(count('mapRefusals')).toBe(10);
    expect(count('libcFallbacks')).toBe(10);
  });
});

describe('mixed-fixes (E-11)', () => {
  it('A: no block is mixed, and the program asserts on NULL (C-31)', () => {
    const sim = ran('mixed-fixes', 'A: NULL');
    const count = counted(sim);
    expect(sim).toMatchObject({ status: 'oom', endedBy: 'assertion' });
    for (const name of ['libcFallbacks', 'mixedPointers', 'libcFrees', 'misroutedFrees'] as const)
      expect(count(name)).toBe(0);
    expect(count('nullReturns')).toBe(1);
    expect(sim.autopsy().refill?.errno).toBe(12);
    expect(sim.audit()).toEqual([]);
  });

  it('B: the same entries run out, later, because some neighbours share one (C-32, I-38)', () => {
    const of = (id: string, name: string): Simulation =>
      ran(id, name, { maxMapCount: 6000, lookAlikeProb: 0 });
    const larger = of('mixed-fixes', 'B:');
    const plain = of('mixed-crash', '5 %');
    const at = (sim: Simulation): number => sim.autopsy().refused?.op ?? 0;
    expect(at(plain)).toBeGreaterThan(0);
    expect(at(larger)).toBeGreaterThan(at(plain));
    const sum = ({ superslabs, stacks, base, other }: ReturnType<Simulation['readEntries']>) =>
      superslabs + stacks + base + other;
    for (const sim of [plain, larger]) {
      expect(sum(sim.readEntries())).toBeGreaterThan(6000 - 3);
    }
    // Without a merge each SuperSlab has an entry of its own.
    expect(plain.readEntries().superslabs).toBe(counted(plain)('superslabsNow'));
    expect(larger.readEntries().superslabs).toBeLessThan(counted(larger)('superslabsNow'));
    // And what free has to tell apart it tells apart no better.
    const whole = ran('mixed-fixes', 'B:');
    expect(whole.autopsy()).toMatchObject({ endedBy: 'crash', crash: { reason: 'libcAsOwn' } });
    expect(whole.autopsy().refused?.entries).toBeGreaterThan(65_530 - 3);
    expect(whole.virtualNs / 1e9).toBeCloseTo(3.2, 1);
    expect(ran('mixed-fixes', 'A: NULL').virtualNs / 1e9).toBeCloseTo(2.3, 1);
  });

  it('C as printed: nothing that is mapped has a bit, and the first free is wrong (I-40)', () => {
    const sim = ran('mixed-fixes', 'C: a bitmap');
    expect(sim).toMatchObject({ status: 'crashed', endedBy: 'crash', op: 0 });
    const crash = sim.autopsy().crash;
    expect(crash?.reason).toBe('ownAsLibc');
    const count = counted(sim);
    expect(count('ownerOverflows')).toBe(count('slabsAcquired'));
    // Every SuperSlab lies above the table's 64 GiB.
    expect(Number(sim.inspectSpan(0)?.address)).toBeGreaterThan(2 ** 36);
    expect(sim.audit()).toEqual([]);
  });

  it('C with a base: overflows when 64 GiB are used, long before map entries do (C-33)', () => {
    const sim = ran('mixed-fixes', 'C with');
    const count = counted(sim);
    expect(sim.autopsy().crash?.reason).toBe('ownAsLibc');
    expect(count('libcFallbacks')).toBe(0);
    // The first SuperSlab beyond lies below the base, the one before it above; gaps are address space, too.
    const base64 = sim.knobs.bitmapBase * 2 ** 30;
    const addresses = Array.from({ length: sim.rows }, (_, row) =>
      Number(sim.inspectSpan(row)?.address),
    );
    const beyond = addresses.filter((address) => address < base64).length;
    expect(beyond).toBe(count('ownerOverflows'));
    expect(beyond).toBeGreaterThan(0);
    // Each thread maps at most its classes before it frees a block of the first.
    expect(beyond).toBeLessThan(20);
    expect(sim.mappedBytes).toBeLessThan(64 * 2 ** 30);
    expect(sim.virtualNs / 1e9).toBeCloseTo(0.57, 2);
    const { superslabs, stacks, base, other } = sim.readEntries();
    expect(superslabs + stacks + base + other).toBeLessThan(65_530 / 2);
    expect(sim.audit()).toEqual([]);
  });

  it('A and B is A; with C it is C', () => {
    const both = ran('mixed-fixes', 'A and B');
    expect(both.endedBy).toBe('assertion');
    expect(counted(both)('libcFallbacks')).toBe(0);
    const all = ran('mixed-fixes', 'A, B and C');
    expect(all.autopsy().crash?.reason).toBe('ownAsLibc');
    expect(counted(all)('libcFallbacks')).toBe(0);
  });

  it('with enough map entries nothing is refused, and every seed passes', () => {
    const sim = ran('mixed-fixes', 'Enough', DEEP ? {} : { seconds: 0.5 });
    expect(sim).toMatchObject({ status: 'finished', endedBy: 'time' });
    expect(counted(sim)('mapRefusals')).toBe(0);
    const knobs = knobsOf('mixed-fixes', 'Enough', { seconds: 0.01 });
    expect(strip(knobs)).toBe('.'.repeat(20));
  });

  it('refuses nothing that the kernel did not, unless by injection', () => {
    const sim = ran('mixed-crash', '5 %', { maxMapCount: 1_000_000, seconds: 0.05, oomRate: 4 });
    const { events } = sim;
    const kinds = new Set<number>();
    for (let seq = events.first; seq < events.next; seq++) {
      const event = events.get(seq);
      if (event?.kind === 'mapRefused') kinds.add(event.a);
    }
    expect([...kinds]).toEqual([REFUSAL.injected]);
    expect(sim.autopsy().refused).toBeUndefined();
  });
});
