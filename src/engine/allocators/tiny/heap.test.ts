import { describe, expect, it } from 'vitest';
import { C } from '../../telemetry/counters.ts';
import { PictureHeap } from './testing/heap-picture.ts';

describe('tiny heap, small pictures', () => {
  it('carves in order and reuses the last freed block first', () => {
    const heap = new PictureHeap().alloc(1, 'ABCD');
    expect(heap.draw()).toBe('ABCD');
    expect(heap.free(1, 'BC').draw()).toBe('A..D');
    expect(heap.alloc(1, 'X').draw()).toBe('A.XD');
    expect(heap.alloc(1, 'YZ').draw()).toBe('AYXDZ');
  });

  it('gives each thread and class a SuperSlab of its own', () => {
    const heap = new PictureHeap().alloc(1, 'AB', 64).alloc(1, 'C', 8).alloc(2, 'D', 64);
    expect(heap.draw()).toBe('AB C D');
  });

  it('queues a remote free for the owner and leaves the counter alone: the bug', () => {
    const heap = new PictureHeap().alloc(1, 'ABC').free(2, 'AB');
    expect(heap.draw()).toBe('qqC');
    expect(heap.heap.sumActive(0)).toBe(3);
  });

  it('counts a remote free when option A is on', () => {
    const heap = new PictureHeap({ decOnRemote: true }).alloc(1, 'ABC').free(2, 'AB');
    expect(heap.heap.sumActive(0)).toBe(1);
  });

  it('drains only at the owner’s refill, and not at all when draining is off', () => {
    // 63 blocks of 1,024 B fill slab 0, whose header takes one more.
    const full = (drainOnRefill: boolean): string => {
      const heap = new PictureHeap({ drainOnRefill });
      for (let i = 0; i < 62; i++) heap.alloc(1, 'Z', 1024);
      return heap.alloc(1, 'A', 1024).free(2, 'A').alloc(1, 'B', 1024).draw().slice(-3);
    };
    expect(full(true)).toMatch(/B$/);
    expect(full(true)).not.toContain('/');
    expect(full(false)).toMatch(/q\/B$/);
  });

  it('abandons what a dead thread owned', () => {
    const heap = new PictureHeap().alloc(1, 'AB').exit(1).alloc(2, 'C');
    expect(heap.draw()).toBe('AB C');
    expect(heap.free(2, 'A').draw()).toBe('qB C');
  });

  it('adopts an orphan, drains it and owns it', () => {
    const heap = new PictureHeap({ orphanPolicy: 'adopt' }).alloc(1, 'AB').exit(1).free(2, 'A');
    expect(heap.draw()).toBe('qB');
    expect(heap.alloc(2, 'C').draw()).toBe('CB');
    // Now it is its own: no remote free.
    expect(heap.free(2, 'B').draw()).toBe('C.');
    expect(heap.heap.counters[C.adoptions]).toBe(1);
  });

  it('reuses empties only when the counter says empty', () => {
    const run = (decOnRemote: boolean): string =>
      new PictureHeap({ orphanPolicy: 'reuse-empty', decOnRemote })
        .alloc(1, 'A')
        .exit(1)
        .free(2, 'A')
        .alloc(2, 'B')
        .draw();
    expect(run(true)).toBe('B');
    expect(run(false)).toBe('q B');
  });

  it('trims what the counter calls empty, keeps the reserve and what is in use', () => {
    const knobs = { trimSS: true, trimIntervalMs: 1, emptyReserve: 0 };
    const heap = new PictureHeap(knobs).alloc(1, 'A').alloc(2, 'B').exit(1).free(1, 'A').trim();
    expect(heap.draw()).toBe('B');
    // The current SuperSlab of a living thread stays, empty or not.
    expect(heap.free(2, 'B').trim().draw()).toBe('.');
    const kept = new PictureHeap({ ...knobs, emptyReserve: 1 })
      .alloc(1, 'A')
      .exit(1)
      .free(1, 'A')
      .trim();
    expect(kept.draw()).toBe('.');
    expect(kept.alloc(2, 'C').draw()).toBe('C');
  });

  it('never trims an inflated SuperSlab', () => {
    const heap = new PictureHeap({ trimSS: true, trimIntervalMs: 1, emptyReserve: 0 })
      .alloc(1, 'A')
      .exit(1)
      .free(2, 'A');
    expect(heap.trim().draw()).toBe('q');
    expect(heap.heap.counters[C.inflatedSuperslabs]).toBe(1);
    expect(heap.heap.counters[C.trimSkipActive]).toBe(1);
  });

  it('shifts a request by the header byte', () => {
    const heap = new PictureHeap({ headerByte: true }).alloc(1, 'A', 8).alloc(1, 'B', 9);
    expect(heap.draw()).toBe('AB');
    expect(new PictureHeap().alloc(1, 'A', 8).alloc(1, 'B', 9).draw()).toBe('A B');
  });

  it('returns NULL when it may not expand', () => {
    const heap = new PictureHeap({ dynamicExpand: false, ssLg: 16 });
    for (let i = 0; i < 63; i++) expect(heap.heap.malloc(1, 1, 1024, 25)).toBe(true);
    expect(heap.heap.malloc(1, 1, 1024, 0)).toBe(false);
    expect(heap.heap.counters[C.nullReturns]).toBe(1);
  });

  it('sends requests above the top class to the other heap', () => {
    const heap = new PictureHeap().alloc(1, 'A', 5000);
    expect(heap.draw()).toBe('');
    expect(heap.heap.other.bytes).toBe(8192);
    expect(heap.heap.free(1, 0)).toBe(0);
    expect(heap.heap.other.live).toBe(0);
  });
});
