import { describe, expect, it } from 'vitest';
import { cellsOf, type Experiment, recipeDigest } from './experiment.ts';
import { keptText, parseKept } from './kept.ts';
import { planOf, rowsFor, shortened } from './plan.ts';
import { median, slope, value } from './results.ts';
import { runJob } from './run.ts';
import { verdictOf } from './verdict.ts';

const experiment: Experiment = {
  id: 'O-99',
  says: 'SuperSlabs grow while owners die.',
  base: { seconds: 60 },
  lanes: [
    { id: 'abandon', name: 'abandon', knobs: {} },
    { id: 'adopt', name: 'adopt', knobs: { orphanPolicy: 'adopt' } },
  ],
  conditions: [
    { id: 'one', name: 'one round', knobs: {} },
    { id: 'for ever', name: 'for ever', knobs: { succession: false }, beyond: true },
  ],
  seeds: [1, 2],
  readings: [10_000, 20_000, 40_000],
  measures: ['superslabsNow'],
  holds: (results) => ({
    cases: results.experiment.conditions.map((condition) => ({
      condition: condition.id,
      holds: results.spread('abandon', condition, slope('superslabsNow')).least > 1,
      found: '',
    })),
    figures: [
      { name: 'now', value: value('superslabsNow')(results.run('adopt', 'one', 1)), unit: '' },
    ],
  }),
};
const cells = cellsOf(experiment);
const jobs = planOf(cells);
const found = jobs.flatMap((job) => {
  const rows = runJob(job);
  return job.cells.map((cell) => ({ cell, rows: rowsFor(job, cell, rows) }));
});
const byKey = new Map(found.map(({ cell, rows }) => [cell.key, rows]));

describe('an experiment', () => {
  it('has a run for each lane, condition and seed, and shares those that are the same', () => {
    expect(cells).toHaveLength(8);
    const twice = { ...experiment, id: 'O-98' as const, readings: [5000, 40_000] as const };
    const shared = planOf([...cells, ...cellsOf(twice)]);
    expect(shared).toHaveLength(jobs.length);
    expect(shared[0].readings).toEqual([5000, 10_000, 20_000, 40_000]);
    const [first] = shared[0].cells;
    expect(rowsFor(shared[0], first, runJob(shared[0]))).toEqual(byKey.get(first.key));
  });

  it('is judged by the conditions that it claims, and says where it ends beyond them', () => {
    const verdict = verdictOf(experiment, byKey);
    expect(verdict).toMatchObject({
      outcome: 'holds',
      held: 1,
      tried: 1,
      triedBeyond: 1,
      heldBeyond: 0,
    });
    expect(verdict.endsAt?.condition).toBe('for ever');
    const all = experiment.conditions.map((condition) => ({ ...condition, beyond: false }));
    expect(verdictOf({ ...experiment, conditions: all }, byKey)).toMatchObject({
      outcome: 'partly',
      held: 1,
      tried: 2,
    });
  });

  it('is read on the way: the first reading of a long run is that of a short one', () => {
    const [job] = jobs;
    expect(runJob(shortened(job))[0]).toEqual(runJob(job)[0]);
  });
});

describe('kept readings', () => {
  const text = keptText(experiment, '3', found);

  it('come back as they were', () => {
    expect(parseKept(experiment, cells, text)).toEqual({ ok: true, value: byKey });
  });

  it('are refused when they are of another experiment than there is now', () => {
    const refused = (other: Experiment): string => {
      const parsed = parseKept(other, cellsOf(other), text);
      return parsed.ok ? '' : parsed.error.message;
    };
    expect(refused({ ...experiment, measures: ['threadLives'] })).toContain('other measures');
    expect(refused({ ...experiment, readings: [10_000] })).toContain('other lengths');
    expect(refused({ ...experiment, seeds: [1, 3] })).toContain('other runs');
    expect(refused({ ...experiment, base: { seconds: 61 } })).toContain('other runs');
    expect(refused({ ...experiment, seeds: [1] })).toContain('more runs');
    expect(parseKept(experiment, cells, '{"engine": 3}').ok).toBe(false);
    expect(parseKept(experiment, cells, 'not JSON').ok).toBe(false);
  });

  it('are by recipe: a knob at its default is not part of it', () => {
    const [cell] = cells;
    const same = { ...cell, experiment: { ...experiment, base: { seconds: 60, rounds: 1 } } };
    expect(recipeDigest(same)).toBe(recipeDigest(cell));
  });
});

describe('spreads', () => {
  it('have the middle value in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
