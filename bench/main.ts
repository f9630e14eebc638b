import { readFileSync, writeFileSync } from 'node:fs';
import { costFigures } from './cost.ts';
import { engineFigures } from './engine.ts';
import { pageFigures } from './page.ts';
import { programFigures } from './programs.ts';
import { ratiosHold } from './ratios.ts';
import { realLarson } from './real.ts';
import { soakFigures } from './soak.ts';
import { spaceFigures } from './space.ts';
import { startFigures } from './start.ts';

/**
const onlyCost = argv.includes('--cost');
const withRatios = !onlyPrograms && !onlyCost && !argv.includes('--no-ratios');
if (withRatios && !ratiosHold(keep)) {
 * speed and memory against the goals of the design. These figures are for reading: machines differ. What is held
 * against a kept baseline (bench/baseline.json) are ratios within one run (ratios.ts); one that is more than a tenth
 * below it fails the bench. `--ratios` measures them alone, `--baseline` does so and keeps them; `--cost` what frames
 * cost the page, alone.
 */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What we aim for, and whether more or less is better. */
  readonly goal?: { readonly value: number; readonly better: 'more' | 'less' };
}

const argv = process.argv.slice(2);
const argument = (name: string): string | undefined => {
  const at = argv.indexOf(name);
  return at < 0 ? undefined : argv[at + 1];
};

const keep = argv.includes('--baseline');
const onlyRatios = keep || argv.includes('--ratios');
const onlyPrograms = argv.includes('--programs');
const onlyCost = argv.includes('--cost');
const withRatios = !onlyPrograms && !onlyCost && !argv.includes('--no-ratios');
if (withRatios && !ratiosHold(keep)) {
  console.error('A ratio is more than a tenth below what is kept.');
  process.exitCode = 1;
}
if (onlyRatios) process.exit();

const figures: Figure[] = onlyPrograms || onlyCost ? [] : [...engineFigures(), ...spaceFigures()];
if (!onlyCost) figures.push(...programFigures());
const page = !onlyPrograms && !argv.includes('--no-page');
if (page && !onlyCost) figures.push(...(await pageFigures()), ...(await startFigures()));
if (page) figures.push(...(await costFigures(argument('--former'))));
const soak = Number(argument('--soak') ?? 0);
if (soak > 0) figures.push(...(await soakFigures(soak)));
const source = argument('--larson');
if (source !== undefined) figures.push(...realLarson(source, figures));

const cell = (text: string, width: number): string => text.padEnd(width);
console.log(`${cell('figure', 62)}${'value'.padStart(12)}  ${cell('unit', 12)}goal`);
for (const { name, value, unit, goal } of figures) {
  const met =
    goal === undefined ? '' : goal.better === 'more' ? value >= goal.value : value <= goal.value;
  const text =
    goal === undefined
      ? ''
      : `${goal.better === 'more' ? '≥' : '≤'} ${goal.value} ${met ? 'met' : 'MISSED'}`;
  console.log(`${cell(name, 62)}${value.toPrecision(4).padStart(12)}  ${cell(unit, 12)}${text}`);
}
const file = argument('--json');
if (file !== undefined) {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  writeFileSync(
    file,
    `${JSON.stringify({ version, node: process.version, figures }, undefined, 2)}\n`,
  );
}
