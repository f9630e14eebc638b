import { assert } from '../../base/assert.ts';
import type { AddressSpace } from './address-space.ts';

const PAGE = 4096;

/**
 * The C library's heap beside a model: requests above its classes, thread tables, what it refused. It is
 * the process's own heap, which brk lengthens by whole pages up to the high-water mark of live bytes. Not
 * modelled: arenas of single threads, gaps between chunks, the top that glibc gives back, and requests of
 * 128 KiB and more that it maps one by one until the first of them is freed.
 */
export class LibcHeap {
  /** Bytes of live chunks. */
  live = 0;
  /** Pages by which it has lengthened the heap; all of them are resident. */
  pages = 0;

  constructor(private readonly space: AddressSpace) {}

  /** Bytes by which it has lengthened the heap. */
  get bytes(): number {
    return this.pages * PAGE;
  }

  /** @returns true when more pages are resident now */
  malloc(size: number): boolean {
    this.live += chunkBytes(size);
    const more = Math.ceil(this.live / PAGE) - this.pages;
    if (more <= 0) return false;
    const { space } = this;
    // The heap has its map entry from the start, so the limit on entries cannot stop it.
    assert(space.brk(more, Infinity) > 0, 'nothing is mapped right above the heap');
    space.touch(space.breakPage - more, more);
    this.pages += more;
    return true;
  }

  free(size: number): void {
    this.live -= chunkBytes(size);
  }
}

/** Bytes that a request takes: a header of 16, rounded to 16. */
export const chunkBytes = (size: number): number => Math.ceil((size + 16) / 16) * 16;
