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
