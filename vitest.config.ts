import { randomInt } from 'node:crypto';
import { defineConfig } from 'vitest/config';
import { bundleTests } from './scripts/bundle-tests.ts';

// One seed for all property tests of a run, inherited by the processes that run them.
process.env.SEED ??= String(randomInt(2 ** 31 - 1));

export default defineConfig({
  plugins: [bundleTests()],
  // The bundles are JavaScript already.
  oxc: false,
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
    environment: 'node',
    setupFiles: ['src/base/testing/fuzz.ts'],
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
