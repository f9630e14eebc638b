// Runs a tool from node_modules without a shell.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const PACKAGES = {
  tsc: 'typescript',
  biome: '@biomejs/biome',
  oxlint: 'oxlint',
  vitest: 'vitest',
  vite: 'vite',
  playwright: '@playwright/test',
  'size-limit': 'size-limit',
};

/** The script behind a tool's command. */
export function binOf(tool) {
  const home = path.join(root, 'node_modules', PACKAGES[tool]);
  const { bin } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'));
  return path.join(home, typeof bin === 'string' ? bin : bin[tool]);
}

/** Runs a tool to its end and returns its exit status. */
export function run(tool, args, options = {}) {
  const done = spawnSync(process.execPath, [binOf(tool), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  return done.status ?? 1;
}
