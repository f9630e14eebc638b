import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { bundleTests, testFiles, unchanged } from './scripts/bundle-tests.ts';
import { listsOrExit, listsPlugin } from './scripts/lists.mjs';
import { seedOf } from './scripts/seed.mjs';

// Which tests are left out is asked before any plugin is.
listsOrExit();

// One seed for all property tests of a run, inherited by the processes that run them.
process.env.SEED = seedOf({ deep: false });

/** Test files that a quick run does not even load: slow as a whole, or passed as they are. */
async function leftOut(): Promise<string[]> {
  const isSlow = (file: string): boolean =>
    readFileSync(file, 'utf8').startsWith('// @module-tag slow');
  const slow = testFiles().filter(isSlow);
  return process.env.REMEMBER === '1' ? [...slow, ...(await unchanged())] : slow;
}

export default defineConfig(async () => ({
  plugins: [listsPlugin(), bundleTests()],
  // The bundles are JavaScript already; what the runner itself loads is not bundled.
  oxc: { include: /\/scripts\/.*\.ts$/ },
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
    ...(process.env.EFFORT === 'quick' ? { exclude: await leftOut() } : {}),
    passWithNoTests: process.env.REMEMBER === '1',
    environment: 'node',
    setupFiles: ['scripts/map-stacks.ts', 'src/base/testing/fuzz.ts'],
    tags: [{ name: 'slow', description: 'Whole runs of full size: left out by npm run check.' }],
    // No test may fail for being slow: this is what one that hangs is named by.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Bundles share nothing that they write to, so that test files can share threads.
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
  },
}));
