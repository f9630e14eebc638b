import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CALIBRATED_SHARE } from '../../engine/presets/mixed-heaps.ts';
import { presetById } from '../../engine/presets.ts';
import { experimentById } from '../list.ts';
import { keptOf } from '../testing/project.ts';
import { verdictOf } from '../verdict.ts';

const experiment = experimentById('O-75');
if (!experiment) throw new Error('no O-75');
const { figures } = verdictOf(experiment, keptOf(experiment));

/** Passes of 20 with D1's command, by the share of look-alikes. */
const asD1 = new Map(
  figures.flatMap(({ name, value }) => {
    const share = /^passes, (.+) %; D1/.exec(name)?.[1];
    return share === undefined ? [] : [[share, value] as const];
  }),
);

describe('O-75 and what stands beside it', () => {
  it('has D1’s 6 of 20 at the share that is called calibrated', () => {
    const preset = presetById('mixed-crash');
    expect(preset?.documentVerdict).toMatchObject({ passed: 6, of: 20 });
    expect(preset?.knobs.lookAlikeProb).toBe(CALIBRATED_SHARE);
    expect(preset?.variants[0].name).toBe(`${CALIBRATED_SHARE} % look alike (calibrated)`);
    expect(asD1.get(`${CALIBRATED_SHARE}`)).toBe(preset?.documentVerdict?.passed);
  });

  it('passes as often as the table of docs/mixed-heaps.md says, which a deep run makes again', () => {
    const lines = readFileSync('docs/mixed-heaps.md', 'utf8').split('\n');
    const cellsOf = (head: string): string[] =>
      (lines.find((line) => line.startsWith(`| ${head} |`)) ?? '')
        .split('|')
        .slice(2, -1)
        .map((cell) => cell.trim());
    const shares = cellsOf('look-alikes').map((cell) => cell.replace(' %', ''));
    const passes = cellsOf('1,024 chunks: pass of 20');
    expect([...asD1.keys()]).toEqual(['0.3', '0.55', '1']);
    for (const [share, value] of asD1)
      expect(Number(passes[shares.indexOf(share)]), `${share} %`).toBe(value);
  });
});
