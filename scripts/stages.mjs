// What must hold, as stages: what each runs, what it reads, and what must have been made before.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { binOf, root } from './run.mjs';

/** Where stages leave their logs and counts. */
export const reports = path.join(root, 'node_modules/.cache/slabscope/reports');

/** What any result may depend on. */
const ALWAYS = ['package.json', 'package-lock.json', 'scripts'];
const CONFIGS = [
  'tsconfig.base.json',
  'tsconfig.app.json',
  'tsconfig.engine.json',
  'tsconfig.node.json',
  'tsconfig.worker.json',
];
const PAGE = ['src', 'public', 'index.html', 'vite.config.ts'];
const CODE = ['src', 'e2e', 'bench', 'vite.config.ts', 'vitest.config.ts', 'playwright.config.ts'];

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string[][]} commands arguments of Node, one process after the other
 * @property {string[]} inputs files and folders that it reads, from the root
 * @property {string[]} [needs] stages that must have passed before
 * @property {number} [workers] processor cores that it keeps busy; 1 unless given
 * @property {Record<string, string>} [env]
 * @property {() => { passed: number, failed: number } | undefined} [read] counts of its own tests
 */

/** Counts from a report that a runner left, or undefined when it left none. */
function counts(file, pick) {
  try {
    return pick(JSON.parse(readFileSync(path.join(reports, file), 'utf8')));
  } catch {
    return undefined;
  }
}

/** @returns {Stage[]} in the order in which they are started when there is room */
export function stages({ effort, seed }) {
  const unit = {
    name: 'unit',
    commands: [
      [
        'scripts/unit.mjs',
        ...(effort === 'usual' ? [] : [`--${effort}`]),
        ...(effort === 'quick' ? ['--fresh'] : []),
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${path.join(reports, 'unit.json')}`,
      ],
    ],
    inputs: [...ALWAYS, 'src', 'vitest.config.ts'],
    env: { SEED: seed },
    read: () =>
      counts('unit.json', ({ numPassedTests, numFailedTests }) => ({
        passed: numPassedTests,
        failed: numFailedTests,
      })),
  };
  const still = [
    {
      name: 'types',
      commands: [['scripts/types.mjs']],
      inputs: [...ALWAYS, ...CONFIGS, ...CODE],
    },
    {
      name: 'lint',
      commands: [
        [binOf('biome'), 'check', '--error-on-warnings', '.'],
        [binOf('oxlint'), '--deny-warnings', 'src', 'scripts', 'e2e', 'bench'],
      ],
      inputs: [...ALWAYS, ...CODE, ...CONFIGS, 'biome.json', '.oxlintrc.json', 'index.html'],
    },
    { name: 'layers', commands: [['scripts/layers.mjs']], inputs: [...ALWAYS, 'src'] },
    { name: 'lock', commands: [['scripts/lock-check.mjs']], inputs: ALWAYS },
  ];
  if (effort === 'quick') return [unit, ...still].map((stage) => ({ ...stage, workers: 1 }));
  return [
    {
      name: 'build',
      commands: [[binOf('vite'), 'build', '--logLevel', 'warn']],
      inputs: [...ALWAYS, ...PAGE],
    },
    {
      name: 'e2e',
      commands: [['scripts/e2e.mjs']],
      inputs: [...ALWAYS, ...PAGE, 'e2e', 'playwright.config.ts'],
      needs: ['build'],
      env: {
        PLAYWRIGHT_JSON_OUTPUT_NAME: path.join(reports, 'e2e.json'),
        SEED: seed,
        EFFORT: effort,
      },
      read: () =>
        counts('e2e.json', ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected })),
    },
    ...still,
    {
      name: 'new',
      commands: [['scripts/check-new.mjs', ...(effort === 'deep' ? ['--deep'] : [])]],
      inputs: [...ALWAYS, ...CODE, ...CONFIGS, ...PAGE, 'biome.json', '.oxlintrc.json'],
      env: { SEED: seed },
    },
    {
      name: 'size',
      commands: [[binOf('size-limit')]],
      inputs: [...ALWAYS, ...PAGE, '.size-limit.json'],
      needs: ['build'],
    },
    unit,
  ];
}

/** Digest of all that a stage reads: the same digest, the same result (but for the seed). */
export function digestOf(stage) {
  const hash = createHash('sha256').update(JSON.stringify(stage.commands));
  const add = (file) => {
    const full = path.join(root, file);
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) add(`${file}/${name}`);
    } else hash.update(`${file}\0`).update(readFileSync(full)).update('\0');
  };
  for (const file of stage.inputs) add(file);
  return hash.digest('hex');
}
