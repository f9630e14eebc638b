import type { KnobValues } from '../../knobs/index.ts';
import { COUNTER_COUNT } from '../../telemetry/counters.ts';
import type { AuditFound, Machine, StateHash } from '../contract.ts';
import { auditHeap } from '../firstfit/audit.ts';
import { Brk } from '../firstfit/brk.ts';
import type { HeapHost, SavedChunks } from '../firstfit/chunks.ts';
import { FirstFitHeap } from '../firstfit/heap.ts';
import { PAGE, PARTS, payloadOf } from '../firstfit/layout.ts';
import { MappedBlocks, type SavedBlocks } from '../plain/mapped.ts';

/** glibc: the smallest fitting chunk, merged at once, the top trimmed at 128 KiB and grown by 132. */
const GLIBC: Partial<KnobValues> = {
  fit: 'best',
  coalesce: 'immediate',
  freeOrder: 'lifo',
  boundaryTag: 'words8',
  splitRest: 32,
  brkStep: 132,
  trimTop: 128,
  // What the call costs the caller charges.
  timeBase: 'documentRate',
};
/** Requests from here on are mapped one by one (M_MMAP_THRESHOLD), bytes. */
const MAP_FROM = 128 * 1024;

/**
 * The C library's heap beside the SuperSlabs, block by block: a heap of boundary tags on the process's break, and
 * mappings of their own for large blocks. A real second heap: its blocks have addresses, and their bytes an owner
 * that the SuperSlab heap does not know. Not modelled: arenas of single threads (where map entries have run out
 * glibc has no other than main's either), and the alignment of memalign.
 */
export class LibcBlocks implements HeapHost {
  /** The counters of its chunks are nobody's: they are not the SuperSlab heap's. */
  readonly counters = new Float64Array(COUNTER_COUNT);
  readonly heap: FirstFitHeap;
  readonly mapped: MappedBlocks;
  private readonly settings: Readonly<KnobValues>;

  constructor(
    private readonly machine: Machine,
    slots: number,
  ) {
    this.settings = { ...machine.settings, ...GLIBC };
    // The heap has its map entry from the start, so the limit on entries cannot stop it.
    this.heap = new FirstFitHeap(
      this.settings,
      new Brk(machine.space, () => Infinity),
      this,
      slots,
    );
    this.mapped = new MappedBlocks(machine.space);
  }

  grown(): void {}
  trimmed(): void {}
  refused(): void {}
  brkTime(): number {
    return 0;
  }

  /** Allocates `size` bytes into a slot that has none here; the program writes what it writes at once. */
  malloc(size: number, slot: number): void {
    const { heap, mapped, machine } = this;
    const written = Math.min(size, machine.touchBytes);
    // glibc maps, too, when the break cannot be moved.
    if (size < MAP_FROM && heap.malloc(size, slot)) heap.write(slot, 0, written);
    else {
      mapped.add(slot, size);
      mapped.touch(slot, 0, written);
    }
    machine.memoryGrew();
  }

  free(slot: number): void {
    if (!this.mapped.remove(slot)) this.heap.free(slot);
  }

  /** Whether the slot has a block here. */
  has(slot: number): boolean {
    return this.heap.slots.block[slot] >= 0 || this.mapped.pageOf(slot) >= 0;
  }

  /** Address of a slot's block: the first byte of the program's. */
  addressOf(slot: number): number {
    const page = this.mapped.pageOf(slot);
    if (page >= 0) return page * PAGE + 16;
    const { heap } = this;
    return heap.brk.basePage * PAGE + payloadOf(heap.slots.block[slot]);
  }

  /** Bytes mapped for it, and of these resident. */
  get mappedBytes(): number {
    return (this.heap.brk.pages + this.mapped.pages) * PAGE;
  }
  get residentBytes(): number {
    let bytes = this.mapped.recount().resident * PAGE;
    for (let part = 0; part < PARTS; part++) bytes += this.heap.use.resident[part];
    return bytes;
  }
  get stateBytes(): number {
    return this.heap.stateBytes;
  }

  /** Walks the second heap as its own audit does. @param slots slots in use */
  audit(slots: number, problems: string[]): AuditFound {
    const { heap, settings, counters, machine } = this;
    const said: string[] = [];
    const found = auditHeap(
      { heap, settings, counters, touchBytes: machine.touchBytes, slots },
      said,
    );
    problems.push(...said.map((problem) => `C library’s heap: ${problem}`));
    return found;
  }

  hashInto(hash: StateHash, slots: number): void {
    const { heap, mapped } = this;
    heap.words.hashInto((word) => hash.word(word));
    for (let slot = 0; slot < slots; slot++) {
      if (this.has(slot)) hash.word(slot).double(this.addressOf(slot));
    }
    hash.double(heap.head).double(heap.top).double(heap.high).double(mapped.pages);
  }

  snapshot(): SavedLibc {
    return { heap: this.heap.snapshot(), mapped: this.mapped.snapshot() };
  }
  restore(from: SavedLibc): void {
    this.heap.restore(from.heap);
    this.mapped.restore(from.mapped);
  }
}

export interface SavedLibc {
  readonly heap: SavedChunks;
  readonly mapped: SavedBlocks;
}
