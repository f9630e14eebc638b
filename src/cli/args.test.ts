import { describe, expect, it } from 'vitest';
import { parseArgs } from './args.ts';
import { jobsOf, runJob } from './run.ts';

const read = (text: string) => () => text;
const message = (...argv: string[]): string => {
  const args = parseArgs(argv);
  if (!args.ok) return args.error.message;
  const jobs = jobsOf(args.value, () => {
    throw new Error('no such file');
  });
  return jobs.ok ? '' : jobs.error.message;
};

describe('command line', () => {
  it.each([
    [['--preset', 'nope'], /no preset/],
    [['--preset', 'larson-om'], /did you mean larson-oom/],
    [['--set', 'threads=0'], /goes from 1 to 64/],
    [['--set', 'threads=NaN'], /needs a number/],
    [['--set', 'threds=2'], /did you mean threads/],
    [['--set', 'threads'], /KNOB=VALUE/],
    [['--ops', '1e12'], /10,000,000,000/],
    [['--ops', '-1'], /--ops/],
    [['--presett', 'x'], /did you mean --preset/],
    [['--json=1'], /takes no value/],
    [['--set', 'sizes=16 and more'], /“16 and more” is no size/],
    [['--workload=mix', '--set', 'both=0'], /^Nobody allocates/],
    [['--workload', 'mixt'], /did you mean mix/i],
    [['--set'], /needs a value/],
    [['--recipe', 'missing.json'], /cannot be opened/],
    [['--preset', 'rounds', '--variant', '77'], /no variant/],
    [['--preset', 'rounds', '--recipe', 'x'], /not both/],
  ])('%j: one clear sentence', (argv, pattern) => {
    expect(message(...argv)).toMatch(pattern);
  });

  it('takes texts as they are', () => {
    const args = parseArgs(['--workload=mix', '--set', 'sizes=8 x 3, 64 x 1']);
    expect(args).toMatchObject({ value: { knobs: { workload: 'mix', sizes: '8 x 3, 64 x 1' } } });
  });

  it('runs every variant of a preset, or the one asked for', () => {
    const all = parseArgs(['--preset=fix-grid']);
    const one = parseArgs(['--preset', 'fix-grid', '--variant', 'Both', '--set', '0.threads=2']);
    if (!all.ok || !one.ok) throw new Error('arguments');
    const four = jobsOf(all.value, read(''));
    const single = jobsOf(one.value, read(''));
    if (!four.ok || !single.ok) throw new Error('jobs');
    expect(four.value.jobs).toHaveLength(4);
    expect(single.value.jobs).toMatchObject([
      { lane: 3, knobs: { threads: 2, trimSS: true, decOnRemote: true } },
    ]);
  });

  it('reads a recipe with edits and applies them at their operations', () => {
    const args = parseArgs(['--recipe', 'r.json', '--ops', '3000']);
    if (!args.ok) throw new Error('arguments');
    const recipe = {
      schema: 1,
      knobs: { chunks: 64, threads: 2 },
      edits: [{ op: 1000, lane: 0, knob: 'orphanPolicy', value: 'adopt' }],
    };
    const jobs = jobsOf(args.value, read(JSON.stringify(recipe)));
    if (!jobs.ok) throw new Error('jobs');
    const sim = runJob(jobs.value.jobs[0], 3000);
    expect(sim.op).toBe(3000);
    expect(sim.endedBy).toBe('opsLimit');
    expect(sim.knobs.orphanPolicy).toBe('adopt');
  });

  it('says when a recipe file is not JSON', () => {
    const args = parseArgs(['--recipe', 'r.json']);
    if (!args.ok) throw new Error('arguments');
    const jobs = jobsOf(args.value, read('{'));
    expect(jobs.ok ? '' : jobs.error.message).toMatch(/not JSON/);
  });
});
