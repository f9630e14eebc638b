import { describe, expect, it } from 'vitest';
import { goalProgress, goalText } from './goal.ts';

describe('the way to a goal', () => {
  const said = (op: number, ended: boolean): string =>
    goalText(goalProgress(op, 1_500_000, ended), 1_500_000);

  it('is told in bounds while the run goes on, and exactly when it is over', () => {
    expect(said(0, false)).toBe('Less than 10 % of 1,500,000 operations done.');
    expect(said(1_018_500, false)).toBe('At least 60 % of 1,500,000 operations done.');
    expect(said(1_018_500, true)).toBe(
      'The run ended after 1,018,500 of 1,500,000 operations: too early for the goal.',
    );
    for (const ended of [false, true])
      expect(said(2_000_000, ended)).toBe('All of 1,500,000 operations done.');
  });

  it('changes a few times only while a run goes on', () => {
    const seen = new Set<string>();
    for (let op = 0; op <= 1_500_000; op += 1000) seen.add(said(op, false));
    expect(seen.size).toBe(11);
  });
});
