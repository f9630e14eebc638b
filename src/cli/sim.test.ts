import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../engine/recipe-parse.ts';
import { type Command, OutputEnded } from './io.ts';
import { sim } from './sim-command.ts';
import { inWorld } from './testing/io.ts';

const SMALL = ['--set', 'chunks=64', '--set', 'threads=2', '--ops', '300'];
const recipe = (more: object): string => JSON.stringify({ schema: 3, ...more });

describe('sim', () => {
  it('tells a completed run on standard output alone', async () => {
    const { status, out, said } = await inWorld(sim, SMALL);
    expect(status).toBe(0);
    expect(said).toEqual([]);
    expect(out).toMatch(/^A: stopped after 300 operations, .* modelled, 0 ms here\n/);
    expect(out).toContain('ended by     the limit of 300 operations');
  });

  it.each(['--help', '--list'])('%s ends with status 0', async (option) => {
    const { status, out, said } = await inWorld(sim, [option]);
    expect([status, said]).toEqual([0, []]);
    expect(out.split('\n').length).toBeGreaterThan(15);
  });

  it.each([
    ['UTF-8 with a mark', new TextEncoder().encode(`\ufeff${recipe({ knobs: { threads: 3 } })}`)],
    [
      'UTF-16 with a mark',
      new Uint8Array(
        Uint16Array.from(`\ufeff${recipe({ knobs: { threads: 3 } })}`, (c) => c.charCodeAt(0))
          .buffer,
      ),
    ],
  ])('reads a recipe in %s', async (_, bytes) => {
    const argv = ['--recipe', 'r.json', '--ops', '10', '--json'];
    const { status, out } = await inWorld(sim, argv, { files: { 'r.json': bytes } });
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ recipe: { knobs: { threads: 3 } } });
  });

  it('tells the first of many problems and how many more there are', async () => {
    const files = {
      'r.json': recipe({ edits: Array.from({ length: 10_000 }, () => ({ op: -1 })) }),
    };
    const { status, out, said } = await inWorld(sim, ['--recipe', 'r.json'], { files });
    expect([status, out]).toEqual([2, '']);
    expect(said).toHaveLength(4);
    expect(said[3]).toBe('And 9,997 more.');
    for (const line of said) expect(line.length).toBeLessThan(200);
  });

  it('runs a recipe of another engine, and says so', async () => {
    const files = { 'r.json': recipe({ engine: '2' }) };
    const { status, said } = await inWorld(sim, ['--recipe', 'r.json', '--ops', '10'], { files });
    expect(status).toBe(0);
    expect(said).toEqual([expect.stringMatching(/made by engine “2”.*results may differ/)]);
  });

  it('lets nothing of a recipe act on the terminal', async () => {
    const name = 'red\u001b[31m\u009b2J\u202e';
    const files = { 'r.json': recipe({ lanes: [{ name }] }) };
    for (const how of [[], ['--json'], ['--dump']]) {
      const argv = ['--recipe', 'r.json', '--ops', '10', ...how];
      const { status, out } = await inWorld(sim, argv, { files });
      expect(status).toBe(0);
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      if (how[0] === '--json') expect((JSON.parse(out) as { name: string }).name).toBe(name);
      else expect(out).toContain('red\\x1b[31m\\x9b2J\\u202e');
    }
  });

  it('gives each lane a file of its own, before which it says so', async () => {
    const argv = ['--preset', 'fix-grid', '--ops', '10', '--csv', 'out/h.csv', '--events', 'log'];
    const { status, said, written, log } = await inWorld(sim, argv);
    expect(status).toBe(0);
    expect(said).toEqual([
      '--events: a file for each of 4 lanes, log.0 to log.3.',
      '--csv: a file for each of 4 lanes, out/h.0.csv to out/h.3.csv.',
    ]);
    expect([...written.keys()].sort()).toEqual(
      [0, 1, 2, 3].flatMap((lane) => [`log.${lane}`, `out/h.${lane}.csv`]).sort(),
    );
    expect(written.get('out/h.1.csv')).toMatch(/^op,ns,/);
    // All are tried before anything runs.
    expect(log.slice(0, 8).every((entry) => entry.startsWith('try'))).toBe(true);
  });

  it('keeps the name where there is one lane, and writes a device without numbers', async () => {
    const one = await inWorld(sim, [...SMALL, '--perfetto', 't.json']);
    expect([...one.written.keys()]).toEqual(['t.json']);
    const argv = ['--preset', 'fix-grid', '--ops', '10', '--csv', '/dev/fd/3'];
    const device = await inWorld(sim, argv, { streams: ['/dev/fd/3'] });
    expect([...device.written.keys()]).toEqual(['/dev/fd/3']);
    expect(device.written.get('/dev/fd/3')?.match(/^op,ns/gm)).toHaveLength(4);
    expect(device.said).toEqual([]);
  });

  it('ends quietly when nobody reads on, and runs no further lane', async () => {
    let printed = 0;
    const onOut = (): void => {
      printed++;
      throw new OutputEnded(undefined);
    };
    const argv = ['--preset', 'fix-grid', '--ops', '10'];
    expect(await inWorld(sim, argv, { onOut })).toMatchObject({ status: 0, said: [] });
    expect(printed).toBe(1);
  });

  it('says when standard output takes no more', async () => {
    const onOut = (): void => {
      throw new OutputEnded('Standard output cannot be written: no space is left there.');
    };
    const done = await inWorld(sim, SMALL, { onOut });
    expect(done.status).toBe(2);
    expect(done.said).toEqual(['Standard output cannot be written: no space is left there.']);
  });

  it('calls a fault of ours one, with status 1', async () => {
    const broken: Command = () => {
      throw new Error('a bug');
    };
    const { status, said } = await inWorld(broken, []);
    expect(status).toBe(1);
    expect(said[0]).toMatch(/fault of Slabscope/);
    expect(said[1]).toBe('Error: a bug');
  });

  it('writes recipes that it reads again: the same run', async () => {
    const files = {
      'r.json': recipe({
        preset: 'fix-grid',
        variant: 2,
        knobs: { chunks: 64 },
        lanes: [{ name: 'one' }, { name: 'two', knobs: { threads: 2 } }],
        edits: [
          { op: 100, lane: 1, knob: 'orphanPolicy', value: 'adopt' },
          { op: 120, lane: 1, act: 'kill', subject: 1 },
        ],
      }),
    };
    const { out } = await inWorld(sim, ['--recipe', 'r.json', '--ops', '500', '--json'], { files });
    for (const line of out.trim().split('\n')) {
      const { recipe: again, digest } = JSON.parse(line) as { recipe: object; digest: string };
      expect(parseRecipe(again).problems).toEqual([]);
      expect(again).toMatchObject({ preset: 'fix-grid', variant: 2, cursor: 500 });
      const rerun = await inWorld(sim, ['--recipe', 'again.json', '--ops', '500', '--json'], {
        files: { 'again.json': JSON.stringify(again) },
      });
      expect((JSON.parse(rerun.out) as { digest: string }).digest).toBe(digest);
    }
    expect(out).toContain('"act":"kill"');
  });

  it('keeps the keys of its JSON', async () => {
    const { out } = await inWorld(sim, [...SMALL, '--json']);
    expect(Object.keys(JSON.parse(out) as object)).toEqual([
      'recipe',
      'lane',
      'name',
      'status',
      'endedBy',
      'ops',
      'virtualNs',
      'wallMs',
      'counters',
      'mapEntries',
      'mappedBytes',
      'residentBytes',
      'peakMappedBytes',
      'peakResidentBytes',
      'ledger',
      'derived',
      'digest',
      'ended',
      'noun',
    ]);
    expect(JSON.parse(out)).toMatchObject({ status: 'finished', endedBy: 'opsLimit', ops: 300 });
  });
});
