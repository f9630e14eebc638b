import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { RANDOM_KINDS, randomCase } from '../src/engine/machine/testing/vma-random.ts';
import { Replay } from '../src/engine/machine/testing/vma-replay.ts';

/**
 * `npm run native:vma [-- --random N [--seed N]]`: carries out the cases of scripts/native/vma-cases.txt and
 * forty random ones with a C program and keeps what the kernel answered, for the test that replays them on our
 * own address space. With --random: N random cases of each kind are compared at once, and nothing is written.
 * Needs Linux on x86-64 and a C compiler; no part of npm test.
 */
const SOURCE = 'scripts/native/vma-cases.c';
const CASES = 'scripts/native/vma-cases.txt';
const FIXTURE = 'src/engine/machine/fixtures/vma-cases.json';
const BINARY = path.resolve('node_modules/.cache/slabscope/vma-cases');
const KEPT_PER_KIND = 10;

interface Case {
  readonly name: string;
  /** A step and, where ours answers otherwise, why. */
  readonly steps: { readonly step: string; readonly differs?: string }[];
}

const argv = process.argv.slice(2);
const argument = (name: string, otherwise: number): number => {
  const at = argv.indexOf(name);
  return at < 0 ? otherwise : Number(argv[at + 1]);
};

function compile(): boolean {
  const compiler = [process.env.CC, 'cc', 'gcc', 'clang'].find(
    (name) => name !== undefined && spawnSync(name, ['--version']).status === 0,
  );
  if (compiler === undefined || process.platform !== 'linux' || process.arch !== 'x64')
    return false;
  mkdirSync(path.dirname(BINARY), { recursive: true });
  execFileSync(compiler, ['-O2', '-Wall', '-Wextra', '-o', BINARY, SOURCE], { stdio: 'inherit' });
  return true;
}

function written(): Case[] {
  const cases: Case[] = [];
  let differs: string | undefined;
  for (const line of readFileSync(CASES, 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('case ')) cases.push({ name: line.slice(5), steps: [] });
    else if (line.startsWith('differs ')) differs = line.slice(8);
    else {
      const steps = cases.at(-1)?.steps;
      steps?.push(differs === undefined ? { step: line } : { step: line, differs });
      differs = undefined;
    }
  }
  return cases;
}

function random(perKind: number, seed: number): Case[] {
  return RANDOM_KINDS.flatMap((kind) =>
    Array.from({ length: perKind }, (_, i) => ({
      name: `random-${kind}-${seed + i}`,
      steps: randomCase(kind, seed + i).map((step) => ({ step })),
    })),
  );
}

/** Cases of which the page tables are kept. */
const TABLES = 'page-tables';

/** The kernel's answers, case by case; each ends with the bytes of page tables, kept only for some cases. */
function answers(cases: readonly Case[]): string[][] {
  const input = cases.flatMap(({ name, steps }) => [
    `case ${name}`,
    ...steps.map(({ step }) => step),
  ]);
  const lines = execFileSync(BINARY, { input: `${input.join('\n')}\n`, maxBuffer: 2 ** 29 })
    .toString()
    .trimEnd()
    .split('\n');
  let at = 0;
  return cases.map(({ name, steps }) => {
    if (lines[at++] !== `case ${name}`) throw new Error(`the program lost its place at ${name}`);
    const first = tablePages(lines[at]);
    return steps.map(() => {
      const line = lines[at++];
      const answer = line.replace(/ \| \d+$/, '');
      return name.startsWith(TABLES) ? `${answer} | ${tablePages(line) - first}` : answer;
    });
  });
}

const tablePages = (line: string): number => Number(/\d+$/.exec(line)?.[0]) / 4096;

/** Steps at which our answers and the kernel's are not what the case says of them. */
function compare(cases: readonly Case[], native: readonly string[][]): number {
  let wrong = 0;
  cases.forEach(({ name, steps }, c) => {
    const replay = new Replay(name.startsWith(TABLES));
    for (let i = 0; i < steps.length; i++) {
      const ours = replay.step(steps[i].step);
      if ((ours === native[c][i]) === (steps[i].differs === undefined)) continue;
      wrong++;
      console.log(`${name}, step ${i + 1}: ${steps[i].step}`);
      console.log(`  kernel ${native[c][i]}\n  ours   ${ours}`);
      return;
    }
  });
  return wrong;
}

if (!compile()) console.log('Needs Linux on x86-64 and a C compiler; nothing was done.');
else {
  const many = argument('--random', 0);
  const cases =
    many > 0 ? random(many, argument('--seed', 1)) : [...written(), ...random(KEPT_PER_KIND, 1)];
  const native = answers(cases);
  const wrong = compare(cases, native);
  console.log(`${cases.length} cases, ${wrong} answered otherwise by our address space`);
  if (many === 0) {
    const kept = {
      about: `Answers of the kernel to ${CASES}, written by npm run native:vma; see ${SOURCE} for the notation.`,
      kernel: `Linux ${os.release().replace(/^(\d+\.\d+).*/, '$1')}, x86-64, max_map_count ${readFileSync('/proc/sys/vm/max_map_count', 'utf8').trim()}, huge pages on madvise`,
      cases: cases.map(({ name, steps }, c) => ({
        name,
        steps: steps.map(({ step, differs }, i) =>
          differs === undefined ? [step, native[c][i]] : [step, native[c][i], differs],
        ),
      })),
    };
    mkdirSync(path.dirname(FIXTURE), { recursive: true });
    writeFileSync(FIXTURE, `${JSON.stringify(kept, undefined, 1)}\n`);
  }
  if (wrong > 0) process.exitCode = 1;
}
