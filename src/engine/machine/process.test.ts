import { describe, expect, it } from 'vitest';
import { chunkBytes, LibcHeap } from './libc-heap.ts';
import { BASE_PAGES, BASE_RESIDENT_PAGES, startProcess } from './process.ts';
import { KIND } from './vma.ts';

describe('a process as main begins', () => {
  it.each([1, 2, 33, 500])(
    'has %i entries, all its pages, and its share of them resident',
    (maps) => {
      const space = startProcess(maps);
      expect(space.entries).toBe(maps);
      expect(space.baseEntries).toBe(maps);
      expect(space.entriesBy[KIND.heap]).toBe(1);
      expect(space.mappedPages).toBe(BASE_PAGES);
      expect(space.pages.residentPages).toBe(BASE_RESIDENT_PAGES);
      expect(space.check()).toEqual([]);
    },
  );
});

describe('the C library’s heap', () => {
  it('lengthens the program’s heap up to the high-water mark, within its entry', () => {
    const space = startProcess(33);
    const libc = new LibcHeap(space);
    expect(libc.malloc(100)).toBe(true);
    expect(libc.malloc(100)).toBe(false);
    expect(libc.pages).toBe(1);
    expect(libc.malloc(10_000)).toBe(true);
    expect(libc.pages).toBe(Math.ceil((2 * chunkBytes(100) + chunkBytes(10_000)) / 4096));
    libc.free(10_000);
    expect(libc.live).toBe(2 * chunkBytes(100));
    expect(libc.malloc(9000)).toBe(false);
    expect(libc.bytes).toBe(3 * 4096);
    expect(space.entries).toBe(33);
    expect(space.mappedPages).toBe(BASE_PAGES + 3);
    expect(space.pages.residentPages).toBe(BASE_RESIDENT_PAGES + 3);
    expect(space.check()).toEqual([]);
  });
});
