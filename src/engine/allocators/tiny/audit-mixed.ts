import { expectIn } from '../../run/expect.ts';
import { C } from '../../telemetry/counters.ts';
import type { TinyHeap } from './heap.ts';
import {
  BLOCK_INDEX,
  BLOCK_LIBC,
  BLOCK_OTHER,
  BLOCK_SIZE,
  BLOCK_SLAB,
  BLOCK_WORDS,
  NEXT_SLAB,
  SLAB_PAGES,
  SS_ACQUIRED,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_SLABS,
  SS_WORDS,
} from './layout.ts';
import type { Mixed } from './mixed.ts';

/**
 * Recounts what mixed allocation keeps: the C library's heap chunk by chunk, the blocks of it that slots have and
 * the event that each came from, and the ownership bitmap against the slabs that are in use.
 * @param slots slots in use
 * @param problems gets one sentence per violation
 * @returns pages that the C library has mapped, and bytes of them that are resident
 */
export function auditMixed(
  heap: TinyHeap,
  mixed: Mixed,
  slots: number,
  problems: string[],
): { readonly pages: number; readonly residentBytes: number } {
  const expect = expectIn(problems);
  const { blocks, counters } = heap;
  const { libc } = mixed;
  const found = libc.audit(slots, problems);
  const mapped = libc.mapped.recount();
  expect('pages that the C library maps for large blocks', mapped.pages, libc.mapped.pages);

  let pointers = 0;
  let chunks = 0;
  for (let slot = 0; slot < slots; slot++) {
    const at = slot * BLOCK_WORDS;
    const r = blocks[at + BLOCK_SLAB];
    const outside = r === BLOCK_OTHER || r === BLOCK_LIBC;
    if (outside !== libc.has(slot))
      problems.push(`slot ${slot}: ${outside ? 'no' : 'a'} block of the C library is there`);
    if (!outside || !libc.has(slot)) continue;
    const size = blocks[at + BLOCK_SIZE];
    if (libc.mapped.pageOf(slot) < 0) {
      chunks++;
      expect(`slot ${slot}: bytes that the C library knows of`, libc.heap.slots.size[slot], size);
    }
    if (r !== BLOCK_LIBC) continue;
    pointers++;
    const event = heap.events.get(blocks[at + BLOCK_INDEX] >> 1);
    if (event !== undefined && event.kind !== 'libcFallback')
      problems.push(`slot ${slot}: the event that it came from is “${event.kind}”`);
  }
  expect('blocks of the C library', found.live, chunks);
  expect('mixed pointers', pointers, counters[C.mixedPointers]);
  auditTable(heap, mixed, problems);

  let residentBytes = mapped.resident * 4096;
  for (const bytes of found.resident) residentBytes += bytes;
  return { pages: found.mappedPages + mapped.pages, residentBytes };
}

/** Every slab in use whose region the table covers is marked; what else is marked is stale. */
function auditTable(heap: TinyHeap, { table, stale }: Mixed, problems: string[]): void {
  if (table === undefined) return;
  const { superslabs, slabs, counters } = heap;
  let marked = 0;
  for (const word of table.words) {
    for (let bits = word >>> 0; bits !== 0; bits >>>= 1) marked += bits & 1;
  }
  let missing = 0;
  for (let row = 0; row < heap.rows; row++) {
    const at = row * SS_WORDS;
    if ((superslabs[at + SS_FLAGS] & SS_FLAG.mapped) === 0) continue;
    const page = heap.pageOf(row);
    for (let slab = 0; slab < superslabs[at + SS_SLABS]; slab++)
      if (table.knows(page + slab * SLAB_PAGES)) marked--;
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      if (!table.knows(heap.slabPage(r))) missing++;
      r = slabs[r + NEXT_SLAB];
    }
  }
  const expect = expectIn(problems);
  expect('regions marked without a SuperSlab', marked, stale);
  expect('gauge of stale marks', stale, counters[C.staleMarks]);
  if (missing > 0 && !heap.careful)
    problems.push(`${missing} slabs are not in the ownership bitmap, and frees do not ask it`);
  if (missing > counters[C.ownerOverflows])
    problems.push(`${missing} slabs are not in the ownership bitmap, and fewer lie outside it`);
}
