import { B } from '../../telemetry/ledger.ts';
import { PG } from '../../telemetry/states.ts';
import type { Mf2Allocator } from './allocator.ts';
import {
  MF2_CLASSES,
  OS_PAGE,
  OS_PAGE_SHIFT,
  P_CLS,
  P_DRAIN,
  P_FREE,
  P_REMOTE,
  P_TOUCHED,
  P_USED,
  P_WORDS,
  PAGE_BYTES,
  popcount,
  X_OLD,
  X_OLD_SIZE,
  X_WORDS,
} from './layout.ts';

/**
 * Fills the resident column of the byte ledger by walking pages and slots: a program that writes two bytes of
 * a block leaves the rest of it untouched, so how much of a band is resident follows from no total.
 * @param mapped the other column, as read at the same moment
 */
export function readResident(
  mf2: Mf2Allocator,
  mapped: Float64Array,
  resident: Float64Array,
): void {
  const { heap } = mf2;
  const { pages, header } = heap;
  resident[B.other] = mapped[B.other];
  resident[B.runtime] = mapped[B.runtime];
  for (let p = 0; p < heap.count * P_WORDS; p += P_WORDS) {
    const touched = pages[p + P_TOUCHED];
    const cls = pages[p + P_CLS];
    const size = MF2_CLASSES[cls];
    const tail = header + heap.capacity[cls] * size;
    const state = heap.condition(p);
    const dead = state === PG.orphan || state === PG.orphanPending;
    const hidden = state === PG.graveyard || state === PG.below || state === PG.orphan;
    const free = dead ? B.freeDead : state === PG.graveyard ? B.belowThreshold : B.freeLiving;
    resident[B.headers] += within(touched, 0, header) + within(touched, tail, PAGE_BYTES);
    const used = pages[p + P_USED];
    resident[B.neverCarved] += bytesOf(touched, heap.full[cls] & ~used, header, size);
    resident[free] += bytesOf(touched, pages[p + P_FREE] & used, header, size);
    resident[B.queued] += bytesOf(touched, pages[p + P_DRAIN], header, size);
    resident[hidden ? B.belowThreshold : B.queued] += bytesOf(
      touched,
      pages[p + P_REMOTE],
      header,
      size,
    );
  }
  for (let slot = 0; slot < mf2.usedSlots; slot++)
    addLive(mf2, heap.where[slot], heap.requested[slot], resident);
  // A block that realloc has copied and not yet freed.
  const { x } = mf2.steps;
  for (let at = 0; at < x.length; at += X_WORDS)
    addLive(mf2, x[at + X_OLD], x[at + X_OLD_SIZE], resident);
}

/** Adds one live block. @param where page × 32 + block; below 0: none here */
function addLive(
  mf2: Mf2Allocator,
  where: number,
  requested: number,
  resident: Float64Array,
): void {
  if (where < 0) return;
  const { pages, header } = mf2.heap;
  const p = (where >>> 5) * P_WORDS;
  const size = MF2_CLASSES[pages[p + P_CLS]];
  const from = header + (where & 31) * size;
  const touched = pages[p + P_TOUCHED];
  resident[B.live] += within(touched, from, from + requested);
  resident[B.rounding] += within(touched, from + requested, from + size);
}

/** Resident bytes of a set of blocks. */
function bytesOf(touched: number, blocks: number, header: number, size: number): number {
  let bytes = 0;
  for (let rest = blocks; rest !== 0; rest &= rest - 1) {
    const from = header + (31 - Math.clz32(rest & -rest)) * size;
    bytes += within(touched, from, from + size);
  }
  return bytes;
}

/** Resident bytes from byte `from` to `to` - 1 of a page. Without a loop: a frame asks it a million times at the most. */
function within(touched: number, from: number, to: number): number {
  if (from >= to) return 0;
  const first = from >>> OS_PAGE_SHIFT;
  const last = (to - 1) >>> OS_PAGE_SHIFT;
  const head = (touched >>> first) & 1;
  if (first === last) return head * (to - from);
  const between = touched & ((1 << last) - (2 << first));
  const tail = (touched >>> last) & 1;
  return (
    head * (((first + 1) << OS_PAGE_SHIFT) - from) +
    popcount(between) * OS_PAGE +
    tail * (to - (last << OS_PAGE_SHIFT))
  );
}
