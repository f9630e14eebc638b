import { gzipSync, strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fixture, refusal, summary } from './testing/read.ts';

type Expected = Readonly<Record<string, unknown>> & {
  readonly refused?: boolean;
  readonly processes?: Readonly<Record<string, object>>;
};
const EXPECTED = JSON.parse(new TextDecoder().decode(fixture('inputs/expected.json'))) as Record<
  string,
  Expected
>;
const INPUTS = Object.entries(EXPECTED).filter(([name]) => name !== 'rules');
const READ = INPUTS.filter(([, { refused }]) => refused !== true);
const FORMATS = [
  'bpftrace.txt',
  'heaptrack-raw.txt',
  'jemalloc-proflog.json',
  'logalloc.txt',
  'ltrace.txt',
  'lttng.txt',
  'memreplay-ts.txt',
  'memreplay.txt',
  'mtrace.txt',
].map((name) => `formats/demo.${name}`);

describe('small nasty files', () => {
  it.each(READ)('%s is read as it is right', (name, { processes, ...expected }) => {
    const bytes = fixture(`inputs/${name}`);
    if (processes === undefined) expect(summary(bytes)).toMatchObject(expected);
    for (const [pid, one] of Object.entries(processes ?? {}))
      expect(summary(bytes, { process: Number(pid) })).toMatchObject({
        ...expected,
        ...one,
        process: pid,
      });
  });

  it('tells calls of no process from those of one, whichever are more', () => {
    const line = (context: string, address: number): string =>
      `[10:00:00.000000${100 + address}] (+?.?????????) box lttng_ust_libc:malloc: { cpu_id = 0 }, { ${context} }, { size = 512, ptr = 0x7F00000000${address} }`;
    const lines = [line('vtid = 31', 10), line('vtid = 31', 20), line('vtid = 31, vpid = 30', 30)];
    const read = summary(strToU8(`${lines.join('\n')}\n`));
    expect(read.process).toBeNull();
    expect(read.notes).toContain(
      '2 processes: one without a number (2 calls), 30 (1); this is one without a number.',
    );
    expect(refusal(strToU8(lines.join('\n')), { process: 7 })).toContain(
      'it has no process 7: it has one without a number (2 calls), 30 (1 call)',
    );
  });

  it('names the processes, and takes the one that calls most', () => {
    const read = summary(fixture('inputs/04-logalloc-two-pids.log'));
    expect(read.process).toBe('900');
    expect(read.notes).toContain('2 processes: 900 (8 calls), 901 (4); this is 900.');
    expect(refusal(fixture('inputs/04-logalloc-two-pids.log'), { process: 7 })).toBe(
      'it has no process 7: it has 900 (8 calls), 901 (4 calls)',
    );
  });

  it('keeps what the recorder lost in sight, and says where the first oddity is', () => {
    expect(summary(fixture('inputs/06-lttng-lost-events.txt')).notes).toContain(
      'The recorder lost 118 events.',
    );
    const { notes } = summary(fixture('inputs/09-ltrace-races.txt'));
    expect(notes[0]).toMatch(/^The order of this trace is unreliable/);
    expect(notes.join('\n')).toContain('(first in line 5, thread 8101)');
  });

  it('knows what is alive at its peak', () => {
    expect(summary(fixture('inputs/01-replay-crlf-bom.txt')).peakBytes).toBe(544);
  });

  it('refuses what is none, in a sentence that says what it is', () => {
    expect(refusal(fixture('inputs/11-not-a-trace.json'))).toContain('a Chrome trace');
    expect(refusal('')).toBe('it is empty');
    expect(refusal('\n \n')).toBe('it is empty');
    expect(refusal('# nothing\n# here\n')).toBe('it has comments and no calls');
    expect(refusal('{"schema":3,"lanes":[]}')).toContain('a recipe');
    expect(refusal('Dear reader,\nhello.\n')).toContain('no format');
    expect(refusal(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4]))).toContain('zstd');
    expect(refusal(new Uint8Array(600))).toBe('it is not text');
    // A last line without an end may be anything.
    expect(refusal('1: malloc 0x10 5')).toBe('no call in it can be read');
  });
});

describe('the same program, as recorders see it', () => {
  it('is the same trace with times and without', () => {
    const plain = summary(fixture('formats/demo.memreplay.txt'));
    expect(plain).toMatchObject({ allocs: 6, frees: 4, remote: 2, inPlace: 1, liveBytes: 365 });
    expect(summary(fixture('formats/demo.memreplay-ts.txt')).digest).toBe(plain.digest);
  });

  it.each([
    // bpftrace sees libc's own frees of its cache, and not what posix_memalign returns.
    [
      'bpftrace.txt',
      { format: 'memory_replay', allocs: 5, frees: 3, remote: 2, inPlace: 1, unknown: 6 },
    ],
    // Firefox's logalloc sees neither libc's calls nor a realloc in place.
    [
      'logalloc.txt',
      { format: 'logalloc', allocs: 6, frees: 5, remote: 2, inPlace: 0, liveBytes: 77 },
    ],
    [
      'ltrace.txt',
      { allocs: 4, frees: 3, remote: 2, inPlace: 1, untracked: 1, unknown: 1, livesEnded: 1 },
    ],
    // LTTng sees calls of its own, and the frees of NULL.
    ['lttng.txt', { allocs: 10, frees: 6, remote: 2, inPlace: 1, nullFrees: 2, lives: 2 }],
    [
      'mtrace.txt',
      {
        format: 'glibc mtrace',
        allocs: 6,
        frees: 5,
        remote: 0,
        inPlace: 1,
        lives: 1,
        liveBytes: 77,
      },
    ],
    ['heaptrack-raw.txt', { format: 'heaptrack raw', allocs: 8, frees: 6, inPlace: 0, lives: 1 }],
    [
      'jemalloc-proflog.json',
      { format: 'jemalloc prof_log', allocs: 4, frees: 4, remote: 1, lives: 2 },
    ],
  ])('%s', (name, expected) => {
    expect(summary(fixture(`formats/demo.${name}`))).toMatchObject({ badLines: 0, ...expected });
  });

  it('says which formats know no threads', () => {
    for (const name of ['mtrace.txt', 'heaptrack-raw.txt'])
      expect(summary(fixture(`formats/demo.${name}`)).notes.join()).toContain(
        'all are given to one',
      );
  });
});

describe('packing', () => {
  const files = [...READ.map(([name]) => `inputs/${name}`), ...FORMATS];
  it.each(files)('%s is the same plain, by gzip and by zip, in pieces of any size', (name) => {
    const bytes = fixture(name);
    const plain = summary(bytes);
    for (const piece of [1, 7, 4096]) expect(summary(bytes, {}, piece)).toEqual(plain);
    const zipped = gzipSync(bytes);
    expect(summary(zipped)).toEqual(plain);
    expect(summary(zipped, {}, 3)).toEqual(plain);
    for (const level of [0, 9] as const) {
      const { members, member, ...same } = summary(zipSync({ 'a/trace.txt': bytes }, { level }));
      expect(same).toEqual({ ...plain, members: undefined, member: undefined });
      expect([members.length, member]).toEqual([1, 'a/trace.txt']);
    }
    expect(summary(zipSync({ 't.gz': zipped })).digest).toBe(plain.digest);
  });

  const two = zipSync({
    'read.me': strToU8(`${'Some words about the recordings in this archive. '.repeat(99)}\n`),
    'small.txt': fixture('inputs/02-replay-times-tid-reuse.txt'),
    'large.log': fixture('inputs/04-logalloc-two-pids.log'),
  });
  it('takes the largest file that is a trace, or the one that is asked for', () => {
    expect(summary(two)).toMatchObject({ member: 'large.log', format: 'logalloc' });
    expect(summary(two).notes).toContain('3 files in the archive; this is large.log.');
    expect(summary(two, { member: 'small.txt' })).toMatchObject({ allocs: 4, member: 'small.txt' });
    expect(refusal(two, { member: 'none' })).toBe(
      'it has no file none: it has read.me, large.log, small.txt',
    );
    expect(refusal(two, { member: 'read.me' })).toContain('read.me: it is in no format');
    expect(refusal('1: malloc 0x10 5\n', { member: 'x' })).toContain('no zip archive');
  });

  it('keeps what comes before the place where a file is cut', () => {
    const zipped = fixture('pigz.txt.gz');
    const whole = summary(zipped);
    expect(whole).toMatchObject({ allocs: 4069, frees: 4065, remote: 3996, lives: 6, cut: false });
    const half = summary(zipped.slice(0, zipped.length / 2));
    expect(half.cut).toBe(true);
    expect(half.allocs).toBeGreaterThan(1000);
    expect(half.allocs).toBeLessThan(whole.allocs);
    expect(refusal(two.slice(0, two.length - 30))).toContain('zip archive');
  });
});

describe('a stretch', () => {
  it('leaves out what comes first, and has what is live then at the start', () => {
    const bytes = fixture('pigz.txt.gz');
    const whole = summary(bytes);
    const stretch = summary(bytes, { stretch: { skip: 3000, take: 2000 } });
    const before = summary(bytes, { stretch: { skip: 0, take: 3000 } });
    const after = summary(bytes, { stretch: { skip: 5000, take: Number.POSITIVE_INFINITY } });
    expect(stretch.events).toBe(2000);
    for (const key of ['allocs', 'frees', 'remote'] as const)
      expect(before[key] + stretch[key] + after[key]).toBe(whole[key]);
    expect(stretch.liveBlocks).toBe(before.liveBlocks + stretch.allocs - stretch.frees);
    expect(after.liveBytes).toBe(whole.liveBytes);
    expect(stretch.unknown).toBe(0);
  });
});
