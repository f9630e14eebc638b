import { describe, expect, it } from 'vitest';
import { ok } from '../base/result.ts';
import { MODEL_IDS } from '../engine/allocators/index.ts';
import { parseArgs } from './args.ts';
import { summaryText } from './print.ts';
import { editsLeft, type Job, jobsOf, runJob } from './run.ts';

function jobOf(...argv: string[]): Job {
  const args = parseArgs(argv);
  if (!args.ok) throw new Error(args.error.message);
  const jobs = jobsOf(args.value, () => ok(''));
  if (!jobs.ok) throw new Error(jobs.error.message);
  return jobs.value.jobs[0];
}
const BY_HAND = ['--workload', 'by-hand'];

describe('calls by hand on the command line', () => {
  it.each([
    ['0:malloc', /OP:ACT:SUBJECT\[\.SLOT\]:AMOUNT/],
    ['0:malloc:1.1:10:0', /OP:ACT:SUBJECT/],
    ['0:maloc:1.1:10', /did you mean malloc/],
    ['0:malloc:1:10', /needs a slot from 0 to 9/],
    ['0:realloc:1.1:99999999', /realloc goes from 1 to 16,777,216 B/],
    ['99999999999:free:1.1:0', /operation of --act goes from 0 to 10,000,000,000/],
  ])('--act %s: one clear sentence', (text, pattern) => {
    const args = parseArgs([...BY_HAND, '--act', text]);
    expect(args.ok ? '' : args.error.message).toMatch(pattern);
  });

  it.each(MODEL_IDS)('are made by %s, and then it waits for the next one', (model) => {
    const acts = ['1:free:2.1:0', '0:malloc:1.1:3000'].flatMap((act) => ['--act', act]);
    const job = jobOf(...BY_HAND, '--set', `model=${model}`, ...acts);
    const sim = runJob(job, undefined);
    expect(sim).toMatchObject({ op: 2, status: 'running', awaitsHand: true });
    expect(sim.audit()).toEqual([]);
    expect(summaryText('A', sim, 1)).toMatch(/^A: waits for your hand after 2 operations/);
    expect(summaryText('A', sim, 1)).toContain('--act 2:malloc:1.0:100');
  });

  it('that are refused are told with their reason, and those beyond the last operation are counted', () => {
    const acts = ['0:free:1.1:0', '0:free:1.0:0', '5:malloc:1.0:8'];
    const job = jobOf(...BY_HAND, ...acts.flatMap((act) => ['--act', act]));
    const told: string[] = [];
    const sim = runJob(job, 100, (why) => told.push(why));
    expect(told).toEqual(['0:free:1.1:0: p1 is empty: there is nothing to free.']);
    expect(sim.op).toBe(1);
    expect(editsLeft(job, sim)).toBe(1);
    expect(summaryText('A', sim, 1, 1)).toContain(
      'an edit beyond this operation cannot be reached',
    );
  });

  it('are nothing for a program that makes its own', () => {
    const told: string[] = [];
    runJob(jobOf('--act', '5:malloc:1.1:10'), 10, (why) => told.push(why));
    expect(told[0]).toMatch(/^5:malloc:1\.1:10: This program makes its own calls/);
  });
});
