// Everything that must hold, in one command: types, lint, layers, lock, unit and property tests,
// build, size, and the journeys in a real browser. Ends with a line "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { binOf, root } from './run.mjs';

const reports = path.join(root, 'node_modules/.cache/slabscope/reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

let passed = 0;
let failed = 0;
const lines = [];

function node(args, env = {}) {
  return (
    spawnSync(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    }).status ?? 1
  );
}

/** Counts of a JSON report, or one failure when the runner left none. */
function counts(file, read) {
  try {
    return read(JSON.parse(readFileSync(path.join(reports, file), 'utf8')));
  } catch {
    return undefined;
  }
}

function stage(name, run, read) {
  const from = Date.now();
  console.log(`\n── ${name}`);
  const status = run();
  const counted = read?.() ?? { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
  if (status !== 0 && counted.failed === 0) counted.failed = 1;
  passed += counted.passed;
  failed += counted.failed;
  const seconds = ((Date.now() - from) / 1000).toFixed(1);
  lines.push(`${status === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${seconds.padStart(6)} s`);
  return status === 0;
}

stage('types', () => node(['scripts/types.mjs']));
stage('lint', () =>
  Math.max(
    node([binOf('biome'), 'check', '--error-on-warnings', '.']),
    node([binOf('oxlint'), '--deny-warnings', 'src', 'scripts', 'e2e', 'bench']),
  ),
);
stage('layers', () => node(['scripts/layers.mjs']));
stage('lock', () => node(['scripts/lock-check.mjs']));
stage(
  'unit',
  () =>
    node([
      binOf('vitest'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${path.join(reports, 'unit.json')}`,
    ]),
  () =>
    counts('unit.json', (report) => ({
      passed: report.numPassedTests,
      failed: report.numFailedTests,
    })),
);
const built = stage('build', () => node([binOf('vite'), 'build', '--logLevel', 'warn']));
if (built) {
  stage('size', () => node([binOf('size-limit')]));
  stage(
    'e2e',
    () =>
      node(['scripts/e2e.mjs'], { PLAYWRIGHT_JSON_OUTPUT_NAME: path.join(reports, 'e2e.json') }),
    () =>
      counts('e2e.json', ({ stats }) => ({
        passed: stats.expected + stats.flaky,
        failed: stats.unexpected,
      })),
  );
}

console.log(`\n${lines.join('\n')}\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
