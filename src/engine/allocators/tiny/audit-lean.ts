import { expectIn } from '../../run/expect.ts';
import { C } from '../../telemetry/counters.ts';
import { B } from '../../telemetry/ledger.ts';
import type { TinyHeap } from './heap.ts';
import {
  NO_LIFE,
  NONE,
  SLAB_BYTES,
  SLAB_PAGES,
  SLAB_SS,
  SS_ACQUIRED,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_OWNER,
  SS_SLABS,
  SS_WORDS,
} from './layout.ts';

const PAGE = 4096;
const NOTHING_ELSE = SS_FLAG.mapped | SS_FLAG.retired;

/**
 * Recounts what lean mode keeps: retired SuperSlabs one by one, that nothing of the heap is in them and no thread
 * allocates there, their pages as the machine has them, and the counters that must add up.
 * @param mapped gets the bytes of their bands, and `resident` the resident ones
 * @param problems gets one sentence per violation
 */
export function auditLean(
  heap: TinyHeap,
  mapped: Float64Array,
  resident: Float64Array,
  problems: string[],
): void {
  const expect = expectIn(problems);
  const { superslabs, slabs, counters, lean, space } = heap;
  const used = new Set<number>();
  for (const r of heap.current) if (r >= 0) used.add(slabs[r + SLAB_SS]);
  let retired = 0;
  let bytes = 0;
  let dirty = 0;
  let lazy = 0;
  for (let row = 0; row < heap.rows; row++) {
    const at = row * SS_WORDS;
    if (lean !== undefined && (superslabs[at + SS_FLAGS] & SS_FLAG.kept) !== 0)
      problems.push(`SuperSlab ${row} is kept in lean mode, which keeps none`);
    if (!heap.isRetired(row)) continue;
    const wrong = (what: string): void => {
      problems.push(`SuperSlab ${row} is retired, and ${what}`);
    };
    if (superslabs[at + SS_FLAGS] !== NOTHING_ELSE) wrong('its flags say more');
    if (superslabs[at + SS_OWNER] !== NO_LIFE) wrong('it has an owner');
    if (superslabs[at + SS_ACQUIRED] !== 0 || superslabs[at + SS_FIRST_SLAB] !== NONE)
      wrong('it has slabs');
    if (used.has(row)) wrong('a thread allocates from it');
    const page = heap.pageOf(row);
    const pages = superslabs[at + SS_SLABS] * SLAB_PAGES;
    const lazily = space.pages.lazyIn(page, page + pages);
    retired++;
    bytes += superslabs[at + SS_SLABS] * SLAB_BYTES;
    lazy += lazily;
    dirty += space.pages.residentIn(page, page + pages) - lazily;
    // The write of the magic has made its first page stay, whatever the kernel takes.
    if (space.pages.residentIn(page, page + 1) - space.pages.lazyIn(page, page + 1) !== 1)
      wrong('its magic was not written');
  }
  mapped[B.lazilyFreed] = lazy * PAGE;
  resident[B.lazilyFreed] = lazy * PAGE;
  mapped[B.retired] = bytes - lazy * PAGE;
  resident[B.retired] = dirty * PAGE;
  expect('lazily freed pages of retired SuperSlabs', lazy, space.pages.lazyPages);
  expect('retired SuperSlabs that are counted', retired, counters[C.leanRetires]);
  expect('pages that the magic made dirty', dirty, counters[C.leanRedirtied]);
  if (lean === undefined) {
    if (retired > 0) problems.push(`${retired} SuperSlabs are retired without lean mode`);
    return;
  }
  expect('retired SuperSlabs', retired, lean.retired);
  expect('bytes of retired SuperSlabs', bytes, lean.bytes);
  expect('pages of retired SuperSlabs that stay', dirty, lean.dirtyPages);
  // Every decommit is a retired SuperSlab, and every call of madvise a decommit or the one that failed.
  expect('decommits', counters[C.leanDecommits], retired);
  expect('calls of madvise', counters[C.madviseCalls], lean.calls);
  expect('calls and their outcomes', lean.calls, retired + counters[C.leanRefusals]);
  expect('madvise is disabled', lean.disabled ? 1 : 0, counters[C.leanRefusals]);
  if (counters[C.leanUnasked] > 0 && !lean.disabled)
    problems.push('decommits are not tried, though madvise never failed');
}
