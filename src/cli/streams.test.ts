// @module-tag slow
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SIM = `${process.execPath} scripts/run-ts.mjs src/cli/sim.ts`;
const CACHE = 'node_modules/.cache/slabscope/run/src-cli-sim-ts';
/** Something that takes a moment, and more than a pipe holds. */
const DUMP = '--preset larson-oom --at 60000 --dump';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slabscope-'));
  // The first call makes the bundle.
  expect(shell('$SIM --ops 1').status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a shell script in which $SIM is the command; its status is that of the script. */
function shell(script: string): { status: number | null; out: string; said: string } {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    env: { ...process.env, SIM, DIR: folder },
    maxBuffer: 2 ** 28,
  });
  return { status, out: stdout, said: stderr };
}
const of = (script: string): string => `${script}; exit \${PIPESTATUS[0]}`;
const lines = (text: string): number => text.split('\n').length - 1;

// What a shell, /dev and signals are differs too much elsewhere.
describe.runIf(process.platform === 'linux')('streams', () => {
  it.each([
    ['a listing', '$SIM --list | head -1'],
    ['a dump that is larger than a pipe', `$SIM ${DUMP} | head -1`],
    ['lanes that are not run any more', '$SIM --preset fix-grid --ops 20000 | head -1'],
    ['JSON', '$SIM --preset fix-grid --ops 20000 --json | head -c 1'],
  ])('nobody reads on: %s ends quietly, with status 0', (_, script) => {
    expect(shell(of(script))).toMatchObject({ status: 0, said: '' });
  });

  it('nobody reads a file that is a pipe', () => {
    const script = `$SIM ${DUMP} --events >(head -c 1 >/dev/null) >/dev/null`;
    expect(shell(script)).toMatchObject({ status: 0, said: '' });
  });

  it('everything arrives, however slow the reader is', () => {
    const { out } = shell(`$SIM ${DUMP} --json`);
    expect(lines(out)).toBe(1);
    const slow = shell(`$SIM ${DUMP} --json | (sleep 1; cat) | wc -c`);
    // Only the wall clock's digits differ.
    expect(Math.abs(Number(slow.out) - Buffer.byteLength(out))).toBeLessThan(20);
  });

  it.each([
    ['the summary', '$SIM --ops 5 >/dev/full', 'Standard output cannot be written: no space'],
    ['a listing', '$SIM --list >/dev/full', 'Standard output cannot be written: no space'],
    ['a file', '$SIM --ops 5 --csv /dev/full', '/dev/full: it cannot be written: no space'],
  ])('no space is left for %s', (_, script, sentence) => {
    const { status, said } = shell(script);
    expect(status).toBe(2);
    expect(said).toContain(sentence);
    expect(lines(said)).toBe(1);
  });

  it.each([
    ['zeros without end', '$SIM --recipe /dev/zero', 'larger than 3 MB'],
    ['a file of 700 MB', 'truncate -s 700M $DIR/huge; $SIM --recipe $DIR/huge', 'larger than 3 MB'],
    ['endless lines', 'yes | $SIM --recipe -', 'Standard input: it is larger than 3 MB'],
    ['endless zeros', '$SIM --recipe /dev/stdin </dev/zero', 'larger than 3 MB'],
    ['nothing', '$SIM --recipe - </dev/null', 'Standard input: it is empty'],
    ['a closed input', '$SIM --recipe - <&-', 'Standard input: it is empty'],
    ['a folder', '$SIM --recipe $DIR', 'it cannot be read: it is a folder'],
    ['a path through a file', 'touch $DIR/f; $SIM --recipe $DIR/f/r', 'there is no such folder'],
  ])('a recipe that is %s is refused in one sentence', (_, script, sentence) => {
    const { status, out, said } = shell(script);
    expect(status).toBe(2);
    expect(said).toContain(sentence);
    expect([out, lines(said)]).toEqual(['', 1]);
    expect(said.length).toBeLessThan(200);
  });

  it('a recipe comes through a pipe, in two parts', () => {
    const script = '(printf \'{"schema":3,\'; sleep 1; printf \'"knobs":{"threads":3}}\')';
    const { status, out } = shell(`${script} | $SIM --recipe - --ops 10 --json`);
    expect(status).toBe(0);
    expect(out).toContain('"threads":3');
  });

  it('nobody hears what was wrong', () => {
    expect(shell('$SIM --nope 2>&-')).toMatchObject({ status: 2, out: '' });
    expect(shell('$SIM --nope 2>/dev/full')).toMatchObject({ status: 2, out: '' });
  });

  it('files that cannot be written are noticed before the run, and none is left', () => {
    mkdirSync(path.join(folder, 'taken.2.csv'));
    writeFileSync(path.join(folder, 'kept.0.json'), 'mine');
    const script =
      '$SIM --preset fix-grid --ops 10 --perfetto $DIR/kept.json --csv $DIR/taken.csv --events $DIR/e';
    const { status, out, said } = shell(script);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(said).toContain('taken.2.csv: it cannot be written: it is a folder');
    const left = readdirSync(folder).filter((name) => /^(taken|kept|e\b)/.test(name));
    expect(left.sort()).toEqual(['kept.0.json', 'taken.2.csv']);
    expect(readFileSync(path.join(folder, 'kept.0.json'), 'utf8')).toBe('mine');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    '%s ends it at once and leaves nothing behind',
    async (signal) => {
      const file = path.join(folder, 'never.csv');
      const args = ['--preset', 'fix-grid', '--csv', file];
      const [command, ...rest] = SIM.split(' ');
      const child = spawn(command, [...rest, '--ops', '2000000', ...args]);
      await new Promise((running) => child.stderr.once('data', running));
      child.kill(signal);
      const ended = await new Promise((resolve) => child.on('exit', (_, by) => resolve(by)));
      expect(ended).toBe(signal);
      expect(existsSync(file) || existsSync(file.replace('.csv', '.3.csv'))).toBe(false);
    },
  );

  it('whatever happened: a few bundles are kept, each whole, and nothing else', () => {
    const kept = readdirSync(CACHE);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThanOrEqual(4);
    for (const name of kept) expect(name).toMatch(/^[0-9a-f]{32}\.mjs$/);
    expect(existsSync('node_modules/.cache/slabscope/src-cli-sim-ts')).toBe(false);
  });
});
