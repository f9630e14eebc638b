import { afterEach, describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../engine/knobs/index.ts';
import { verdictOf } from '../../engine/verdict.ts';
import { Pool } from '../../worker/pool.ts';
import { ChannelWorker } from '../../worker/testing/channel.ts';
import {
  type Cell,
  known,
  otherSettings,
  passed,
  runVerdicts,
  SEEDS,
  stripKnobs,
  whyLevel,
} from './verdict-runs.ts';

/** Map entries run out soon, and of the blocks that the C library serves a few look alike. */
const KNOBS: KnobValues = resolveKnobs({
  chunks: 64,
  maxMapCount: 1000,
  headerByte: true,
  onNull: 'libcFallback',
  guessFree: true,
  lookAlikeProb: 4,
});

const pools: Pool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.dispose();
});
function poolOf(size: number): Pool {
  const pool = new Pool({ size, spawn: () => new ChannelWorker({}) });
  pools.push(pool);
  return pool;
}

describe('beside a strip', () => {
  it('a document’s runs say in what they differ from it', () => {
    expect(otherSettings(undefined, KNOBS)).toBe('');
    expect(otherSettings({ ...KNOBS, mixedSeed: 7, lookAlikeProb: 5 }, KNOBS)).toBe('');
    expect(otherSettings({ ...KNOBS, maxMapCount: 65_530 }, KNOBS)).toMatch(
      /^; with other settings than here: [^,]+ 65,530$/,
    );
    expect(
      otherSettings({ ...KNOBS, chunks: 1, rounds: 1, threads: 1, seconds: 1, seed: 1 }, KNOBS),
    ).toMatch(/ and 1 more$/);
  });
});

describe('a strip of verdicts', () => {
  it('is what whole runs of each seed of chance come to, in any number of workers', async () => {
    const list = stripKnobs(KNOBS);
    expect(list.map(({ mixedSeed }) => mixedSeed)).toEqual(SEEDS);
    const expected = list.map((knobs) => verdictOf(knobs, 1e8));
    const passing = expected.filter((verdict) => verdict.passed).length;
    // Some pass and some do not, or there would be nothing to see.
    expect(passing).toBeGreaterThan(0);
    expect(passing).toBeLessThan(20);
    for (const size of [1, 3]) {
      const cells: Cell[] = list.map(() => undefined);
      await new Promise<void>((done) => {
        runVerdicts(
          list,
          (at, cell) => {
            cells[at] = cell;
            if (known(cells) === cells.length) done();
          },
          poolOf(size),
        );
      });
      expect(cells).toEqual(expected);
      expect(passed(cells)).toBe(passing);
    }
  });

  it('tells nothing more once it is given up', async () => {
    const pool = poolOf(1);
    let told = 0;
    await new Promise<void>((done) => {
      const giveUp = runVerdicts(
        stripKnobs(KNOBS),
        () => {
          told++;
          giveUp();
          done();
        },
        pool,
      );
    });
    // Another job of the same pool is done after whatever was left of them.
    await pool.run('verdict', { knobs: KNOBS, maxOps: 1000 });
    expect(told).toBe(1);
  });

  it('says why a curve would be level', () => {
    expect(whyLevel('lookAlikeProb', KNOBS)).toBeUndefined();
    expect(whyLevel('oomRate', KNOBS)).toBeUndefined();
    expect(whyLevel('lookAlikeProb', { ...KNOBS, ownerBitmap: true })).toMatch(/bitmap/);
    expect(whyLevel('lookAlikeProb', { ...KNOBS, onNull: 'assert' })).toMatch(/C library/);
  });
});
