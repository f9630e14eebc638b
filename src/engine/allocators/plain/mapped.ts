import type { AddressSpace } from '../../machine/address-space.ts';
import { KIND, PROT } from '../../machine/vma.ts';
import { PAGE } from './slots.ts';

/**
 * What the C library serves beside a plain heap: requests above the heap's largest, and, when `onNull` says
 * so, those for which it had no memory. The heap segment may be the allocator's here, so every block is
 * mapped by itself, as glibc does with large ones. Alignment is not modelled.
 */
export class MappedBlocks {
  /** First page and pages of each slot's block. */
  private blocks = new Map<number, { readonly page: number; readonly pages: number }>();
  /** Pages of all. */
  pages = 0;

  constructor(private readonly space: AddressSpace) {}

  /** Maps a block for a slot. The limit on entries does not stop the C library, so that the run goes on. */
  add(slot: number, size: number): void {
    const pages = Math.max(1, Math.ceil((size + 16) / PAGE));
    const page = this.space.map(KIND.other, pages, PROT.rw, Infinity);
    if (page < 0) return;
    this.blocks.set(slot, { page, pages });
    this.pages += pages;
    this.space.touch(page, 1);
  }

  /** @returns whether the slot had one */
  remove(slot: number): boolean {
    const block = this.blocks.get(slot);
    if (block === undefined) return false;
    this.blocks.delete(slot);
    this.pages -= block.pages;
    this.space.unmap(block.page, block.pages, Infinity);
    return true;
  }

  /** First page of a slot's block, -1: it has none. */
  pageOf(slot: number): number {
    return this.blocks.get(slot)?.page ?? -1;
  }

  /** Writes bytes of a slot's block, from byte `from` on. @returns page faults taken */
  touch(slot: number, from: number, bytes: number): number {
    const block = this.blocks.get(slot);
    if (block === undefined) return 0;
    const { pages } = this.space;
    const before = pages.faults;
    this.space.touchBytes(block.page, 16 + from, 16 + from + bytes);
    return pages.faults - before;
  }

  /** Pages and resident pages, by walking. */
  recount(): { readonly pages: number; readonly resident: number } {
    let pages = 0;
    let resident = 0;
    for (const block of this.blocks.values()) {
      pages += block.pages;
      resident += this.space.pages.residentIn(block.page, block.page + block.pages);
    }
    return { pages, resident };
  }

  snapshot(): SavedBlocks {
    return { blocks: [...this.blocks], pages: this.pages };
  }
  restore(from: SavedBlocks): void {
    this.blocks = new Map(from.blocks);
    this.pages = from.pages;
  }
}

export interface SavedBlocks {
  readonly blocks: readonly [number, { readonly page: number; readonly pages: number }][];
  readonly pages: number;
}
