// Brings node_modules into line with package-lock.json before start, test, sim and bench.
// Dependency-free: it must run on a fresh clone with nothing but Node and npm.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const quiet = process.argv.includes('--quiet');

const readJson = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

/** True when a package of the lock is for this machine (or for every machine). */
function fits(entry) {
  const list = (values, mine) =>
    !values ||
    ((values.some((v) => v === mine) || values.every((v) => v.startsWith('!'))) &&
      !values.includes(`!${mine}`));
  if (!list(entry.os, process.platform) || !list(entry.cpu, process.arch)) return false;
  if (!entry.libc) return true;
  const musl = !process.report?.getReport().header.glibcVersionRuntime;
  return process.platform !== 'linux' || entry.libc.includes(musl ? 'musl' : 'glibc');
}

function stale() {
  const installedFile = 'node_modules/.package-lock.json';
  if (!existsSync(path.join(root, installedFile))) return true;
  const wanted = readJson('package-lock.json').packages;
  const installed = readJson(installedFile).packages;
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === '' || !fits(entry)) continue;
    const have = installed[name];
    if (have ? have.version !== entry.version : !entry.optional) return true;
    if (!have && entry.optional && (entry.os || entry.cpu)) return true;
  }
  return false;
}

if (stale()) {
  const npm = process.env.npm_execpath;
  if (!npm) {
    console.error('Run this through npm (npm start, npm test), so that it knows which npm to use.');
    process.exit(1);
  }
  if (!quiet) console.log('Installing dependencies …');
  const run = spawnSync(process.execPath, [npm, 'ci', '--no-fund', '--no-audit'], {
    cwd: root,
    // Standard output belongs to the command that follows.
    stdio: ['ignore', quiet ? 2 : 'inherit', 'inherit'],
  });
  if (run.status !== 0) {
    console.error('The dependencies could not be installed (npm ci failed, see above).');
    process.exit(run.status ?? 1);
  }
}
