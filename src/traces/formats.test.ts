import { gzipSync, strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { refusal, summary } from './testing/read.ts';

const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');

describe('memory_replay', () => {
  it('takes a realloc by another thread: in place the block stays whose it was, moved it is a remote free', () => {
    const read = summary(
      text(
        '1: malloc 0x10 100',
        '2: realloc 0x10 0x10 200',
        '2: realloc 0x20 0x10 300',
        '1: realloc 0x30 0x20 400',
        '1: free 0x30',
      ),
    );
    expect(read).toMatchObject({ allocs: 3, frees: 3, remote: 2, inPlace: 1, liveBlocks: 0 });
    // While a block moves both are there.
    expect(read.peakBytes).toBe(700);
  });

  it('tells a failed call from one that did nothing', () => {
    const read = summary(
      text(
        '1: malloc 0x0 18446744073709551615',
        '1: calloc 0x0 4294967296 4294967296',
        '1: malloc 0x10 5',
        '1: realloc 0x0 0x10 99',
        '1: malloc 0x0 0',
        '1: realloc 0x0 0x0 0',
        '1: memalign (nil) 3 8',
      ),
    );
    expect(read).toMatchObject({ allocs: 1, frees: 0, failed: 4, liveBytes: 5, badLines: 0 });
  });

  it('keeps sizes above 2^32 exactly, and says which fit nowhere', () => {
    const read = summary(
      text('1: malloc 0xFFFFFFFFFFFFFFF0 137438953473', '1: malloc 0x10 140737488355328'),
    );
    expect(read.liveBytes).toBe(2 ** 37 + 1 + 2 ** 47);
    expect(read.notes.join()).toContain('1 size beyond any address space');
  });

  it('knows a block that is resized and was not seen allocated from then on', () => {
    const read = summary(
      text('1: realloc 0x20 0x10 64', '1: realloc 0x30 0x30 32', '1: free 0x20', '1: free 0x30'),
    );
    expect(read).toMatchObject({ allocs: 2, frees: 2, unknown: 2, liveBlocks: 0 });
  });

  it.each([
    'malloc 0x10',
    'malloc 0x10 5 100',
    'malloc 0x10 5 100 200 300',
    'malloc 0x10 5x',
    'malloc 10 5',
    'malloc 0x11223344556677889 5',
    'free',
    'mallocs 0x10 5',
    'thread_done 0x0 1 2',
  ])('takes no call from “1: %s”', (call) => {
    const read = summary(text('1: malloc 0x99 1', `1: ${call}`));
    expect(read).toMatchObject({ allocs: 1, frees: 0, badLines: 1 });
    expect(read.notes.join()).toContain('1 line cannot be read (line 2)');
  });

  it('has a thread end once, and begin again only by an allocation', () => {
    const read = summary(
      text(
        '1: malloc 0x10 1',
        '1: thread_done 0x0',
        '1: thread_done 0x0',
        '1: free 0x10',
        '1: malloc 0x10 1',
        '2: free 0x10',
      ),
    );
    expect(read).toMatchObject({ lives: 3, livesEnded: 1, remote: 1 });
  });

  it('takes of a last line without an end only the free of a live block', () => {
    const begin = text('1: malloc 0x10 1', '1: malloc 0x100 1');
    expect(summary(`${begin}1: free 0x10`)).toMatchObject({ frees: 1, cut: false });
    for (const rest of [
      '1: free 0x1',
      '1: malloc 0x20 1',
      '1: free 0x0',
      '1: fr',
      '1: realloc 0x20 0x10 9',
    ])
      expect(summary(begin + rest)).toMatchObject({ allocs: 2, frees: 0, nullFrees: 0, cut: true });
    expect(summary(`${begin}# the end`).cut).toBe(false);
  });
});

describe('logalloc', () => {
  it('reads a munged log: slots are no addresses, and one that nobody returned is NULL', () => {
    const read = summary(
      text(
        '1 1 malloc(42)=#1',
        '1 2 realloc(#1,80)=#1',
        '1 2 free(#2)',
        '1 1 free(#1)',
        '1 1 malloc(7)=#1',
      ),
    );
    expect(read).toMatchObject({ format: 'logalloc', process: '1', allocs: 3, frees: 2 });
    expect(read).toMatchObject({
      remote: 2,
      inPlace: 0,
      nullFrees: 1,
      unknown: 0,
      implicit: 0,
      liveBytes: 7,
    });
  });

  it('reads old logs without threads', () => {
    expect(
      summary(text('13663 malloc(42)=0x7f0c33502040', '13663 free(0x7f0c33502040)')),
    ).toMatchObject({
      process: '13663',
      allocs: 1,
      frees: 1,
      lives: 1,
    });
  });
});

describe('glibc mtrace', () => {
  it('reads callers with blanks, sizes of 0, and reallocs that fail', () => {
    const read = summary(
      text(
        '= Start',
        '@ my prog:(main+0x1f)[0x5] + 0x10 0x20',
        '@ prog:[0x5] + 0x40 0',
        '@ prog:[0x5] < 0x10',
        '@ prog:[0x5] > 0x80 0x30',
        '@ prog:[0x5] ! 0x80 0xffffffffffff',
        '@ prog:[0x5] + (nil) 0x50',
        '@ prog:[0x5] - 0x80',
        '= End',
      ),
    );
    expect(read).toMatchObject({
      allocs: 3,
      frees: 2,
      failed: 2,
      inPlace: 0,
      liveBlocks: 1,
      liveBytes: 0,
    });
  });
});

describe('CS:APP .rep', () => {
  const rep = text('20000', '3', '6', '1', 'a 0 512', 'a 1 128', 'r 0 640', 'f 1', 'f -1', 'f 0');
  it('reads ids in place of addresses', () => {
    expect(summary(rep)).toMatchObject({
      format: 'CS:APP .rep',
      allocs: 3,
      frees: 3,
      nullFrees: 1,
      lives: 1,
      liveBlocks: 0,
      cut: false,
    });
  });
  it('knows from its head when calls are missing', () => {
    expect(summary(rep.replace('f 0\n', '')).cut).toBe(true);
  });
});

describe('tables', () => {
  it('reads what RMM logs', () => {
    const read = summary(
      text(
        'Thread,Time,Action,Pointer,Size,Stream',
        '7,11:22:33.000002,allocate,0x7f10,256,0x0',
        '8,11:22:33.000003,free,0x7f10,256,0x0',
        '8,11:22:33.000001,allocate failure,0x0,99999,0x0',
      ),
    );
    expect(read).toMatchObject({
      format: 'CSV',
      allocs: 1,
      frees: 1,
      remote: 1,
      failed: 1,
      badLines: 0,
    });
  });

  it('reads tabs, quotes, names of threads, and times of 19 digits', () => {
    const read = summary(
      text(
        'ts\ttid\top\tptr\tsize',
        '1795205317375121462\t"a ""b"""\tfree\t0x10\t',
        '1795205317375107080\tmain\tmalloc\t0x10\t24',
      ),
    );
    expect(read).toMatchObject({ allocs: 1, frees: 1, remote: 1, unknown: 0 });
  });

  it('reads JSON lines', () => {
    const read = summary(
      text(
        '{"tid":1,"op":"malloc","ptr":"0xA0","size":64}',
        '{"tid":2,"op":"realloc","ptr":"0xB0","size":128,"old_ptr":"0xA0"}',
        'not json',
      ),
    );
    expect(read).toMatchObject({
      format: 'JSON lines',
      allocs: 2,
      frees: 1,
      remote: 1,
      badLines: 1,
    });
  });

  it('refuses a table of something else', () => {
    expect(refusal(text('name,age', 'Ann,7'))).toContain('no format');
  });
});

describe('ltrace', () => {
  it('reads it without times, without threads, and from C++', () => {
    const read = summary(
      text(
        'malloc(10) = 0x10',
        'app->_Znwm(20, 1, 2) = 0x20',
        'lib.so.1->calloc@libc.so.6(3, 4) = 0x30',
        'app->_ZdlPvm(0x20, 20) = <void>',
        'app->strlen("free(0x10) = 0") = 14',
        'free(0x10) = <void>',
        '+++ exited (status 0) +++',
      ),
    );
    expect(read).toMatchObject({
      format: 'ltrace -f',
      allocs: 3,
      frees: 2,
      lives: 1,
      liveBytes: 12,
    });
    expect(read.badLines).toBe(0);
  });

  it('has a free where it begins and an allocation where it returns', () => {
    const read = summary(
      text(
        '1 app->malloc(8) = 0x10',
        '1 app->free(0x10 <unfinished ...>',
        '2 app->realloc(0, 9 <unfinished ...>',
        '3 app->malloc(7) = 0x10',
        '1 <... free resumed> ) = <void>',
        '2 <... realloc resumed> ) = 0x20',
      ),
    );
    expect(read).toMatchObject({ allocs: 3, frees: 1, implicit: 0, liveBytes: 16, badLines: 0 });
  });
});

describe('archives', () => {
  it('reads gzip in several members, and a cut one as far as it goes', () => {
    const one = gzipSync(strToU8('1: malloc 0x10 5\n'));
    const two = gzipSync(strToU8('2: free 0x10\n'));
    const both = new Uint8Array([...one, ...two]);
    expect(summary(both)).toMatchObject({ allocs: 1, frees: 1, remote: 1, cut: false });
    expect(summary(both.slice(0, both.length - 12)).cut).toBe(true);
  });

  it('refuses an archive without files, and tells the largest first', () => {
    expect(refusal(zipSync({ 'a/': new Uint8Array(0) }))).toBe('it is a zip archive without files');
    const bytes = zipSync({ 'b.txt': strToU8('words\n'), 'a.txt': strToU8('more words\n') });
    expect(refusal(bytes)).toMatch(/^of the zip archive’s file a\.txt: it is in no format/);
  });
});
