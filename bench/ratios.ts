import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  allHold,
  type Compared,
  compareRatios,
  median,
  type Ratios,
  readBaseline,
  writeBaseline,
} from '../src/cli/ratios.ts';
import { AGAINST_NATIVE, compileLarson, SUBJECTS } from './subjects.ts';

/** Processes a subject gets, in turns with the others, so that a slow spell meets all of them alike. */
const ROUNDS = 3;
const FILE = 'bench/baseline.json';

/** The ratios that one process finds. */
function ratiosOf(name: string): number[] {
  const args = ['scripts/run-ts.mjs', 'bench/one-ratio.ts', name];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as number[];
}

/** Speeds of the engine as ratios to yardsticks, CPU time against CPU time: medians over all processes. */
export function measureRatios(): Ratios {
  const native = compileLarson();
  if (!native) console.error('No C compiler: native larson is left out.');
  const subjects = native ? [...SUBJECTS, ...AGAINST_NATIVE] : SUBJECTS;
  const found = new Map(subjects.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, ratios] of found) ratios.push(...ratiosOf(name));
  return Object.fromEntries([...found].map(([name, ratios]) => [name, median(ratios)]));
}

const digits = (value: number | undefined): string => value?.toPrecision(4) ?? '';
function line({ name, kept, measured, standing }: Compared): string {
  const change =
    kept === undefined || measured === undefined
      ? ''
      : `${measured >= kept ? '+' : '−'}${Math.abs((measured / kept - 1) * 100).toFixed(1)} %`;
  const cells = [digits(measured).padStart(12), digits(kept).padStart(12), change.padStart(10)];
  return `${name.padEnd(62)}${cells.join('')}  ${standing === 'holds' ? '' : standing === 'new' ? 'not kept' : standing}`;
}

/**
 * Measures the ratios, prints them beside those that are kept, and keeps them with `keep`.
 * @returns false: one is further below what is kept than is allowed
 */
export function ratiosHold(keep: boolean): boolean {
  const measured = measureRatios();
  if (keep) {
    const all = [...SUBJECTS, ...AGAINST_NATIVE];
    const read = new Set(all.filter(({ notKept }) => notKept).map(({ name }) => name));
    const ratios = Object.fromEntries(Object.entries(measured).filter(([name]) => !read.has(name)));
    writeFileSync(FILE, writeBaseline({ node: process.version, ratios }));
  }
  if (!existsSync(FILE))
    throw new Error(`${FILE} is missing: npm run bench -- --baseline makes it`);
  const read = readBaseline(readFileSync(FILE, 'utf8'));
  if (!read.ok) throw new Error(`${FILE}: ${read.error.message}`);
  const { node, ratios } = read.value;
  const compared = compareRatios(ratios, measured);
  const head = ['ratio', 'kept', 'change'];
  console.log(
    `${'speed against its yardstick'.padEnd(62)}${head[0].padStart(12)}${head[1].padStart(12)}${head[2].padStart(10)}`,
  );
  for (const one of compared) console.log(line(one));
  if (node !== process.version)
    console.log(`Kept with Node ${node}; this is ${process.version}: compilers differ.`);
  return allHold(compared);
}
