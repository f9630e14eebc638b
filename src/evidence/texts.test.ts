import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LESSONS } from '../lessons/list.ts';
import { EXPERIMENTS } from './list.ts';
import { withTable } from './page.ts';
import { problemsOf } from './reader/check.ts';
import { unusedRegistered } from './reader/registry.ts';
import { parseTie } from './reader/ties.ts';
import { allPassages, keptGrounds, keptVerdicts, PAGE } from './testing/project.ts';

describe('what we say', () => {
  it('rests on something, and its figures are those of its experiments', () => {
    const grounds = keptGrounds();
    expect(allPassages().flatMap((passage) => problemsOf(passage, grounds))).toEqual([]);
  });

  it('of every lesson’s prediction rests on an experiment', () => {
    for (const { id, predict } of LESSONS)
      expect(
        predict.rests.some((text) => parseTie(text)?.kind === 'experiment'),
        `${id}: which experiment shows that the answer is right beyond this run?`,
      ).toBe(true);
  });

  it('is registered nowhere where it is said no more', () => {
    expect(unusedRegistered(allPassages())).toEqual([]);
  });
});

describe('verdicts', () => {
  it('are those that they should be: every sentence holds, and those taken back do not', () => {
    const wrong = keptVerdicts().filter(
      ({ outcome, withdrawn }) => (outcome === 'holds') === withdrawn,
    );
    expect(
      wrong.map(
        ({ id, outcome, fails }) => `${id} ${outcome}: ${fails?.condition} ${fails?.found}`,
      ),
    ).toEqual([]);
  });

  it('stand in docs/evidence.md as they are (npm run evidence -- --keep)', () => {
    const text = readFileSync(PAGE, 'utf8');
    expect(text).toBe(withTable(text, keptVerdicts()));
  });

  it('have ids of their own', () => {
    const ids = EXPERIMENTS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
