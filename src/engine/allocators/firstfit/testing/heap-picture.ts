import type { KnobValues } from '../../../knobs/index.ts';
import { AddressSpace, HEAP_BASE_PAGE } from '../../../machine/address-space.ts';
import { KIND, PROT } from '../../../machine/vma.ts';
import { C, COUNTER_COUNT, type CounterName } from '../../../telemetry/counters.ts';
import { auditHeap } from '../audit.ts';
import { Brk } from '../brk.ts';
import type { HeapHost } from '../chunks.ts';
import { FirstFitHeap } from '../heap.ts';
import { NONE, payloadOf, SLOT } from '../layout.ts';
import { settingsWith } from './settings.ts';

/** What the heap told of itself when the break moved. */
export interface Moved {
  readonly pages: number;
  readonly request?: number;
  readonly reason?: number;
  readonly freeBytes?: number;
  readonly freeChunks?: number;
}

/**
 * A small heap as a picture: a character for each granule of 16 bytes, the letter of a live block's slot
 * (the first in upper case, so that neighbours can be told apart), `[..]` around a free chunk, `|` where
 * the top begins.
 */
export class PictureHeap implements HeapHost {
  readonly counters = new Float64Array(COUNTER_COUNT);
  readonly heap: FirstFitHeap;
  readonly space = new AddressSpace(1, 10);
  readonly brk: Brk;
  readonly settings: KnobValues;
  /** Movements of the break, in order; down below 0. */
  readonly moves: Moved[] = [];
  refusals = 0;

  /** @param limit pages that the heap may have; the one above is somebody else's */
  constructor(
    knobs: Partial<KnobValues> = {},
    Heap: typeof FirstFitHeap = FirstFitHeap,
    limit?: number,
  ) {
    this.settings = settingsWith(knobs);
    this.brk = new Brk(this.space, () => 1000);
    if (limit !== undefined)
      this.space.mapAt(HEAP_BASE_PAGE + limit + 1, 1, KIND.other, PROT.rw, 1000);
    this.heap = new Heap(this.settings, this.brk, this, 26);
  }

  grown(
    pages: number,
    request: number,
    reason: number,
    freeBytes: number,
    freeChunks: number,
  ): void {
    this.moves.push({ pages, request, reason, freeBytes, freeChunks });
  }
  trimmed(pages: number): void {
    this.moves.push({ pages: -pages });
  }
  brkTime(): number {
    return 0;
  }
  refused(): void {
    this.refusals++;
  }

  /** A block of `size` bytes for each letter. The default makes chunks of three granules. */
  alloc(letters: string, size = 32): this {
    for (const letter of letters) this.heap.malloc(size, slotOf(letter));
    return this;
  }
  memalign(letter: string, size: number, align: number): this {
    this.heap.memalign(size, align, slotOf(letter));
    return this;
  }
  realloc(letter: string, size: number): number {
    return this.heap.realloc(slotOf(letter), size);
  }
  free(letters: string): this {
    for (const letter of letters) this.heap.free(slotOf(letter));
    return this;
  }
  turn<Id extends keyof KnobValues>(id: Id, value: KnobValues[Id]): this {
    Object.assign(this.settings, { [id]: value });
    this.heap.knobChanged(id);
    return this;
  }

  count(name: CounterName): number {
    this.heap.readGauges();
    return this.counters[C[name]];
  }
  /** Address of the heap. */
  get base(): number {
    return this.brk.basePage * 4096;
  }
  get residentPages(): number {
    return this.space.pages.residentIn(this.brk.basePage, this.space.breakPage);
  }
  /** Address of a block in the modelled address space. */
  address(letter: string): number {
    return this.base + payloadOf(this.heap.slots.block[slotOf(letter)]);
  }
  /** Letters of the free list's chunks are not known: their sizes in granules, in list order. */
  list(): number[] {
    const sizes: number[] = [];
    for (let g = this.heap.head; g !== NONE; g = this.heap.next(g)) sizes.push(this.heap.sizeOf(g));
    return sizes;
  }

  draw(): string {
    const { heap } = this;
    let text = '';
    for (let g = 0; g < heap.top; g += heap.sizeOf(g)) {
      const size = heap.sizeOf(g);
      if (heap.isFree(g)) text += `[${'.'.repeat(size)}]`;
      else {
        const letter = String.fromCharCode(65 + heap.words.get(g + 1, SLOT));
        text += letter + letter.toLowerCase().repeat(size - 1);
      }
    }
    return `${text}|`;
  }

  problems(touchBytes = 0): string[] {
    const problems: string[] = [];
    const { heap, settings, counters } = this;
    auditHeap({ heap, settings, counters, touchBytes, slots: 26 }, problems);
    return problems;
  }
}

export const slotOf = (letter: string): number => letter.charCodeAt(0) - 65;
