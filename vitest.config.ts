import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { bundleTests, unchanged } from './scripts/bundle-tests.ts';

// One seed for all property tests of a run, inherited by the processes that run them.
process.env.SEED ??= String(randomInt(2 ** 31 - 1));

/** Test files that a quick run does not even load: slow as a whole, or passed as they are. */
function leftOut(): string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.test\.tsx?$/.test(file))
    .map((file) => `src/${file.replaceAll('\\', '/')}`);
  const slow = files.filter((file) => readFileSync(file, 'utf8').startsWith('// @module-tag slow'));
  return process.env.REMEMBER === '1' ? [...slow, ...unchanged(files)] : slow;
}

export default defineConfig({
  plugins: [bundleTests()],
  // The bundles are JavaScript already; a reporter is not bundled.
  oxc: { include: /\/scripts\/.*\.ts$/ },
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
    ...(process.env.EFFORT === 'quick' ? { exclude: leftOut() } : {}),
    passWithNoTests: process.env.REMEMBER === '1',
    environment: 'node',
    setupFiles: ['scripts/map-stacks.ts', 'src/base/testing/fuzz.ts'],
    tags: [{ name: 'slow', description: 'Whole runs of full size: left out by npm run check.' }],
    // No test may fail for being slow: this is what one that hangs is named by.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A bundle shares nothing with the next, so that they can share threads.
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
  },
});
