import { describe, expect, it } from 'vitest';
import { ok, type Result } from '../base/result.ts';
import { MODEL_IDS } from '../engine/allocators/index.ts';
import { PROGRAM_IDS } from '../engine/programs/index.ts';
import { parseRecipe } from '../engine/recipe-parse.ts';
import { createSimulation } from '../engine/simulation.ts';
import { runTo, Timeline } from '../engine/timeline.ts';
import { simCommand } from '../views/page/texts.ts';
import { lane } from '../worker/testing/lane.ts';
import { parseArgs } from './args.ts';
import { standing } from './ended.ts';
import { type Job, jobsOf, runJob } from './run.ts';

const nothing = (): Result<string> => ok('');
function jobs(argv: readonly string[], recipe?: object): readonly Job[] {
  const args = parseArgs(argv);
  if (!args.ok) throw new Error(args.error.message);
  const found = jobsOf(args.value, recipe ? () => ok(JSON.stringify(recipe)) : nothing);
  if (!found.ok) throw new Error(found.error.message);
  expect(found.value.problems).toEqual([]);
  return found.value.jobs;
}

describe('what is run', () => {
  it('takes texts as they are', () => {
    const [job] = jobs(['--workload=mix', '--set', 'sizes=8 x 3, 64 x 1']);
    expect(job.knobs).toMatchObject({ workload: 'mix', sizes: '8 x 3, 64 x 1' });
  });

  it('is every variant of a preset, or the one asked for', () => {
    expect(jobs(['--preset=fix-grid'])).toHaveLength(4);
    const single = jobs(['--preset', 'fix-grid', '--variant', 'Both', '--set', '0.threads=2']);
    expect(single).toMatchObject([
      { lane: 3, knobs: { threads: 2, trimSS: true, decOnRemote: true } },
    ]);
  });

  it('is what was asked for: every program under every model', () => {
    for (const model of MODEL_IDS) {
      for (const workload of PROGRAM_IDS) {
        const [job] = jobs(['--set', `model=${model}`, '--workload', workload]);
        expect(job.knobs).toMatchObject({ model, workload });
      }
    }
    const sim = runJob(jobs(['--set', 'model=tiny', '--workload', 'pair'])[0], 10);
    expect(sim.model).toBe('tiny');
    expect(sim.knobs).toMatchObject({ model: 'tiny', workload: 'pair' });
  });

  it('goes beyond the limit of a preset when more are asked for', { tags: ['slow'] }, () => {
    const [job] = jobs(['--preset', 'domino', '--variant', '0', '--ops', '100050']);
    expect(job.knobs.opLimit).toBe(0);
    expect(runJob(job, 100_050).op).toBe(100_050);
    const [within] = jobs(['--preset', 'domino', '--variant', '0', '--ops', '1000']);
    expect(within.knobs.opLimit).toBe(100_000);
  });
});

describe('a run that is stopped', () => {
  /** Edits of a page's run: on the way, at the operation where it stands, and beyond. */
  const recipe = {
    schema: 3,
    knobs: { chunks: 64, threads: 3 },
    edits: [
      { op: 0, knob: 'trimSS', value: true },
      { op: 1000, knob: 'orphanPolicy', value: 'adopt' },
      { op: 1000, act: 'burst', subject: 2, amount: 700 },
      { op: 2500, act: 'kill', subject: 1 },
      { op: 3000, knob: 'orphanPolicy', value: 'reuse-empty' },
      { op: 3001, act: 'kill', subject: 2 },
    ],
  };

  it.each([1, 999, 1000, 1001, 1300, 2500, 2999, 3000])(
    'at operation %i is the run that a page shows there',
    async (op) => {
      const [job] = jobs(['--recipe', 'r.json'], recipe);
      const sim = runJob(job, op);
      const { edits, knobs } = job;
      const { client } = lane();
      await client.configure({ knobs, edits, startAt: op });
      const shown = await client.call('digest', undefined);
      expect({ op: sim.op, digest: sim.digest() }).toEqual(shown);
      // And the page that came back to it from later.
      await client.call('runTo', { op: op + 1500 });
      await client.call('seek', { op });
      expect(await client.call('digest', undefined)).toEqual(shown);
      expect(standing(sim)).toEqual({ status: 'finished', endedBy: 'opsLimit' });
    },
  );

  it.each(MODEL_IDS.flatMap((model) => ['own', 'shared'].map((schedule) => [model, schedule])))(
    'hashes as it does on a page: %s, schedule %s',
    { tags: ['slow'] },
    (model, schedule) => {
      const argv = ['--set', `model=${model}`, '--set', `schedule=${schedule}`, '--ops', '4321'];
      for (const program of PROGRAM_IDS) {
        const [job] = jobs([...argv, '--workload', program]);
        const page = createSimulation(job.knobs);
        runTo(page, new Timeline([]), 4321);
        expect(runJob(job, 4321).digest()).toBe(page.digest());
      }
    },
  );

  it('is what the page’s command says, edits and all', () => {
    const { recipe: whole } = parseRecipe({
      ...recipe,
      knobs: { chunks: 64, threads: 3, sizes: '8 x 3' },
    });
    const command = simCommand(whole, 0, 2800);
    expect(command).toMatch(
      /^npm run sim -- .* --turn 1000:orphanPolicy=adopt --act 1000:burst:2:700 /,
    );
    // As a shell takes it apart; nothing in it has a quote of its own.
    const argv = [...command.replace('npm run sim -- ', '').matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain,
    );
    const [job] = jobs(argv);
    const [own] = jobs(['--recipe', 'r.json'], whole);
    expect(argv.slice(-3)).toEqual(['--ops', '2800', '--json']);
    expect(runJob(job, 2800).digest()).toBe(runJob(own, 2800).digest());
  });

  it('by its own limit has ended, as on a page', () => {
    const [job] = jobs(['--set', 'opLimit=500', '--ops', '500']);
    const page = createSimulation(job.knobs);
    runTo(page, new Timeline([]), 500);
    const sim = runJob(job, 500);
    expect(sim.endedBy).toBe('opsLimit');
    expect(sim.digest()).toBe(page.digest());
  });

  it('reads a recipe with edits and makes them at their operations', () => {
    const [job] = jobs(['--recipe', 'r.json', '--ops', '3000'], recipe);
    const sim = runJob(job, 2999);
    expect(sim.knobs.orphanPolicy).toBe('adopt');
    expect(runJob(job, 3000).knobs.orphanPolicy).toBe('reuse-empty');
  });
});
