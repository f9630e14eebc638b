import type { KnobValues } from '../../../knobs/index.ts';
import { NO_CAUSE } from '../../../telemetry/events.ts';
import { BareMachine } from '../../../testing/machine.ts';
import { TinyHeap } from '../heap.ts';
import {
  BLOCK_INDEX,
  BLOCK_LIBC,
  BLOCK_SLAB,
  BLOCK_WORDS,
  CARVED,
  FREE_HEAD,
  LIST_BASE,
  NEXT_SLAB,
  NO_BLOCK,
  NONE,
  REMOTE_HEAD,
  SS_ACQUIRED,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_WORDS,
} from '../layout.ts';

/**
 * A small heap as a picture: one group per mapped SuperSlab, one letter per carved block, `/` between
 * slabs. A letter names the block's slot, `.` is free, `q` waits in the remote queue.
 */
export class PictureHeap {
  readonly machine: BareMachine;
  readonly heap: TinyHeap;

  constructor(knobs: Partial<KnobValues> = {}) {
    this.machine = new BareMachine(knobs, 8);
    this.heap = new TinyHeap(this.machine, 26);
  }

  /** Thread `life` allocates one block of `size` for each letter. */
  alloc(life: number, letters: string, size = 64): this {
    const { heap, machine } = this;
    for (const letter of letters) {
      const served = heap.malloc(life, life, size, slotOf(letter));
      if (!served && machine.settings.onNull === 'libcFallback')
        heap.mallocFallback(size, slotOf(letter), life, machine.events.next - 1);
    }
    return this;
  }
  free(life: number, letters: string): this {
    for (const letter of letters) this.heap.free(life, slotOf(letter));
    return this;
  }
  exit(life: number): this {
    this.machine.threads.end(life);
    this.heap.orphanAll(life, NO_CAUSE);
    return this;
  }
  trim(): this {
    this.heap.trim(0, new Int32Array(9).fill(NONE));
    return this;
  }

  draw(): string {
    const { superslabs, slabs, blocks, lists, rows } = this.heap;
    const groups: string[] = [];
    for (let row = 0; row < rows; row++) {
      const at = row * SS_WORDS;
      if ((superslabs[at + SS_FLAGS] & SS_FLAG.mapped) === 0) continue;
      let text = '';
      let r = superslabs[at + SS_FIRST_SLAB];
      for (let i = 0; i < superslabs[at + SS_ACQUIRED]; i++) {
        const letters = Array.from({ length: slabs[r + CARVED] }, () => '?');
        const mark = (head: number, letter: string): void => {
          for (let b = head; b < NO_BLOCK; b = lists.next[slabs[r + LIST_BASE] + b]) {
            letters[b] = letter;
          }
        };
        mark(slabs[r + FREE_HEAD], '.');
        mark(slabs[r + REMOTE_HEAD], 'q');
        for (let slot = 0; slot < 26; slot++) {
          if (blocks[slot * BLOCK_WORDS + BLOCK_SLAB] === r) {
            letters[blocks[slot * BLOCK_WORDS + BLOCK_INDEX]] = String.fromCharCode(65 + slot);
          }
        }
        text += (i > 0 ? '/' : '') + letters.join('');
        r = slabs[r + NEXT_SLAB];
      }
      groups.push(text);
    }
    return groups.join(' ');
  }
}

/**
 * The C library's heap as a picture: one letter per chunk, in address order, `.` a free one. A block that looks like
 * one of the SuperSlabs' is a small letter; what is not part of a chunk is not drawn.
 */
export function drawLibc({ heap }: PictureHeap): string {
  const chunks = heap.mixed?.libc.heap;
  if (chunks === undefined) return '';
  let text = '';
  for (let g = 0; g < chunks.top; g += chunks.sizeOf(g)) {
    const slot = chunks.slots.block.indexOf(g);
    const at = slot * BLOCK_WORDS;
    const looks =
      slot >= 0 &&
      heap.blocks[at + BLOCK_SLAB] === BLOCK_LIBC &&
      (heap.blocks[at + BLOCK_INDEX] & 1) === 1;
    text += chunks.isFree(g) ? '.' : String.fromCharCode((looks ? 97 : 65) + slot);
  }
  return text;
}

const slotOf = (letter: string): number => letter.charCodeAt(0) - 65;
