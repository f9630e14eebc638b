import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Replay } from './testing/vma-replay.ts';

/** Steps, what the kernel answered, and why we answer otherwise where we do (npm run native:vma). */
interface Recorded {
  readonly kernel: string;
  readonly cases: readonly {
    readonly name: string;
    readonly steps: readonly (readonly [step: string, native: string, differs?: string])[];
  }[];
}

const recorded = JSON.parse(
  readFileSync(new URL('fixtures/vma-cases.json', import.meta.url), 'utf8'),
) as Recorded;

describe(`entries and resident pages as ${recorded.kernel} had them`, () => {
  it('has the cases', () => {
    expect(recorded.cases.length).toBeGreaterThanOrEqual(90);
  });

  for (const { name, steps } of recorded.cases) {
    it(name, () => {
      const replay = new Replay(name.startsWith('page-tables'));
      for (const [step, native, differs] of steps) {
        const ours = replay.step(step);
        if (differs === undefined) expect(`${step} => ${ours}`).toBe(`${step} => ${native}`);
        else expect(ours, `no longer so: ${differs}`).not.toBe(native);
        expect(replay.space.check()).toEqual([]);
      }
    });
  }
});
