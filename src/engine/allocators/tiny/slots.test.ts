import { describe, expect, it } from 'vitest';
import type { KnobValues } from '../../knobs/index.ts';
import { C, type CounterName } from '../../telemetry/counters.ts';
import { NO_CAUSE } from '../../telemetry/events.ts';
import { NO_BLOCK } from './layout.ts';
import { PictureHeap } from './testing/heap-picture.ts';

/** SuperSlabs of four slots; 63 blocks of 1,024 B fill slot 0, 64 another one. */
const pooled = (knobs: Partial<KnobValues> = {}): PictureHeap =>
  new PictureHeap({ sharedPool: true, ssLg: 18, emptyReserve: 0, ...knobs });
const read = (heap: PictureHeap, ...names: CounterName[]): number[] =>
  names.map((name) => heap.heap.counters[C[name]]);
const stages = (heap: PictureHeap): number[] =>
  read(heap, 'poolStage0', 'poolStage05', 'poolStage1', 'poolStage2', 'poolStage3');
const states = (heap: PictureHeap): number[] =>
  read(heap, 'slotsUnused', 'slotsActive', 'slotsEmpty');
/** Blocks that the picture loses sight of: a slot of the program is used again. */
const fill = (heap: PictureHeap, life: number, blocks: number, letter = 'Z'): PictureHeap => {
  for (let i = 0; i < blocks; i++) heap.alloc(life, letter, 1024);
  return heap;
};
/** Blocks of 1 KiB by hand, so that all of them can be freed again. */
class Held {
  private next = 1000;
  constructor(readonly picture: PictureHeap) {
    picture.heap.reserveSlots(5000);
  }
  take(life: number, blocks: number, size = 1024): number[] {
    return Array.from({ length: blocks }, () => {
      const slot = this.next++;
      expect(this.picture.heap.malloc(life, life, size, slot)).toBe(true);
      return slot;
    });
  }
  free(life: number, slots: readonly number[]): void {
    for (const slot of slots) this.picture.heap.free(life, slot);
  }
}

describe('the shared pool, small pictures', () => {
  it('gives classes and threads slots of one SuperSlab', () => {
    const own = new PictureHeap().alloc(1, 'AB', 64).alloc(1, 'C', 8).alloc(2, 'D', 64);
    expect(own.draw()).toBe('AB C D');
    const heap = pooled().alloc(1, 'AB', 64).alloc(1, 'C', 8).alloc(2, 'D', 64);
    expect(heap.draw()).toBe('AB/C/D');
    expect(stages(heap)).toEqual([0, 0, 0, 2, 1]);
    expect(states(heap)).toEqual([1, 3, 0]);
  });

  it('maps another SuperSlab when every slot is taken', () => {
    const heap = pooled();
    for (let life = 1; life <= 5; life++) heap.alloc(life, 'ABCDE'[life - 1], 64);
    expect(heap.draw()).toBe('A/B/C/D E');
    expect(stages(heap)).toEqual([0, 0, 0, 3, 2]);
    expect(states(heap)).toEqual([3, 5, 0]);
  });

  it('queues a remote free in the slot, and its owner finds it there', () => {
    const heap = pooled().alloc(1, 'AB', 64).alloc(2, 'C', 64).free(2, 'A');
    expect(heap.draw()).toBe('qB/C');
    expect(read(heap, 'remoteEdges')).toEqual([1]);
  });

  it('takes back what its owner empties, and gives it to the same thread first: stage 0', () => {
    const held = new Held(pooled());
    const { picture } = held;
    const first = held.take(1, 63);
    held.take(1, 1);
    expect(states(picture)).toEqual([2, 2, 0]);
    held.free(1, first);
    expect(states(picture)).toEqual([2, 1, 1]);
    expect(read(picture, 'slotsReleased')).toEqual([1]);
    held.take(1, 64);
    expect(stages(picture)).toEqual([1, 0, 0, 1, 1]);
    expect(states(picture)).toEqual([2, 2, 0]);
  });

  it('looks beside the current slot, at what another thread has emptied there: stage 0.5', () => {
    const held = new Held(pooled());
    const { picture } = held;
    const first = held.take(1, 63);
    held.take(1, 1);
    held.take(2, 64);
    held.free(1, first);
    held.take(2, 1);
    expect(stages(picture)).toEqual([0, 1, 0, 2, 1]);
  });

  it('finds a slot of another SuperSlab in the list of its class: stage 1', () => {
    const held = new Held(pooled());
    const { picture } = held;
    const first = held.take(1, 63);
    held.take(1, 1);
    held.free(1, first);
    held.take(2, 1);
    expect(stages(picture)).toEqual([0, 0, 1, 1, 1]);
    // Its blocks are as the former owner left them: the last one freed comes first.
    const { heap } = picture;
    expect(heap.slabs[heap.current[2 * 8 + 7] + 2]).not.toBe(NO_BLOCK);
    // That thread's first look is gone with it.
    held.take(1, 64);
    expect(stages(picture)).toEqual([0, 0, 1, 2, 1]);
  });

  it('an EMPTY slot keeps its class until all of its SuperSlab are EMPTY', () => {
    const held = new Held(pooled({ emptyReserve: 1 }));
    const { picture } = held;
    const first = held.take(1, 63);
    const second = held.take(1, 64);
    const third = held.take(1, 1);
    held.free(1, first);
    // Another class does not get the EMPTY one.
    picture.alloc(1, 'A', 8);
    expect(stages(picture)).toEqual([0, 0, 0, 3, 1]);
    picture.free(1, 'A');
    held.free(1, [...second, ...third]);
    // Its current slots it keeps.
    expect(states(picture)).toEqual([0, 2, 2]);
    expect(read(picture, 'poolEmptied')).toEqual([0]);
    picture.exit(1);
    expect(states(picture)).toEqual([0, 2, 2]);
  });

  it('releases a SuperSlab whose slots are all EMPTY, beyond the reserve', () => {
    for (const emptyReserve of [0, 1]) {
      const held = new Held(pooled({ emptyReserve, orphanPolicy: 'reuse-empty' }));
      const { picture } = held;
      held.free(1, held.take(1, 63 + 64 + 5));
      expect(states(picture)).toEqual([1, 1, 2]);
      picture.exit(1);
      expect(read(picture, 'poolEmptied', 'superslabsFreed', 'superslabsNow')).toEqual(
        emptyReserve === 0 ? [1, 1, 0] : [1, 0, 1],
      );
      expect(states(picture)).toEqual(emptyReserve === 0 ? [0, 0, 0] : [4, 0, 0]);
      // What is kept serves any class again.
      picture.alloc(2, 'A', 8);
      expect(stages(picture)).toEqual(emptyReserve === 0 ? [0, 0, 0, 2, 2] : [0, 0, 0, 3, 1]);
    }
  });

  it('does not take back a slot whose counter lies', () => {
    for (const decOnRemote of [false, true]) {
      const held = new Held(pooled({ decOnRemote }));
      const first = held.take(1, 63);
      held.take(1, 1);
      held.free(2, first.slice(0, 3));
      held.free(1, first.slice(3));
      expect(read(held.picture, 'slotsReleased')).toEqual([decOnRemote ? 1 : 0]);
    }
  });

  it('strands a slab of a dead owner, unless it is adopted', () => {
    const run = (orphanPolicy: KnobValues['orphanPolicy']): PictureHeap =>
      pooled({ orphanPolicy }).alloc(1, 'AB', 64).exit(1).free(2, 'A').alloc(2, 'C', 64);
    const stranded = run('abandon');
    expect(stranded.draw()).toBe('qB/C');
    expect(read(stranded, 'slotsOrphaned')).toEqual([1]);
    const adopted = run('adopt');
    expect(adopted.draw()).toBe('CB');
    expect(read(adopted, 'poolAdopted', 'adoptions', 'slotsOrphaned')).toEqual([1, 1, 0]);
    // Now it is its own: no remote free.
    expect(adopted.free(2, 'B').draw()).toBe('C.');
  });

  it('uses a SuperSlab in part when not all of it fits: a warning about its geometry', () => {
    const heap = pooled({ ssLg: 21, sharedCapacity: 16 });
    heap.alloc(1, 'A', 64);
    expect(read(heap, 'geometryWarnings')).toEqual([1]);
    expect(states(heap)).toEqual([15, 1, 0]);
  });

  it('fails at its capacity, and the legacy backend serves: a SuperSlab of one class and owner', () => {
    const heap = pooled({ sharedCapacity: 16 });
    fill(heap, 1, 63 + 3 * 64 + 3 * (63 + 3 * 64));
    expect(states(heap)).toEqual([0, 16, 0]);
    expect(read(heap, 'sharedFails', 'superslabsNow')).toEqual([0, 4]);
    heap.alloc(1, 'A', 1024);
    expect(read(heap, 'sharedFails', 'capacityWarnings', 'superslabsNow')).toEqual([1, 1, 5]);
    expect(heap.draw().split(' ')[4]).toBe('A');
    const [mapped] = [heap.machine.events.get(heap.machine.events.next - 2)];
    expect(mapped?.kind).toBe('superslabMapped');
    expect(heap.machine.events.get(mapped?.cause ?? -1)?.kind).toBe('sharedFailed');
    // Each slab more is asked of the pool first.
    fill(heap, 1, 63);
    expect(read(heap, 'sharedFails', 'superslabsNow')).toEqual([2, 5]);
    // A slot that comes free there serves again, before the legacy backend does.
    expect(read(heap, 'poolAsks')).toEqual([18]);
  });

  it('is trimmed by hand without a thread that had no part in it losing its slab', () => {
    const heap = new PictureHeap({ sharedPool: true, ssLg: 16 }).alloc(0, 'A').alloc(1, 'B');
    const before = heap.heap.current[3];
    expect(before).toBeGreaterThanOrEqual(0);
    heap.free(1, 'B');
    heap.heap.forceTrim(1, NO_CAUSE);
    expect(heap.draw()).toBe('A');
    expect(heap.heap.current[3]).toBe(before);
  });

  it('looks through its own slots first', () => {
    const held = new Held(pooled());
    const { picture } = held;
    const first = held.take(1, 63);
    const second = held.take(1, 64);
    held.free(1, first.slice(0, 2));
    held.take(1, 2);
    expect(read(picture, 'ownReuses', 'poolAsks')).toEqual([1, 2]);
    held.free(2, second.slice(0, 1));
    held.take(1, 1);
    expect(read(picture, 'ownReuses', 'poolAsks')).toEqual([2, 2]);
  });
});
