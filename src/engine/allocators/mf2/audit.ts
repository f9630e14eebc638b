import { chunkBytes } from '../../machine/libc-heap.ts';
import { expectIn } from '../../run/expect.ts';
import { C } from '../../telemetry/counters.ts';
import { B, BAND_COUNT } from '../../telemetry/ledger.ts';
import { PG } from '../../telemetry/states.ts';
import type { AuditFound } from '../contract.ts';
import type { Mf2Allocator } from './allocator.ts';
import {
  CLASSES,
  MF2_CLASSES,
  NONE,
  OS_PAGES,
  P_ADOPTED_FROM,
  P_CLS,
  P_DRAIN,
  P_FLAGS,
  P_FREE,
  P_HOLDER,
  P_ORPH_NEXT,
  P_OWN_NEXT,
  P_OWNER,
  P_PART_NEXT,
  P_PEND_NEXT,
  P_PEND_OF,
  P_PEND_PREV,
  P_REMOTE,
  P_TOUCHED,
  P_USED,
  P_WORDS,
  PAGE_BYTES,
  PF,
  PH,
  T_ACTIVE,
  T_BELOW,
  T_GRAVE,
  T_PAGES,
  T_PARTIAL,
  T_PEND,
  T_PEND_COUNT,
  T_PEND_LAST,
  X_PAGE,
  X_PHASE,
  X_WORDS,
} from './layout.ts';
import { OTHER } from './steps.ts';

const PAGE = 4096;
const bits = (word: number): number[] =>
  Array.from({ length: 32 }, (_, i) => i).filter((i) => ((word >>> i) & 1) === 1);

/**
 * Recounts everything by walking slots, pages and lists block by block, and compares with what the heap
 * maintains. It shares no arithmetic with the totals.
 * @param problems gets one sentence per violation
 */
export function audit(mf2: Mf2Allocator, problems: string[]): AuditFound {
  const expect = expectIn(problems);
  const { heap } = mf2;
  const { threads } = mf2.machine;
  const { pages, tables } = heap;
  heap.totals.settle();

  const liveOf = new Map<number, Set<number>>();
  let requestedBytes = 0;
  /** By page × 32 + block. */
  const requestedOf = new Map<number, number>();
  let other = 0;
  let outside = 0;
  for (let slot = 0; slot < mf2.usedSlots; slot++) {
    const where = heap.where[slot];
    if (where === OTHER) {
      outside++;
      other += chunkBytes(heap.requested[slot]);
    }
    if (where < 0) continue;
    const row = where >>> 5;
    const set = liveOf.get(row) ?? new Set<number>();
    if (set.has(where & 31)) problems.push(`page ${row}: block ${where & 31} is in two slots`);
    set.add(where & 31);
    liveOf.set(row, set);
    requestedBytes += heap.requested[slot];
    requestedOf.set(where, heap.requested[slot]);
  }
  expect('bytes outside the pages', other, heap.libc.live);
  if (other > heap.libc.bytes) problems.push('blocks outside the pages have no memory');
  expect('blocks outside the pages', outside, heap.otherBlocks);

  const bands = new Float64Array(BAND_COUNT);
  const resident = new Float64Array(BAND_COUNT);
  const grave = new Map<number, number>();
  const below = new Map<number, number>();
  const owned = new Map<number, number>();
  const add = (map: Map<number, number>, key: number, by = 1): void => {
    map.set(key, (map.get(key) ?? 0) + by);
  };
  let live = 0;
  let queued = 0;
  let queuedDead = 0;
  let graveBlocks = 0;
  let belowBlocks = 0;
  let orphanBlocks = 0;
  let pending = 0;
  let partial = 0;
  // Pages that some chain is in the middle of draining, by its life.
  const drained = new Set<string>();
  const { x } = mf2.steps;
  for (let chain = 0, at = 0; chain < threads.chains; chain++, at += X_WORDS) {
    const phase = x[at + X_PHASE];
    if (phase === PH.drainTake || phase === PH.drainLink)
      drained.add(`${threads.life[chain]} ${x[at + X_PAGE]}`);
  }
  const servable = new Set<number>();
  for (let row = 0, p = 0; row < heap.count; row++, p += P_WORDS) {
    const cls = pages[p + P_CLS];
    const size = MF2_CLASSES[cls];
    const capacity = Math.floor((PAGE_BYTES - heap.header) / size);
    const free = bits(pages[p + P_FREE]);
    const remote = bits(pages[p + P_REMOTE]);
    const drain = bits(pages[p + P_DRAIN]);
    const used = new Set(bits(pages[p + P_USED]));
    const held = liveOf.get(row) ?? new Set<number>();
    const seen = new Set<number>();
    for (const block of [...free, ...remote, ...drain, ...held]) {
      if (block >= capacity) problems.push(`page ${row}: block ${block} of ${capacity}`);
      if (seen.has(block)) problems.push(`page ${row}: block ${block} is in two places`);
      seen.add(block);
    }
    expect(`page ${row}: blocks accounted for`, seen.size, capacity);
    for (const block of [...remote, ...drain, ...held]) {
      if (!used.has(block)) problems.push(`page ${row}: block ${block} was never handed out`);
    }
    liveOf.delete(row);
    const owner = pages[p + P_OWNER];
    const flags = pages[p + P_FLAGS];
    const dead = !threads.isAlive(owner);
    if (dead !== ((flags & PF.orphan) !== 0))
      problems.push(`page ${row}: life ${owner} is ${dead ? 'dead' : 'alive'}, its mark is not`);
    const t = heap.table(owner, cls);
    if (((flags & PF.active) !== 0) !== (tables[t + T_ACTIVE] === p))
      problems.push(`page ${row}: active mark and its owner's record differ`);
    if ((flags & PF.queued) !== 0 && (flags & PF.pending) === 0)
      problems.push(`page ${row} is queued without its mark`);
    if (((flags & PF.adopted) !== 0) !== (pages[p + P_ADOPTED_FROM] !== NONE))
      problems.push(`page ${row}: adopted mark and the life it was taken from differ`);
    if ((flags & PF.partial) !== 0) partial++;
    const holder = pages[p + P_HOLDER];
    if (holder !== NONE && !drained.has(`${holder} ${p}`))
      problems.push(`page ${row}: life ${holder} holds it and does not drain it`);
    if ((flags & (PF.pending | PF.queued)) === PF.pending && holder === NONE)
      problems.push(`page ${row} is marked as pending; no queue has it and nobody drains it`);
    add(owned, t);
    const freeUsed = free.filter((block) => used.has(block));
    const inQueue = (flags & PF.queued) !== 0;
    const reachable =
      inQueue ||
      (flags & (PF.active | PF.partial | PF.pending)) !== 0 ||
      pages[p + P_HOLDER] !== NONE;
    const hidden = !dead && !reachable;
    live += held.size;
    queued += remote.length + drain.length;
    const { header } = heap;
    const mask = heap.residentMask(p);
    expect(`page ${row}: resident OS pages`, mask, pages[p + P_TOUCHED]);
    /** Adds bytes of the page to a band, and those of them that are resident. */
    const put = (band: number, from: number, to: number): void => {
      bands[band] += to - from;
      for (const page of bits(mask)) {
        const low = Math.max(from, page * PAGE);
        const high = Math.min(to, page * PAGE + PAGE);
        if (high > low) resident[band] += high - low;
      }
    };
    const putBlocks = (band: number, blocks: readonly number[]): void => {
      for (const block of blocks) put(band, header + block * size, header + (block + 1) * size);
    };
    for (const block of held) {
      const at = header + block * size;
      const asked = requestedOf.get(row * 32 + block) ?? 0;
      put(B.live, at, at + asked);
      put(B.rounding, at + asked, at + size);
    }
    for (const block of used)
      if (((mask >>> Math.floor((header + block * size) / PAGE)) & 1) === 0)
        problems.push(`page ${row}: block ${block} was used on untouched memory`);
    putBlocks(B.queued, drain);
    const remoteHidden = dead ? !inQueue : hidden;
    putBlocks(remoteHidden ? B.belowThreshold : B.queued, remote);
    if (dead) {
      putBlocks(B.freeDead, freeUsed);
      queuedDead += remote.length + drain.length;
      orphanBlocks += freeUsed.length + remote.length;
      if (free.length + remote.length > 0) servable.add(p);
    } else if (hidden && free.length > 0) {
      putBlocks(B.belowThreshold, freeUsed);
      graveBlocks += free.length;
      belowBlocks += remote.length;
      add(grave, t);
      if (remote.length > 0) add(below, t);
    } else {
      putBlocks(B.freeLiving, freeUsed);
      if (hidden && remote.length > 0) {
        belowBlocks += remote.length;
        add(below, t);
      }
    }
    if (inQueue) pending++;
    put(B.headers, 0, header);
    put(B.headers, header + capacity * size, PAGE_BYTES);
    putBlocks(
      B.neverCarved,
      Array.from({ length: capacity }, (_, block) => block).filter((block) => !used.has(block)),
    );
    if (heap.condition(p) === PG.unmapped) problems.push(`page ${row} has no state`);
  }
  for (const row of liveOf.keys()) problems.push(`live blocks in page ${row}, which is not there`);
  expect('requested bytes', requestedBytes, heap.requestedBytes);

  let queuedPages = 0;
  const waitingBy = new Int32Array(CLASSES);
  let listedPages = 0;
  for (let life = 0; life <= threads.lives; life++) {
    let ownedPages = 0;
    for (let p = heap.ownPages[life]; p !== NONE; p = pages[p + P_OWN_NEXT]) {
      ownedPages++;
      expect(`owner of page ${p / P_WORDS}`, life, pages[p + P_OWNER]);
      if (ownedPages > heap.count) {
        problems.push(`the pages of life ${life} form a ring`);
        break;
      }
    }
    let known = 0;
    for (let cls = 0; cls < CLASSES; cls++) {
      const t = heap.table(life, cls);
      known += tables[t + T_PAGES];
      expect(`pages of life ${life}, class ${cls}`, owned.get(t) ?? 0, tables[t + T_PAGES]);
      expect(`graveyard of life ${life}, class ${cls}`, grave.get(t) ?? 0, tables[t + T_GRAVE]);
      expect(`below threshold, life ${life}, class ${cls}`, below.get(t) ?? 0, tables[t + T_BELOW]);
      let length = 0;
      let last = NONE;
      for (let p = tables[t + T_PEND]; p !== NONE && length <= heap.count; ) {
        length++;
        if ((pages[p + P_FLAGS] & PF.queued) === 0)
          problems.push(`page ${p / P_WORDS} is in a queue without its mark`);
        if (pages[p + P_PEND_OF] !== life || pages[p + P_CLS] !== cls)
          problems.push(`page ${p / P_WORDS} lies in a queue that is not its own`);
        if (pages[p + P_PEND_PREV] !== last)
          problems.push(`page ${p / P_WORDS}: the queue leads back elsewhere`);
        last = p;
        p = pages[p + P_PEND_NEXT];
      }
      expect(`end of the queue of life ${life}, class ${cls}`, last, tables[t + T_PEND_LAST]);
      queuedPages += length;
      waitingBy[cls] += length;
      expect(`queue of life ${life}, class ${cls}`, length, tables[t + T_PEND_COUNT]);
      expect(
        `ready mark of life ${life}, class ${cls}`,
        heap.nextReady(cls, life) === life ? 1 : 0,
        length > 0 ? 1 : 0,
      );
      for (
        let p = tables[t + T_PARTIAL];
        p !== NONE && listedPages <= heap.count;
        p = pages[p + P_PART_NEXT]
      ) {
        listedPages++;
        if ((pages[p + P_FLAGS] & PF.partial) === 0 || pages[p + P_OWNER] !== life) {
          problems.push(`page ${p / P_WORDS} is in the wrong list of partly free pages`);
          break;
        }
      }
    }
    expect(`pages of life ${life}`, ownedPages, known);
  }
  expect('pages in queues', queuedPages, pending);
  expect('pages in lists of partly free ones', listedPages, partial);
  for (let cls = 0; cls < CLASSES; cls++) {
    expect(`pages in queues of class ${cls}`, waitingBy[cls], heap.pendingBy[cls]);
    for (let p = heap.orphans[cls]; p !== NONE; p = pages[p + P_ORPH_NEXT]) {
      if (!servable.delete(p)) {
        problems.push(`page ${p / P_WORDS} is listed as an orphan that can serve, and cannot`);
        break;
      }
    }
  }
  expect('orphans that can serve but are not listed', servable.size, 0);

  const { counters } = heap;
  expect('live blocks', live, counters[C.liveBlocks]);
  expect('queued blocks', queued, counters[C.queuedBlocks]);
  expect('queued blocks of dead owners', queuedDead, counters[C.queuedDead]);
  expect('blocks in the graveyard', graveBlocks, counters[C.strandedGraveyard]);
  expect('blocks below the threshold', belowBlocks, counters[C.strandedBelow]);
  expect('blocks of orphans', orphanBlocks, counters[C.strandedOrphan]);
  expect('pending pages', pending, counters[C.pendingPages]);
  expect('new pages', heap.count, counters[C.newPages]);
  let byReason = 0;
  for (let i = C.newFirstUse; i <= C.newCapacity; i++) byReason += counters[i];
  expect('new pages by reason', byReason, counters[C.newPages]);
  let chains = 0;
  for (let i = C.chain1; i <= C.chain8; i++) chains += counters[i];
  expect('chains that ended in a new page', chains, counters[C.newStarved]);
  bands[B.other] = heap.libc.bytes - heap.runtimeBytes;
  bands[B.runtime] = heap.runtimeBytes;
  for (const band of [B.runtime, B.other]) resident[band] = bands[band];
  return {
    mapped: bands,
    resident,
    live: live + outside,
    mappedPages: heap.count * OS_PAGES + heap.libc.pages,
  };
}
