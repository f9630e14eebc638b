import { C } from '../../telemetry/counters.ts';
import { BLOCKED, EV } from '../../telemetry/events.ts';
import {
  NONE,
  P_CLS,
  P_ENQ_EVENT,
  P_FLAGS,
  P_FREE,
  P_HOLDER,
  P_ORPH_NEXT,
  P_OWNER,
  P_REMOTE,
  P_WORDS,
  PF,
  popcount,
  T_PARTIAL,
  T_PEND,
} from './layout.ts';
import type { Mf2Ownership } from './ownership.ts';

/** Queues that one slow path looks at before it gives up; bounds the price of many dead threads. */
export const SCAN_LIMIT = 64;

const BLOCKED_COUNTER = [
  C.blockedRfr,
  C.blockedIdle,
  C.blockedPartial,
  C.blockedPressure,
  C.blockedRemotes,
  C.blockedClaim,
];

/** Looks through the queues of others (S-43, S-49, S-50). @returns the page, out of its queue, or NONE */
export function pendingOfOthers(from: Mf2Ownership, chain: number, cls: number): number {
  const { heap, threads, costs, knobs } = from;
  const { pages, counters } = heap;
  const life = threads.life[chain];
  const gated = knobs.route === 'p';
  const now = gated ? from.machine.commonNs(chain) : 0;
  let told = false;
  let looks = 0;
  for (let v = heap.nextReady(cls, 0); v !== NONE; v = heap.nextReady(cls, v + 1)) {
    if (v === life) continue;
    const alive = threads.isAlive(v);
    if (!alive && !knobs.deadQueuesVisible) continue;
    if (++looks > SCAN_LIMIT) break;
    threads.clock[chain] += costs.scan;
    const t = heap.table(v, cls);
    const p = heap.tables[t + T_PEND];
    let reason = -1;
    if (gated) reason = gate(from, p, v, t, now);
    const claimed =
      pages[p + P_HOLDER] !== NONE || ((pages[p + P_FLAGS] & PF.active) !== 0 && alive);
    const pinned = (pages[p + P_FLAGS] & PF.pinned) !== 0;
    if (reason < 0 && (pinned || (knobs.pendingClaim && claimed))) reason = BLOCKED.claim;
    if (reason >= 0) {
      counters[BLOCKED_COUNTER[reason]]++;
      if (!told) {
        told = true;
        heap.emit(
          EV.adoptionBlocked,
          threads.clock[chain],
          life,
          p / P_WORDS,
          v,
          reason,
          pages[p + P_ENQ_EVENT],
        );
      }
      continue;
    }
    heap.dequeue(v, cls);
    return p;
  }
  return NONE;
}

/**
 * The first gate of route P that is shut, or -1 (S-48, S-49). A window, a time or a least number of 0 is off.
 * @param now by the common clock, as are the times that it is compared with
 */
function gate(from: Mf2Ownership, p: number, owner: number, t: number, now: number): number {
  const { heap, knobs } = from;
  const { idleThresholdUs, rfrWindowUs } = knobs;
  if (idleThresholdUs > 0 && now - heap.lastAllocNs[owner] <= idleThresholdUs * 1000)
    return BLOCKED.idle;
  if (heap.tables[t + T_PARTIAL] !== NONE) return BLOCKED.partial;
  if (heap.pendingBy[heap.pages[p + P_CLS]] <= knobs.adoptionThreshold) return BLOCKED.pressure;
  if (popcount(heap.pages[p + P_REMOTE]) < knobs.minRemote) return BLOCKED.remotes;
  if (rfrWindowUs > 0 && now < heap.enqueuedNs[p / P_WORDS] + rfrWindowUs * 1000)
    return BLOCKED.rfr;
  return -1;
}

/**
 * A page of a dead owner, or of one idle for long (our own candidates, engine.md 4).
 * @returns the page, out of its queue if it lay in one, or NONE
 */
export function orphan(from: Mf2Ownership, chain: number, cls: number): number {
  const { heap, threads, costs, knobs } = from;
  const { pages } = heap;
  const emptyOnly = knobs.orphanPolicy === 'reuse-empty';
  threads.clock[chain] += costs.scan;
  let looks = 0;
  for (let p = heap.orphans[cls]; p !== NONE; p = pages[p + P_ORPH_NEXT]) {
    if (++looks > SCAN_LIMIT) break;
    if (pages[p + P_HOLDER] !== NONE || (pages[p + P_FLAGS] & PF.pinned) !== 0) continue;
    if (emptyOnly && (pages[p + P_FREE] | pages[p + P_REMOTE]) !== heap.full[cls]) continue;
    let found = p;
    if ((pages[p + P_FLAGS] & PF.queued) !== 0) {
      const head = heap.tables[heap.table(pages[p + P_OWNER], cls) + T_PEND];
      if (emptyOnly || head === NONE || (pages[head + P_FLAGS] & PF.pinned) !== 0) continue;
      found = heap.dequeue(pages[p + P_OWNER], cls);
      if (found === NONE) continue;
    }
    return found;
  }
  if (knobs.adoptIdleMs === 0) return NONE;
  const now = from.machine.commonNs(chain);
  looks = 0;
  for (let v = heap.nextReady(cls, 0); v !== NONE; v = heap.nextReady(cls, v + 1)) {
    if (v === threads.life[chain] || !threads.isAlive(v)) continue;
    if (++looks > SCAN_LIMIT) break;
    if (now - heap.lastAllocNs[v] <= knobs.adoptIdleMs * 1e6) continue;
    const head = heap.tables[heap.table(v, cls) + T_PEND];
    if ((pages[head + P_FLAGS] & PF.pinned) !== 0) continue;
    return heap.dequeue(v, cls);
  }
  return NONE;
}
