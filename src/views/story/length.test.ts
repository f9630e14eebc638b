import { describe, expect, it } from 'vitest';
import { resolveKnobs } from '../../engine/knobs/index.ts';
import { SCENARIOS } from '../../engine/scenarios.ts';
import { LESSONS } from '../../lessons/list.ts';
import { lengthText, lessonLength, scenarioLength } from './length.ts';

const lanes = (...limits: number[]) => limits.map((opLimit) => resolveKnobs({ opLimit }));
const plain = (text: string | undefined): string | undefined => text?.replaceAll('\u00a0', ' ');

describe('how long runs beside each other take', () => {
  it('is told in operations, and in time as far as the speed says', () => {
    expect(plain(lengthText(lanes(100_000, 100_000), 20_000))).toBe(
      '2 lanes of 100 k operations: at least 5 s at 20.0 k operations a second',
    );
    expect(plain(lengthText(lanes(3e6, 6e6), 20_000))).toBe(
      '2 lanes of up to 6.00 M operations: at least 5 min at 20.0 k operations a second',
    );
    expect(plain(lengthText(lanes(500, 500), 'max'))).toBe('2 lanes of 500 operations, flat out');
    expect(plain(lengthText(lanes(0, 500), 1000))).toBe(
      '2 lanes, each to its end, at 1,000 operations a second',
    );
    expect(plain(lengthText(lanes(0, 0), 1000, 60_000))).toContain('2 lanes of 60.0 k operations');
    expect(lengthText(lanes(500), 'max')).toBeUndefined();
  });

  it('is told of every scenario and lesson that has lanes, and of no other', () => {
    for (const { id, lanes: beside, speed } of SCENARIOS) {
      const said = plain(scenarioLength(id, speed));
      if (beside === undefined || beside.length < 2) expect(said).toBeUndefined();
      else expect(said).toContain(`${beside.length} lanes`);
    }
    expect(LESSONS.filter((lesson) => lessonLength(lesson) !== undefined).length).toBeGreaterThan(
      4,
    );
  });
});
