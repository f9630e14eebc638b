// The seed of all tests of a run. The same files draw the same cases, wherever they are tried: what passed before a
// commit passes after it. Other files draw others, and so does every deep run; SEED=n repeats one.
import { createHash, randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './run.mjs';

const READ = ['src', 'e2e', 'scripts'];
const MOST = 2 ** 31 - 1;

/** @returns {string} a whole number */
export function seedOf({ deep }) {
  if (process.env.SEED) return process.env.SEED;
  if (deep) return String(randomInt(MOST));
  const hash = createHash('sha256');
  for (const folder of READ) {
    const files = readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .sort();
    for (const file of files)
      hash.update(`${path.relative(root, file)}\0`).update(readFileSync(file));
  }
  return String(hash.digest().readUInt32BE() % MOST);
}
