// @module-tag slow
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEEP, SEED } from '../base/testing/fuzz.ts';
import { EXPERIMENTS } from './list.ts';
import { type Job, planOfAll, rowsFor, shortened } from './plan.ts';
import { runJob } from './run.ts';
import { keptRows } from './testing/project.ts';

/** Seconds of processor time that the usual effort spends on making runs again, by the plan's rough costs. */
const BUDGET = 8;

/** Runs of a usual effort: the cheapest of each experiment, then others as the seed draws them, up to their first reading. */
function fewOf(jobs: readonly Job[]): Job[] {
  const short = jobs.map(shortened);
  const chosen = new Set<Job>();
  let spent = 0;
  const take = (job: Job): void => {
    if (chosen.has(job) || spent + job.seconds > BUDGET) return;
    chosen.add(job);
    spent += job.seconds;
  };
  for (const experiment of EXPERIMENTS) {
    const own = short.filter(({ cells }) => cells.some((cell) => cell.experiment === experiment));
    take(own.reduce((a, b) => (b.seconds < a.seconds ? b : a)));
  }
  const [drawn] = fc.sample(fc.shuffledSubarray(short, { minLength: short.length }), {
    seed: SEED,
    numRuns: 1,
  });
  for (const job of drawn) take(job);
  return [...chosen];
}

describe('runs give what is kept of them', () => {
  const jobs = planOfAll(EXPERIMENTS);
  it(DEEP ? 'all' : 'some', () => {
    for (const job of DEEP ? jobs : fewOf(jobs)) {
      const rows = runJob(job);
      for (const cell of job.cells) {
        const now = rowsFor(job, cell, rows);
        expect(
          now,
          `${cell.experiment.id}: ${cell.key}; npm run evidence -- --keep keeps what is so now`,
        ).toEqual(keptRows(cell).slice(0, now.length));
      }
    }
  });

  it('each run is made once, however many experiments read it', () => {
    const cells = jobs.flatMap((job) => job.cells);
    expect(new Set(cells.map(({ experiment, key }) => `${experiment.id} ${key}`)).size).toBe(
      cells.length,
    );
    expect(jobs.length).toBeLessThan(cells.length);
  });
});
