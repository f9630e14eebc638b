import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../../base/testing/fuzz.ts';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { programOf } from '../create.ts';
import { programDef } from '../index.ts';
import { MAX_CHAINS, setUp } from '../program.ts';
import { ReferenceRun } from '../testing/reference.ts';

const mix = (knobs: Partial<KnobValues>): ReferenceRun =>
  new ReferenceRun(programOf(resolveKnobs({ workload: 'mix', sizes: '64', ...knobs })));

/** Every chain that can does up to `records` records, so many times; or until nobody can. */
function rounds(run: ReferenceRun, times: number, records = 8): void {
  for (let i = 0; i < times; i++) {
    const ready = run.ready();
    if (ready.length === 0) return;
    for (const chain of ready) if (run.running[chain]) run.stretch(chain, records);
  }
}
const liveOf = (run: ReferenceRun, chain: number): number =>
  run.owner.filter((owner) => owner === chain).length;

describe('hand-over', () => {
  it.each([0, 10, 50, 100])(
    'of %i percent of the blocks makes as many frees remote',
    (handOver) => {
      const run = mix({ both: 4, handOver, liveSet: 50, handTo: 'random' });
      rounds(run, 8000);
      expect(run.frees).toBeGreaterThan(15_000);
      expect(Math.abs((100 * run.remoteFrees) / run.frees - handOver)).toBeLessThan(1);
    },
  );

  it('goes to the next one, to a random one, or all to one reclaimer', () => {
    const pairsOf = (handTo: KnobValues['handTo'], knobs: Partial<KnobValues>): Set<string> => {
      const run = mix({ handTo, handOver: 100, liveSet: 10, ...knobs });
      const pairs = new Set<string>();
      run.onFree = (chain, slot) => pairs.add(`${run.owner[slot]}>${chain}`);
      rounds(run, 500);
      return pairs;
    };
    expect(pairsOf('next', { both: 4 })).toEqual(new Set(['1>2', '2>3', '3>4', '4>1']));
    expect(pairsOf('random', { both: 3 }).size).toBe(6);
    expect(pairsOf('one', { both: 2, consumers: 2 })).toEqual(new Set(['3>1', '4>1']));
    expect(pairsOf('one', { both: 3 })).toEqual(new Set(['1>2', '2>1', '3>1']));
  });

  it('comes in batches', () => {
    const run = mix({ producers: 1, both: 0, consumers: 1, batch: 50, liveSet: 10 });
    while (run.ops[1] < 10 + 49) run.stretch(1, 1);
    expect(run.stretch(2, 8)).toEqual([]);
    run.stretch(1, 1);
    let freed = 0;
    for (let got = -1; got !== 0; freed += got) got = run.stretch(2, 8).length;
    expect(freed).toBe(50);
  });
});

describe('consumers', () => {
  it('never allocate, sleep while there is nothing, and free all that a producer lets go', () => {
    const run = mix({ producers: 3, both: 0, consumers: 1, liveSet: 20 });
    const allocated = new Set<number>();
    const freed = new Set<number>();
    run.onMalloc = (chain) => allocated.add(chain);
    run.onFree = (chain) => freed.add(chain);
    expect(run.stretch(4, 8)).toEqual([]);
    expect(run.program.sleeps(4)).toBe(true);
    expect(run.program.wake(4, 5)).toBe(false);
    rounds(run, 1000);
    expect(allocated).toEqual(new Set([1, 2, 3]));
    expect(freed).toEqual(new Set([4]));
    expect(run.remoteFrees).toBe(run.frees);
    expect(run.frees).toBeGreaterThan(2000);
  });

  it('that do not come make producers wait in line, with their live sets as they were', () => {
    const run = mix({ producers: 2, both: 0, consumers: 1, liveSet: 20, batch: 4 });
    while (run.ready().some((chain) => chain < 3))
      for (const chain of run.ready()) if (chain < 3) run.stretch(chain, 8);
    expect(run.waits.slice(1, 3)).toEqual([true, true]);
    expect([run.program.sleeps(1), run.program.sleeps(2)]).toEqual([false, false]);
    // Three batches and 64 are on their way.
    expect([liveOf(run, 1), liveOf(run, 2)]).toEqual([20 + 76, 20 + 76]);
    run.stretch(3, 1);
    expect(run.ready()).toContain(3);
    for (let i = 0; i < 40; i++) run.stretch(3, 8);
    expect(run.ready()).toEqual(expect.arrayContaining([1, 2]));
  });
});

describe('a live set', () => {
  it.each(['random', 'fifo', 'lifo', 'mixed'] as const)('is kept, whoever dies: %s', (lifetime) => {
    const run = mix({ both: 2, handOver: 0, liveSet: 300, lifetime });
    rounds(run, 2000);
    expect([liveOf(run, 1), liveOf(run, 2)]).toEqual([300, 300]);
    expect(run.peak).toBeLessThanOrEqual(602);
  });

  it('loses its oldest, its newest, or any', () => {
    const agesOf = (lifetime: KnobValues['lifetime']): number[] => {
      const run = mix({ both: 1, liveSet: 200, lifetime, seed: 5 });
      const born: number[] = [];
      const ages: number[] = [];
      run.onMalloc = (_chain, slot) => {
        born[slot] = run.mallocs;
      };
      run.onFree = (_chain, slot) => ages.push(run.mallocs - born[slot]);
      rounds(run, 6000);
      return ages.slice(-4000);
    };
    const mean = (ages: number[]): number => ages.reduce((a, b) => a + b, 0) / ages.length;
    expect(new Set(agesOf('fifo'))).toEqual(new Set([200]));
    expect(new Set(agesOf('lifo'))).toEqual(new Set([1]));
    const random = agesOf('random');
    expect(Math.abs(mean(random) - 200)).toBeLessThan(15);
    // An age of n has the chance (1 - 1/200)^n: a third lives longer than the mean.
    const older = random.filter((age) => age > 200).length / random.length;
    expect(Math.abs(older - Math.exp(-1))).toBeLessThan(0.04);
    // Nine of ten allocations are short-lived: they live for a tenth of the set among themselves.
    const mixed = agesOf('mixed').sort((a, b) => a - b);
    expect(mixed[Math.floor(mixed.length * 0.85)]).toBeLessThan(40);
    expect(mixed.at(-1)).toBeGreaterThan(1500);
  });

  it('counts bytes where it is to', () => {
    const run = mix({ both: 1, liveUnit: 'KiB', liveSet: 64, sizes: '16 x 9, 4K x 1' });
    let most = 0;
    run.onMalloc = () => {
      most = Math.max(most, run.liveBytes);
    };
    rounds(run, 3000);
    expect(run.liveBytes).toBeLessThanOrEqual(64 * 1024);
    expect(run.liveBytes).toBeGreaterThan(64 * 1024 - 3 * 4096);
    // The new block is there before the others go.
    expect(most).toBeLessThanOrEqual(64 * 1024 + 4096);
  });

  it('goes several at a time when it is to', () => {
    const run = mix({ both: 1, liveSet: 100, discard: 30 });
    const seen: number[] = [];
    run.onMalloc = () => seen.push(run.live);
    rounds(run, 2000, 1);
    expect(Math.max(...seen.slice(300))).toBe(101);
    expect(Math.min(...seen.slice(300))).toBe(72);
  });
});

describe('phases', () => {
  it('grow, hold, shrink and idle, in this order, again and again', () => {
    const run = mix({
      both: 1,
      handOver: 0,
      phases: 'grow 100, hold 40, shrink 30 oldest, idle 2s, repeat',
    });
    const seen: [number, number, number][] = [];
    run.onMark = (_chain, mark) => seen.push([mark, run.live, run.ops[1]]);
    rounds(run, 3000, 1);
    const first = seen.slice(0, 9);
    // The first time there is nothing yet; later the rest of the shrinking is grown upon.
    expect(first.map(([mark]) => mark)).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0]);
    expect(first.map(([, live]) => live)).toEqual([0, 100, 100, 30, 30, 100, 100, 30, 30]);
    const steps = first.slice(1).map(([, , ops], i) => ops - first[i][2]);
    expect(steps).toEqual([100, 40, 70, 0, 70, 40, 70, 0]);
    expect(run.slept[1]).toBe(2_000_000 * seen.filter(([mark]) => mark === 0).slice(1).length);
  });

  it('take the oldest while shrinking, or random ones', () => {
    const youngestLeft = (order: string): number => {
      const run = mix({ both: 1, liveSet: 100, phases: `grow 100, shrink 50 ${order}, idle` });
      const born: number[] = [];
      run.onMalloc = (_chain, slot) => {
        born[slot] = run.mallocs;
      };
      rounds(run, 1000);
      expect(run.live).toBe(50);
      return Math.min(...run.owner.flatMap((owner, slot) => (owner === 1 ? [born[slot]] : [])));
    };
    expect(youngestLeft('oldest')).toBe(51);
    expect(youngestLeft('random')).toBeLessThan(20);
  });

  it('end in a sleep for ever', () => {
    const run = mix({ both: 2, handOver: 0, phases: 'grow 10, shrink 0' });
    rounds(run, 100);
    expect(run.live).toBe(0);
    expect(run.ready()).toEqual([]);
    expect([run.program.sleeps(1), run.program.sleeps(2)]).toEqual([true, true]);
    expect(run.program.wake(1, 3)).toBe(true);
    rounds(run, 100);
    expect(run.ops[1]).toBe(10 + 10 + 3);
    expect(run.ready()).toEqual([]);
  });

  it('without anything to do come to an end, too', () => {
    for (const phasing of ['own', 'together'] as const) {
      const run = mix({ both: 2, phases: 'grow 10, repeat', phasing });
      rounds(run, 1000);
      expect(run.live).toBe(20);
      expect(run.ready()).toEqual([]);
    }
  });

  it('begin together when they are to', () => {
    const spread = (phasing: KnobValues['phasing']): number => {
      const run = mix({
        both: 3,
        handOver: 0,
        phasing,
        phases: 'grow 50, hold 20, shrink, repeat',
      });
      const done = [0, 0, 0, 0];
      let widest = 0;
      run.onMark = (chain) => {
        done[chain]++;
        widest = Math.max(widest, Math.max(...done) - Math.min(...done.slice(1)));
      };
      for (let i = 0; i < 4000; i++) {
        // The first is three times as fast as the others.
        for (const chain of [1, 1, 1, 2, 3]) if (run.ready().includes(chain)) run.stretch(chain, 1);
      }
      expect(Math.min(...done.slice(1))).toBeGreaterThan(10);
      return widest;
    };
    expect(spread('together')).toBe(1);
    expect(spread('own')).toBeGreaterThan(5);
  });

  it('begin later, one thread after the other, when they are staggered', () => {
    const run = mix({ producers: 1, both: 2, consumers: 1, phasing: 'staggered', staggerMs: 7 });
    rounds(run, 20);
    expect(run.slept).toEqual([0, 0, 0, 7000, 14_000]);
  });
});

describe('lives', () => {
  it('are followed by a successor that frees what its parent allocated', () => {
    const run = mix({ both: 2, handOver: 0, liveSet: 50, arrivals: 'successor', lifeOps: 100 });
    rounds(run, 4000);
    expect(run.lives[1]).toBeGreaterThan(30);
    expect(run.lives[1]).toBe(1 + Math.floor(run.ops[1] / 100));
    // Random deaths among 50, lives of 100: (1 - e^-2)/2 of the frees are of the present life's blocks.
    const remote = run.remoteFrees / run.frees;
    expect(Math.abs(remote - (1 - Math.exp(-2)) / 2)).toBeLessThan(0.03);
    expect(run.slept[1]).toBe(0);
  });

  it('begin with a pause when they are to', () => {
    const run = mix({ both: 1, liveSet: 50, arrivals: 'pause', lifeOps: 100, pauseMs: 3 });
    rounds(run, 2000);
    expect(run.slept[1]).toBe(3000 * (run.lives[1] - 1));
    expect(run.lives[1]).toBeGreaterThan(15);
  });

  it('end for good, and others free what they held', () => {
    const run = mix({ producers: 2, both: 0, consumers: 1, arrivals: 'once', lifeOps: 80 });
    rounds(run, 400);
    expect(run.running).toEqual([false, false, false, true]);
    expect(run.mallocs).toBe(160);
    expect(run.frees).toBe(160);
    expect(run.live).toBe(0);
    expect(run.ready()).toEqual([]);
  });

  it('leave what they held live where nobody takes it', () => {
    const run = mix({ both: 1, liveSet: 30, arrivals: 'once', lifeOps: 80 });
    rounds(run, 400);
    expect(run.running).toEqual([false, false]);
    expect(run.live).toBe(30);
  });
});

describe('a pool', () => {
  it('has one thread at a time go through the phases; the others sleep', () => {
    const run = mix({
      both: 4,
      handOver: 0,
      arrivals: 'pool',
      phases: 'grow 100, shrink, repeat',
    });
    const turns: number[] = [];
    run.onMalloc = (chain) => {
      if (turns.at(-1) !== chain) turns.push(chain);
      for (const other of [1, 2, 3, 4]) if (other !== chain) expect(liveOf(run, other)).toBe(0);
    };
    for (let i = 0; i < 3000; i++) rounds(run, 1, 1);
    expect(turns.slice(0, 6)).toEqual([1, 2, 3, 4, 1, 2]);
    expect(run.peak).toBe(100);
    const sleepers = [1, 2, 3, 4].filter((chain) => run.program.sleeps(chain));
    expect(sleepers).toHaveLength(3);
  });

  it('changes turns by operations where phases do not end, and when the active one is killed', () => {
    const run = mix({ both: 3, handOver: 0, liveSet: 20, arrivals: 'pool', lifeOps: 50 });
    rounds(run, 500, 1);
    expect(run.ops.slice(1).every((ops) => ops >= 50)).toBe(true);
    const active = run.ready().filter((chain) => run.stretch(chain, 1).length > 0);
    expect(active).toHaveLength(1);
    run.killNow(active[0]);
    const before = run.mallocs;
    rounds(run, 200, 1);
    expect(run.mallocs).toBeGreaterThan(before + 50);
  });

  it('lets a sleeper do what a user’s burst asks of it', () => {
    const run = mix({ both: 2, handOver: 0, liveSet: 20, arrivals: 'pool', lifeOps: 1000 });
    rounds(run, 50, 1);
    expect(run.stretch(2, 1)).toEqual([]);
    expect(run.program.wake(2, 30)).toBe(true);
    while (run.stretch(2, 8).length > 0);
    expect(run.ops[2]).toBe(30);
    expect(run.program.sleeps(2)).toBe(true);
  });

  it('has receivers free their mail while it is not their turn', () => {
    const run = mix({ both: 3, handOver: 100, liveSet: 10, arrivals: 'pool', lifeOps: 5000 });
    rounds(run, 3000);
    expect(run.ops[1]).toBeGreaterThan(2000);
    expect(run.live).toBeLessThan(10 + 20 + 68);
  });
});

describe('the killed', () => {
  it('leave their mail to other receivers, and their live set for ever', () => {
    const run = mix({ producers: 1, both: 0, consumers: 2, liveSet: 20, handTo: 'one' });
    for (let i = 0; i < 60; i++) run.stretch(1, 8);
    run.killNow(2);
    for (let i = 0; i < 100; i++) run.stretch(3, 8);
    expect(run.live).toBe(20);
    run.killNow(1);
    rounds(run, 100);
    expect(run.live).toBe(20);
    expect(run.ready()).toEqual([]);
  });

  it('leave a producer that frees its blocks itself when nobody else can', () => {
    const run = mix({ producers: 1, both: 0, consumers: 1, liveSet: 20, batch: 4 });
    while (run.ready().includes(1)) run.stretch(1, 8);
    expect(run.waits[1]).toBe(true);
    run.killNow(2);
    expect(run.live).toBeGreaterThan(80);
    for (let i = 0; i < 500; i++) run.stretch(1, 8);
    expect(run.frees).toBeGreaterThan(400);
    expect(run.remoteFrees).toBe(0);
    // What waited for the dead one came back to it and went as well.
    expect(run.live).toBe(20);
  });
});

describe('drawing ahead', () => {
  it('is offered while nothing crosses threads', () => {
    const knobs = resolveKnobs({ workload: 'mix', both: 2, handOver: 0 });
    const run = new ReferenceRun(programOf(knobs));
    expect(run.program.independent).toBe(true);
    knobs.handOver = 50;
    run.program.knobChanged();
    expect(run.program.independent).toBe(false);
    for (let i = 0; i < 2000; i++) run.stretch(1, 8);
    knobs.handOver = 0;
    run.program.knobChanged();
    // What is on its way still crosses.
    expect(run.program.independent).toBe(false);
    rounds(run, 200);
    run.program.knobChanged();
    expect(run.program.independent).toBe(true);
  });

  it.each([
    { producers: 1 },
    { consumers: 1 },
    { handOver: 1 },
    { arrivals: 'pool' },
    { arrivals: 'once' },
    { phasing: 'together' },
  ] as const)('is not, with %j', (knobs) => {
    expect(mix({ both: 2, handOver: 0, ...knobs }).program.independent).toBe(false);
  });
});

describe('bounds', () => {
  const misfit = (knobs: Partial<KnobValues>): string | undefined =>
    programDef('mix').misfit?.(resolveKnobs({ workload: 'mix', ...knobs }))?.message;

  it.each([
    [{ both: 0 }, /Nobody allocates/],
    [{ both: 0, consumers: 3 }, /Nobody allocates/],
    [{ producers: 2, both: 0 }, /Producers need a thread that frees/],
    [{ producers: 64, consumers: 60, both: 4 }, /128 threads are more than the 127/],
    [{ both: 4, liveSet: 300_000 }, /4 threads that allocate could have 1,200,\d+ live blocks/],
    [{ both: 2, phases: 'grow 600000, hold' }, /could have 1,200,/],
    [{ both: 64, batch: 4096, liveSet: 4000 }, /could have 1,0/],
    [{ liveUnit: 'KiB', sizes: '1-10' }, /could have 4,096,/],
  ] as const)('%j do not fit', (knobs, message) => {
    expect(misfit(knobs)).toMatch(message);
  });

  it.each([
    {},
    { producers: 16, consumers: 1, both: 0, sizes: '592' },
    { producers: 64, consumers: 63, both: 0 },
    { both: 1, liveSet: 999_999 },
    { both: 4, liveUnit: 'KiB', liveSet: 100_000, sizes: '4K-64K' },
  ] as const)('%j fit', (knobs) => {
    expect(misfit(knobs)).toBeUndefined();
  });

  it('hold for whatever fits', () => {
    const wide = fc.record<Partial<KnobValues>>({
      producers: fc.integer({ min: 0, max: 64 }),
      consumers: fc.integer({ min: 0, max: 64 }),
      both: fc.integer({ min: 0, max: 64 }),
      handOver: fc.integer({ min: 0, max: 100 }),
      handTo: fc.constantFrom('next', 'random', 'one'),
      batch: fc.constantFrom(1, 7, 300),
      discard: fc.constantFrom(1, 3, 4096),
      sizes: fc.constantFrom('1-4', '592', 'power 2 16-1M', '8 x 5, 64K'),
      liveSet: fc.integer({ min: 1, max: 60 }),
      liveUnit: fc.constantFrom('blocks', 'KiB'),
      lifetime: fc.constantFrom('random', 'fifo', 'lifo', 'mixed'),
      phases: fc.constantFrom('grow, hold', 'grow 50, hold 30, shrink 3, idle 1ms, repeat'),
      phasing: fc.constantFrom('own', 'together', 'staggered'),
      arrivals: fc.constantFrom('forever', 'successor', 'pause', 'once', 'pool'),
      lifeOps: fc.integer({ min: 1, max: 200 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(wide, fc.nat(97), (knobs, step) => {
        if (misfit(knobs) !== undefined) return;
        const run = mix(knobs);
        expect(run.program.chains).toBeLessThanOrEqual(MAX_CHAINS);
        expect(run.program.maxSlots).toBeLessThanOrEqual(1_000_000);
        for (let i = 0; i < 2000; i++) {
          const ready = run.ready();
          if (ready.length === 0) break;
          // Some chains come often, others hardly ever.
          run.stretch(ready[(i * i * (step + 1)) % ready.length], 16);
        }
        expect(run.peak).toBeLessThanOrEqual(run.program.maxSlots);
      }),
      cases(60),
    );
  });
});

describe('a run taken up from its words', () => {
  const STEPS = 450;
  it.each<Partial<KnobValues>>([
    { both: 3, phasing: 'together', phases: 'grow 3, grow 2, grow 1, repeat' },
    { both: 2, phasing: 'together', phases: 'grow 6, shrink 7, hold 3, shrink 2 random, repeat' },
    { both: 3, arrivals: 'pool', phases: 'grow 5, shrink', handOver: 50 },
    { producers: 2, both: 1, consumers: 1, arrivals: 'once', lifeOps: 20, batch: 3 },
    { producers: 2, both: 0, consumers: 1, liveSet: 5 },
    { both: 2, liveUnit: 'KiB', liveSet: 1, sizes: '16-200', lifetime: 'mixed', discard: 3 },
  ])('goes on the same from any step, with %j', (knobs) => {
    const settings = resolveKnobs({ workload: 'mix', sizes: '64', liveSet: 10, ...knobs });
    /** What is seen of a run in which, `at` that step, another program takes over from its words. */
    const seen = (at: number): string[] => {
      const run = new ReferenceRun(programOf(settings));
      const lines: string[] = [];
      for (let i = 0; i < STEPS; i++) {
        if (i === at) {
          const program = programOf(settings);
          setUp(program, { malloc: () => {}, free: () => {}, start: () => true });
          program.restore(run.program.words());
          run.goOnWith(program);
        }
        const chain = 1 + (((i * i) % 7) % (run.program.chains - 1));
        if (!run.running[chain]) continue;
        // The last is slow, so that senders come to wait for it.
        const texts = run.stretch(chain, chain === run.program.chains - 1 ? 1 : 2);
        const sleeps = texts.length === 0 && run.program.sleeps(chain);
        if (sleeps && i % 9 === 0) run.program.wake(chain, 4);
        lines.push(`${chain}: ${texts.join(' ')} ${sleeps}`);
      }
      return lines;
    };
    const whole = seen(-1);
    for (let at = 0; at < STEPS; at += 5) expect(seen(at)).toEqual(whole);
  });
});
