import { B } from '../../telemetry/ledger.ts';
import type { TinyHeap } from './heap.ts';
import {
  CARVED,
  HEADER_BYTES,
  LIVE,
  NEXT_SLAB,
  NONE,
  REMOTE_COUNT,
  SLAB_BYTES,
  SLAB_CLASS,
  SS_ACQUIRED,
  SS_CLASS,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_OWN_NEXT,
  SS_WORDS,
} from './layout.ts';
import { K_CAPACITY, K_CARVED, K_LIVE, K_QUEUED, K_RUNTIME, K_WORDS } from './records.ts';

const PAGE = 4096;

/** Sums over SuperSlabs whose owner lives: few, whatever the size of the heap. */
export interface LivingTotals {
  freeBytes: number;
  queuedBlocks: number;
  /** SuperSlabs with room that their owners have set aside and never look into again. */
  forgotten: number;
}

/** Free bytes and queued blocks of living owners, by walking what they own. */
export function livingTotals(heap: TinyHeap, chains: number, into: LivingTotals): void {
  into.freeBytes = 0;
  into.queuedBlocks = 0;
  into.forgotten = 0;
  const { superslabs, slabs } = heap;
  for (let chain = 0; chain < chains; chain++) {
    for (
      let row = heap.ownedBy(chain);
      row !== NONE;
      row = superslabs[row * SS_WORDS + SS_OWN_NEXT]
    ) {
      const at = row * SS_WORDS;
      if ((superslabs[at + SS_FLAGS] & SS_FLAG.kept) !== 0) continue;
      const bytes = heap.blockBytes[superslabs[at + SS_CLASS]];
      let r = superslabs[at + SS_FIRST_SLAB];
      for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
        into.queuedBlocks += slabs[r + REMOTE_COUNT];
        into.freeBytes += (slabs[r + CARVED] - slabs[r + LIVE] - slabs[r + REMOTE_COUNT]) * bytes;
        r = slabs[r + NEXT_SLAB];
      }
      if (heap.isForgotten(row)) into.forgotten++;
    }
    heap.eachOwnSlot(chain, (r) => {
      into.queuedBlocks += slabs[r + REMOTE_COUNT];
      into.freeBytes +=
        (slabs[r + CARVED] - slabs[r + LIVE] - slabs[r + REMOTE_COUNT]) *
        heap.blockBytes[slabs[r + SLAB_CLASS]];
    });
  }
}

/**
 * Fills both columns of the byte ledger from the maintained totals and what the address space has resident
 * (bands: telemetry/ledger.ts).
 */
export function readLedger(
  heap: TinyHeap,
  living: LivingTotals,
  mapped: Float64Array,
  resident: Float64Array | undefined,
): void {
  const { k } = heap;
  let live = 0;
  let queued = 0;
  let carved = 0;
  let uncarved = 0;
  let runtime = 0;
  let cached = 0;
  for (let c = 0; c < heap.classes; c++) {
    const bytes = heap.blockBytes[c];
    const at = c * K_WORDS;
    live += k[at + K_LIVE] * bytes;
    queued += k[at + K_QUEUED] * bytes;
    carved += k[at + K_CARVED] * bytes;
    uncarved += (k[at + K_CAPACITY] - k[at + K_CARVED]) * bytes;
    runtime += k[at + K_RUNTIME] * bytes;
    if (heap.caches !== undefined) cached += heap.caches.ofClass[c] * bytes;
  }
  const requested = heap.requestedBytes;
  const headers = heap.acquiredSuperslabs * HEADER_BYTES;
  mapped[B.live] = requested;
  mapped[B.rounding] = live - cached - runtime - requested;
  mapped[B.runtime] = runtime;
  mapped[B.queued] = queued;
  mapped[B.freeLiving] = living.freeBytes + cached;
  mapped[B.freeDead] = carved - live - queued - living.freeBytes;
  mapped[B.keptEmpty] = heap.keptBytes;
  mapped[B.headers] = headers + heap.tailBytes;
  mapped[B.neverCarved] = uncarved + heap.unacquiredSlabs * SLAB_BYTES;
  mapped[B.other] = heap.mixed?.libc.mappedBytes ?? heap.other.bytes;
  const { lean } = heap;
  // Nobody else gives pages up and leaves them to the kernel.
  const lazy = lean === undefined ? 0 : heap.space.pages.lazyPages;
  mapped[B.lazilyFreed] = lazy * PAGE;
  mapped[B.retired] = (lean?.bytes ?? 0) - lazy * PAGE;

  if (resident === undefined) return;
  // Carved blocks lie on touched pages; what is touched beyond them is not carved yet.
  resident.set(mapped);
  if (heap.mixed !== undefined) resident[B.other] = heap.mixed.libc.residentBytes;
  const kept = heap.keptResident;
  const dirty = lean?.dirtyPages ?? 0;
  const used = heap.superslabResident - kept - lazy - dirty;
  resident[B.retired] = dirty * PAGE;
  resident[B.keptEmpty] = kept * PAGE + heap.spareResident;
  resident[B.headers] = headers + heap.tailResident;
  resident[B.neverCarved] = used * PAGE - heap.spareResident - headers - heap.tailResident - carved;
}
