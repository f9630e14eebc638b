// Everything that must hold, in one command: npm test -- [--deep] [stage ...]; npm run check is the part
// of it for every commit (--quick). Stages run beside each other as far as their needs and the processor
// allow. Prints a line for each stage, the output of those that fail, and last "N passed, N failed".
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { listsOrExit } from './lists.mjs';
import { root } from './run.mjs';
import { seedOf } from './seed.mjs';
import { digestOf, reports, stages } from './stages.mjs';

/** A stage that prints nothing for so long hangs: every test it runs ends itself earlier. */
const SILENCE_MS = 8 * 60_000;
/** How long a stage may take to end itself when asked, browser and all. */
const GRACE_MS = 10_000;

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const effort = quick ? 'quick' : args.includes('--deep') ? 'deep' : 'usual';
const seed = seedOf({ deep: effort === 'deep' });
const chosen = args.filter((arg) => !arg.startsWith('--'));
const all = stages({ effort, seed });
const unknown = chosen.filter((name) => !all.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`No stage ${unknown.join(', ')}; there are ${all.map((s) => s.name).join(', ')}.`);
  process.exit(2);
}
const wanted = (name) =>
  chosen.length === 0 ||
  chosen.includes(name) ||
  all.some((stage) => chosen.includes(stage.name) && stage.needs?.includes(name));

// Before any stage reads them, or their digests are taken.
listsOrExit();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const running = new Set();
/** Ends a process and those it started. */
function end(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of running) end(child, 'SIGTERM');
    process.exit(130);
  });
}

/** Runs one process; resolves to its status and what it printed. */
function runOne(name, command, env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that a stage that hangs ends with all that it started.
      detached: process.platform !== 'win32',
    });
    running.add(child);
    let output = '';
    let hung = false;
    let watchdog;
    const rearm = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => {
        hung = true;
        end(child, 'SIGTERM');
        setTimeout(() => end(child, 'SIGKILL'), GRACE_MS).unref();
      }, SILENCE_MS);
    };
    const hear = (chunk) => {
      output += chunk;
      rearm();
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    rearm();
    child.on('close', (status) => {
      clearTimeout(watchdog);
      running.delete(child);
      if (hung)
        output += `\nThe stage ${name} hung: it printed nothing for ${SILENCE_MS / 60_000} minutes and was ended.\n`;
      resolve({ status: hung ? 1 : (status ?? 1), output });
    });
  });
}

/** Runs a stage and says how many of its tests passed and failed; a stage without tests is one. */
async function runStage(stage) {
  const from = Date.now();
  let output = '';
  let status = 0;
  for (const command of stage.commands) {
    const done = await runOne(stage.name, command, stage.env);
    output += done.output;
    status ||= done.status;
  }
  writeFileSync(path.join(reports, `${stage.name}.log`), output);
  const counted = stage.read?.() ?? { passed: status === 0 ? 1 : 0, failed: 0 };
  const failed = status !== 0 && counted.failed === 0 ? 1 : counted.failed;
  return { ok: status === 0, passed: counted.passed, failed, output, ms: Date.now() - from };
}

const total = { passed: 0, failed: 0 };
function report(stage, { ok, passed, failed, output, ms }, note = '') {
  total.passed += passed;
  total.failed += failed;
  const tests = stage.read ? `${passed} passed${failed ? `, ${failed} failed` : ''}` : '';
  const time = `${(ms / 1000).toFixed(1).padStart(6)} s`;
  if (!ok) console.log(`\n── ${stage.name}\n${output.trimEnd()}\n`);
  console.log(
    `${ok ? 'ok  ' : 'FAIL'} ${stage.name.padEnd(7)} ${time}  ${[tests, note].filter(Boolean).join(', ')}`.trimEnd(),
  );
}

/** What passed when, so that a quick check leaves out what has not changed since. */
const passedFile = path.join(path.dirname(reports), 'checked.json');
const remembered = (() => {
  try {
    return JSON.parse(readFileSync(passedFile, 'utf8'));
  } catch {
    return {};
  }
})();

/** Runs all stages, each as soon as its needs have passed and there is room for it. */
async function runAll() {
  const waiting = all.filter(({ name }) => wanted(name));
  /** Name of each stage that has ended → whether it passed. */
  const ended = new Map();
  /** Stages that run → their promise. */
  const under = new Map();
  const cores = Math.max(2, os.availableParallelism());
  const needsOf = ({ needs = [] }) => needs.filter(wanted);
  const room = ({ workers = 1 }) =>
    [...under.keys()].reduce((sum, stage) => sum + (stage.workers ?? 1), workers) <= cores ||
    under.size === 0;
  const settle = (stage, result, note) => {
    under.delete(stage);
    ended.set(stage.name, result.ok);
    report(stage, result, note);
  };
  const start = (stage) => {
    const digest = quick ? digestOf(stage) : undefined;
    if (needsOf(stage).some((name) => !ended.get(name))) {
      const output = `Not run: it needs ${needsOf(stage).join(', ')}, which failed.`;
      settle(stage, { ok: false, passed: 0, failed: 1, output, ms: 0 });
    } else if (digest !== undefined && remembered[stage.name] === digest) {
      const result = { ok: true, passed: 1, failed: 0, output: '', ms: 0 };
      settle({ name: stage.name }, result, 'unchanged since it last passed');
    } else {
      const run = runStage(stage).then((result) => {
        if (digest !== undefined) remembered[stage.name] = result.ok ? digest : undefined;
        settle(stage, result, stage.name === 'unit' ? `SEED=${seed}` : '');
      });
      under.set(stage, run);
    }
  };
  while (waiting.length > 0 || under.size > 0) {
    const next = waiting.findIndex(
      (stage) => room(stage) && needsOf(stage).every((name) => ended.has(name)),
    );
    if (next >= 0) start(...waiting.splice(next, 1));
    else await Promise.race(under.values());
  }
  if (quick) writeFileSync(passedFile, JSON.stringify(remembered));
}

await runAll();
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
