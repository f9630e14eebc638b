import { describe, expect, it } from 'vitest';
import { sim } from './sim-command.ts';
import { inWorld } from './testing/io.ts';

const TRACE = '1: malloc 0x10 5\n2: free 0x10\n1: malloc 0x10 7\n2: thread_done 0x0\n';
const files = { 't.txt': TRACE, 'x.json': '{"traceEvents":[]}', 'e.txt': '' };
const traceOf = (out: string) => (JSON.parse(out) as { trace: Record<string, unknown> }).trace;

describe('sim --trace', () => {
  it('says what is in a file', async () => {
    const argv = ['--trace', 't.txt', '--read-only'];
    const { status, out } = await inWorld(sim, [...argv, '--json'], { files });
    expect(status).toBe(0);
    expect(traceOf(out)).toMatchObject({
      format: 'memory_replay',
      process: null,
      allocs: 2,
      frees: 1,
      remote: 1,
    });
    const text = await inWorld(sim, argv, { files });
    expect(text.out).toMatch(/2 allocations, 1 frees, 100\.0.% of them remote/);
  });

  it('reads a part of it', async () => {
    const argv = ['--trace', 't.txt', '--read-only', '--json', '--skip', '1', '--take', '1'];
    const { out } = await inWorld(sim, argv, { files });
    expect(traceOf(out)).toMatchObject({ events: 1, frees: 1, liveBlocks: 0 });
  });

  it.each([
    [
      ['--trace', 'x.json'],
      'x.json: it is a Chrome trace, which shows what a run did and has no calls to read.',
    ],
    [['--trace', 'e.txt'], 'e.txt: it is empty.'],
    [['--trace', 'none'], 'none: it cannot be read: there is no such file or folder.'],
    [['--trace', 't.txt', '--process', '5'], 't.txt: it has no process 5: it names no processes.'],
    [['--trace', 't.txt', '--skip', '9'], '--skip 9 leaves nothing of this trace.'],
    [['--trace', 't.txt', '--preset', 'larson-oom'], 'Give a preset or a trace, not both.'],
    [['--skip', '9'], '--skip needs --trace: it is a part of the trace.'],
    [['--trace', 't.txt', '--csv', 't.txt'], '--csv would overwrite the trace.'],
  ])('refuses %j in one sentence', async (argv, sentence) => {
    const { status, out, said } = await inWorld(sim, argv, { files });
    expect([status, out, said]).toEqual([2, '', [sentence]]);
  });
});

describe('a run of a trace', () => {
  it('names the trace in its recipe, which runs with the file again and not without', async () => {
    const argv = ['--trace', 't.txt', '--json', '--audit', '--set', 'model=mf2'];
    const first = await inWorld(sim, argv, { files });
    expect([first.status, first.said]).toEqual([0, []]);
    const line = JSON.parse(first.out) as {
      recipe: { knobs: { trace: string } };
      digest: string;
      ops: number;
    };
    expect(line.ops).toBe(3);
    expect(line.recipe.knobs.trace).toMatch(/^[0-9a-f]{16} t\.txt$/);
    const recipe = JSON.stringify(line.recipe);
    const again = await inWorld(sim, ['--trace', 't.txt', '--recipe', 'r.json', '--json'], {
      files: { ...files, 'r.json': recipe },
    });
    expect((JSON.parse(again.out) as { digest: string }).digest).toBe(line.digest);
    const other = recipe.replace(/"[0-9a-f]{16} t/, `"${'0'.repeat(16)} t`);
    const without = await inWorld(sim, ['--recipe', 'r.json'], { files: { 'r.json': other } });
    expect([without.status, without.out]).toEqual([2, '']);
    expect(without.said[0]).toBe(
      'The trace “t.txt” (0000000000000000) is not here: its calls are in its file, which --trace FILE reads.',
    );
  });

  it('says what is in it, and what came of it', async () => {
    const { status, out } = await inWorld(sim, ['--trace', 't.txt'], { files });
    expect(status).toBe(0);
    expect(out).toContain('t.txt: memory_replay, 3 events');
    expect(out).toContain('A: finished after 3 operations');
    expect(out).toContain('threads: none can go on, 1 sleeps for ever');
  });

  it('writes the calls of any run so that they are read again as the same trace', async () => {
    const argv = ['--set', 'chunks=20', '--set', 'threads=2', '--ops', '300', '--calls', 'c.txt'];
    const { written, status } = await inWorld(sim, argv, { files });
    expect(status).toBe(0);
    const calls = { 'c.txt': written.get('c.txt') ?? '' };
    expect(calls['c.txt']).toMatch(/^0: malloc 0x10000 \d+\n/);
    const once = await inWorld(sim, ['--trace', 'c.txt', '--json', '--calls', 'd.txt'], {
      files: calls,
    });
    const { digest, events } = traceOf(once.out);
    const again = { 'd.txt': once.written.get('d.txt') ?? '' };
    const twice = await inWorld(sim, ['--trace', 'd.txt', '--read-only', '--json'], {
      files: again,
    });
    expect(traceOf(twice.out)).toMatchObject({ digest, events, unknown: 0, implicit: 0 });
  });
});
