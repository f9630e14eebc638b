import { C } from '../../telemetry/counters.ts';
import { EV, NEW_PAGE, NO_CAUSE } from '../../telemetry/events.ts';
import type { Mf2Heap } from './heap.ts';
import {
  NONE,
  P_ENQ_EVENT,
  P_OWNER_EVENT,
  P_WORDS,
  T_BELOW,
  T_BELOW_EVENT,
  T_EVER,
  T_GRAVE,
  T_GRAVE_EVENT,
  T_LOSS,
  T_PEND,
  T_PEND_COUNT,
} from './layout.ts';

const REASON_COUNTER: readonly number[] = [
  C.newGate,
  C.newStarved,
  C.newGraveyard,
  C.newBelow,
  C.newOrphaned,
  C.newFirstUse,
  C.newCapacity,
];
const LONGEST = 8;

/** Why a thread needs a new page of a class now: the nearest of what would have spared it. */
export function reasonForPage(heap: Mf2Heap, life: number, cls: number): number {
  const { tables } = heap;
  const t = heap.table(life, cls);
  if (tables[t + T_PEND_COUNT] > 0) return NEW_PAGE.gate;
  if (tables[t + T_LOSS] !== NONE) return NEW_PAGE.starved;
  heap.totals.settle();
  if (tables[t + T_GRAVE] > 0) return NEW_PAGE.graveyard;
  if (tables[t + T_BELOW] > 0) return NEW_PAGE.below;
  if (heap.orphans[cls] !== NONE) return NEW_PAGE.orphaned;
  return tables[t + T_EVER] === 0 ? NEW_PAGE.firstUse : NEW_PAGE.capacity;
}

/**
 * Makes a page and records why it was necessary. A loss by adoption pays for exactly one new page:
 * the page that was taken would have served exactly one slow path.
 */
export function freshPage(
  heap: Mf2Heap,
  life: number,
  cls: number,
  piece: number,
  now: number,
): number {
  const { tables, counters } = heap;
  const t = heap.table(life, cls);
  const reason = reasonForPage(heap, life, cls);
  let cause = NO_CAUSE;
  let depth = 0;
  switch (reason) {
    case NEW_PAGE.gate:
      cause = heap.pages[tables[t + T_PEND] + P_ENQ_EVENT];
      counters[C.gateViolations]++;
      break;
    case NEW_PAGE.starved: {
      const loss = heap.payLoss(t);
      cause = heap.lossEvent[loss];
      depth = heap.lossDepth[loss];
      break;
    }
    case NEW_PAGE.graveyard:
      cause = tables[t + T_GRAVE_EVENT];
      break;
    case NEW_PAGE.below:
      cause = tables[t + T_BELOW_EVENT];
      break;
    case NEW_PAGE.orphaned:
      cause = heap.lastOrphanExit[cls];
      break;
  }
  const p = heap.newPage(life, cls, piece, now);
  counters[C.newPages]++;
  counters[REASON_COUNTER[reason]]++;
  if (depth > 0) {
    counters[C.chain1 + Math.min(depth, LONGEST) - 1]++;
  }
  const seq = heap.emit(EV.pageNew, now, life, p / P_WORDS, cls, reason, cause);
  heap.pages[p + P_OWNER_EVENT] = seq;
  if (depth > counters[C.chainMax]) {
    counters[C.chainMax] = depth;
    counters[C.chainMaxSeq] = seq;
    heap.events.pinChain(seq);
  }
  return p;
}
