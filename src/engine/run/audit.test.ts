import { expect, it } from 'vitest';
import { resolveKnobs } from '../knobs/index.ts';
import { createSimulation } from '../simulation.ts';
import type { Run } from './run.ts';

it('says the first of many problems, and how many more there are', () => {
  const run = createSimulation(resolveKnobs({ threads: 2, chunks: 20 })) as Run;
  run.advance(100);
  expect(run.audit()).toEqual([]);
  // An allocator in which everything is wrong.
  const { audit } = run.allocator;
  run.allocator.audit = (problems) => {
    for (let i = 0; i < 563_188; i++) problems.push(`problem ${i}`);
    return audit.call(run.allocator, problems);
  };
  const found = run.audit();
  expect(found).toHaveLength(51);
  expect(found[0]).toBe('problem 0');
  expect(found.at(-1)).toBe('and 563138 more');
});
