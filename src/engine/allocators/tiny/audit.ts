import { chunkBytes } from '../../machine/libc-heap.ts';
import { expectIn } from '../../run/expect.ts';
import { C } from '../../telemetry/counters.ts';
import { B, BAND_COUNT } from '../../telemetry/ledger.ts';
import type { AuditFound } from '../contract.ts';
import type { TinyAllocator } from './allocator.ts';
import { auditAside } from './audit-aside.ts';
import { auditLean } from './audit-lean.ts';
import { auditLookup } from './audit-lookup.ts';
import { auditMixed } from './audit-mixed.ts';
import { auditCaches, auditSlots, slotOf } from './audit-slots.ts';
import type { TinyHeap } from './heap.ts';
import {
  BLOCK_INDEX,
  BLOCK_KIND,
  BLOCK_LIBC,
  BLOCK_OTHER,
  BLOCK_SIZE,
  BLOCK_SLAB,
  BLOCK_TAG,
  BLOCK_WORDS,
  CAPACITY,
  CARVE_LIMIT,
  CARVED,
  CENTRAL_LIFE,
  EXCESS,
  FREE_HEAD,
  LIST_BASE,
  LIST_SIZE,
  LIVE,
  NEXT_SLAB,
  NO_BLOCK,
  NONE,
  OWNER,
  REMOTE_COUNT,
  REMOTE_HEAD,
  SLAB_BYTES,
  SLAB_CLASS,
  SLAB_INDEX,
  SLAB_PAGES,
  SLAB_SS,
  SS_ACQUIRED,
  SS_CLASS,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_OUT,
  SS_OWNER,
  SS_SLABS,
  SS_WORDS,
  slabCapacity,
  slabHeader,
  TOUCHED,
} from './layout.ts';

const PAGE = 4096;
/** Marks of a block while the lists are walked. */
const UNSEEN = 0;
const FREE = 1;
const QUEUED = 2;
const LIVE_BLOCK = 3;
const CACHED = 4;

/**
 * Recounts everything by walking block table, lists, slabs and SuperSlabs, and compares with what the
 * heap maintains. It shares no arithmetic with the counters.
 * @param problems gets one sentence per violation
 */
export function audit(tiny: TinyAllocator, problems: string[]): AuditFound {
  const expect = expectIn(problems);
  const { heap } = tiny;
  const { slabs, superslabs, blocks, lists } = heap;
  const bands = new Float64Array(BAND_COUNT);
  const resident = new Float64Array(BAND_COUNT);

  // The block table says which blocks are live; the lists must know of all others that were carved.
  const liveOf = new Map<number, number[]>();
  let otherLive = 0;
  let otherBytes = 0;
  for (let slot = 0; slot < tiny.usedSlots; slot++) {
    const at = slot * BLOCK_WORDS;
    const r = blocks[at + BLOCK_SLAB];
    if (r === BLOCK_OTHER || r === BLOCK_LIBC) {
      otherLive++;
      otherBytes += chunkBytes(blocks[at + BLOCK_SIZE]);
    }
    if (r < 0) continue;
    const list = liveOf.get(r);
    if (list) list.push(slot);
    else liveOf.set(r, [slot]);
  }

  auditLookup(heap, problems);
  const cachedOf = auditCaches(heap, problems);
  let liveTotal = 0;
  let believed = 0;
  let queuedTotal = 0;
  let queuedDead = 0;
  let orphans = 0;
  let inflated = 0;
  let vacant = 0;
  let now = 0;
  let superslabBytes = 0;
  const seenSlabs = new Set<number>();
  for (let row = 0; row < heap.rows; row++) {
    const at = row * SS_WORDS;
    const flags = superslabs[at + SS_FLAGS];
    if ((flags & SS_FLAG.mapped) === 0) continue;
    if (heap.isRetired(row)) {
      superslabBytes += superslabs[at + SS_SLABS] * SLAB_BYTES;
      continue;
    }
    const c = superslabs[at + SS_CLASS];
    const size = superslabs[at + SS_SLABS] * SLAB_BYTES;
    superslabBytes += size;
    const acquired = superslabs[at + SS_ACQUIRED];
    const orphan = (flags & SS_FLAG.orphan) !== 0;
    const aside = (flags & (SS_FLAG.kept | SS_FLAG.cached)) !== 0;
    if ((flags & SS_FLAG.cached) === 0) now++;
    if (orphan) orphans++;
    let rowLive = 0;
    let rowActive = 0;
    let rowCached = 0;
    let index = 0;
    let acquiredPages = 0;
    for (let r = superslabs[at + SS_FIRST_SLAB]; r !== NONE; r = slabs[r + NEXT_SLAB], index++) {
      if (seenSlabs.has(r)) {
        problems.push(`slab record ${r} is in two SuperSlabs`);
        break;
      }
      seenSlabs.add(r);
      const touchedBytes = slabs[r + TOUCHED] * PAGE;
      expect(`slab ${r}: pages`, heap.residentOfSlab(r), slabs[r + TOUCHED]);
      expect(`slab ${r}: pages from its start on`, prefixOf(heap, r), slabs[r + TOUCHED]);
      if (index >= acquired) {
        if (!aside) bands[B.neverCarved] += SLAB_BYTES;
        continue;
      }
      const slot = slotOf(heap, r);
      const spare = slot === 'empty';
      const bytes = heap.blockBytes[slot === undefined ? c : slabs[r + SLAB_CLASS]];
      const dead = slot === undefined ? orphan : !spare && !heap.isAlive(slabs[r + OWNER]);
      acquiredPages += slabs[r + TOUCHED];
      expect(`slab ${r} row`, row, slabs[r + SLAB_SS]);
      if (slot === undefined) expect(`slab ${r} class`, c, slabs[r + SLAB_CLASS]);
      expect(`slab ${r} index`, index, slabs[r + SLAB_INDEX]);
      if (slot === undefined)
        expect(`slab ${r} owner`, superslabs[at + SS_OWNER], slabs[r + OWNER]);
      expect(`slab ${r} capacity`, slabCapacity(bytes, index), slabs[r + CAPACITY]);
      const carved = slabs[r + CARVED];
      // Up to here blocks are carved without a look: they must fit, and lie on resident memory.
      const safe = Math.floor((touchedBytes - slabHeader(index)) / bytes);
      if (slabs[r + CARVE_LIMIT] > Math.min(slabs[r + CAPACITY], slabs[r + LIST_SIZE], safe))
        problems.push(`slab ${r}: carves up to block ${slabs[r + CARVE_LIMIT]}, beyond its memory`);
      if (
        carved > slabs[r + CAPACITY] ||
        carved > slabs[r + LIST_SIZE] ||
        carved > slabs[r + CARVE_LIMIT]
      ) {
        problems.push(`slab ${r}: ${carved} blocks carved beyond its limits`);
      }
      const mark = new Uint8Array(carved);
      const walk = (head: number, as: number, what: string): number => {
        let count = 0;
        for (let b = head; b < NO_BLOCK; b = lists.next[slabs[r + LIST_BASE] + b]) {
          if (b >= carved || mark[b] !== UNSEEN) {
            problems.push(
              `slab ${r}: block ${b} of its ${what} was ${b >= carved ? 'never carved' : 'seen before'}`,
            );
            return count;
          }
          mark[b] = as;
          count++;
        }
        return count;
      };
      const free = walk(slabs[r + FREE_HEAD], FREE, 'free list');
      const queued = walk(slabs[r + REMOTE_HEAD], QUEUED, 'remote queue');
      expect(`slab ${r} remote count`, queued, slabs[r + REMOTE_COUNT]);
      let live = 0;
      let requested = 0;
      let tables = 0;
      for (const slot of liveOf.get(r) ?? []) {
        const b = blocks[slot * BLOCK_WORDS + BLOCK_INDEX];
        if (b >= carved || mark[b] !== UNSEEN) {
          problems.push(
            `slab ${r}: live block ${b} of slot ${slot} is ${b >= carved ? 'not carved' : 'free too'}`,
          );
          continue;
        }
        mark[b] = LIVE_BLOCK;
        live++;
        if (blocks[slot * BLOCK_WORDS + BLOCK_TAG] === BLOCK_KIND.threadTable) tables++;
        else requested += blocks[slot * BLOCK_WORDS + BLOCK_SIZE];
      }
      liveOf.delete(r);
      let cached = 0;
      for (const b of cachedOf.get(r) ?? []) {
        if (b >= carved || mark[b] !== UNSEEN) {
          problems.push(
            `slab ${r}: cached block ${b} is ${b >= carved ? 'not carved' : 'elsewhere too'}`,
          );
          continue;
        }
        mark[b] = CACHED;
        cached++;
      }
      cachedOf.delete(r);
      expect(`slab ${r} live and cached blocks`, live + cached, slabs[r + LIVE]);
      expect(
        `slab ${r}: carved = live + cached + free + queued`,
        live + cached + free + queued,
        carved,
      );
      if (slabs[r + EXCESS] < 0) problems.push(`slab ${r}: counter below its live blocks`);
      rowLive += live + cached;
      rowCached += cached;
      rowActive += live + cached + slabs[r + EXCESS];
      if (aside) continue;
      if (spare) {
        if (live + cached + queued > 0) problems.push(`slab ${r}: an EMPTY slot has blocks in use`);
        bands[B.keptEmpty] += SLAB_BYTES - slabHeader(index);
        bands[B.headers] += slabHeader(index);
        resident[B.keptEmpty] += touchedBytes - slabHeader(index);
        resident[B.headers] += slabHeader(index);
        continue;
      }
      queuedTotal += queued;
      if (dead) queuedDead += queued;
      const header = slabHeader(index);
      const tail = SLAB_BYTES - header - slabs[r + CAPACITY] * bytes;
      const tailTouched = slabs[r + TOUCHED] * PAGE === SLAB_BYTES;
      bands[B.live] += requested;
      bands[B.rounding] += (live - tables) * bytes - requested;
      bands[B.runtime] += tables * bytes;
      bands[B.queued] += queued * bytes;
      bands[dead ? B.freeDead : B.freeLiving] += free * bytes;
      bands[B.freeLiving] += cached * bytes;
      bands[B.headers] += header + tail;
      resident[B.headers] += header + (tailTouched ? tail : 0);
      bands[B.neverCarved] += (slabs[r + CAPACITY] - carved) * bytes;
      resident[B.neverCarved] += touchedBytes - header - carved * bytes - (tailTouched ? tail : 0);
      if (touchedBytes < header + carved * bytes)
        problems.push(`slab ${r}: carved blocks on untouched pages`);
    }
    liveTotal += rowLive - rowCached;
    const residentPages = heap.residentOf(row);
    if (aside) {
      bands[B.keptEmpty] += size;
      resident[B.keptEmpty] += residentPages * PAGE;
      if (rowLive !== 0) problems.push(`SuperSlab ${row} is set aside with ${rowLive} live blocks`);
    } else {
      bands[B.neverCarved] += size - index * SLAB_BYTES;
      resident[B.neverCarved] += (residentPages - acquiredPages) * PAGE;
    }
    if (index < acquired)
      problems.push(`SuperSlab ${row}: ${acquired} slabs acquired, ${index} records`);
    if ((flags & SS_FLAG.cached) !== 0) continue;
    believed += rowActive;
    if (rowLive === 0 && rowActive > 0) inflated++;
    if (rowLive === 0 && rowActive === 0) vacant++;
    const owner = superslabs[at + SS_OWNER];
    if (owner >= 0 && owner !== CENTRAL_LIFE && heap.isAlive(owner) === orphan) {
      problems.push(
        `SuperSlab ${row}: life ${owner} is ${orphan ? 'alive' : 'dead'}, its orphan mark says otherwise`,
      );
    }
  }
  for (const r of liveOf.keys()) problems.push(`live blocks in slab ${r}, which no SuperSlab has`);
  for (const r of cachedOf.keys())
    problems.push(`cached blocks of slab ${r}, which no SuperSlab has`);
  auditSlots(heap, problems);
  auditLean(heap, bands, resident, problems);

  auditAside(heap, problems);
  const { counters } = heap;
  expect('SuperSlabs', now, counters[C.superslabsNow]);
  expect(
    'allocated - freed',
    counters[C.superslabsAllocated] - counters[C.superslabsFreed] - outRows(heap),
    now,
  );
  expect('live blocks', liveTotal, counters[C.liveBlocks]);
  expect('blocks that the counters believe in', believed, counters[C.activeBlocks]);
  expect('queued blocks', queuedTotal, counters[C.queuedBlocks]);
  expect('queued blocks of dead owners', queuedDead, counters[C.queuedDead]);
  expect('orphans', orphans, counters[C.orphanSuperslabs]);
  expect('inflated SuperSlabs', inflated, counters[C.inflatedSuperslabs]);
  expect('empty SuperSlabs', vacant, counters[C.emptySuperslabs]);
  const mixed = heap.mixed && auditMixed(heap, heap.mixed, tiny.usedSlots, problems);
  const otherPages = mixed?.pages ?? heap.other.bytes / PAGE;
  bands[B.other] = otherPages * PAGE;
  if (mixed === undefined) expect('bytes outside the SuperSlabs', otherBytes, heap.other.live);
  if (otherBytes > bands[B.other]) problems.push('blocks outside the SuperSlabs have no memory');
  for (const band of [B.live, B.rounding, B.runtime, B.queued, B.freeLiving, B.freeDead, B.other]) {
    resident[band] = bands[band];
  }
  if (mixed !== undefined) resident[B.other] = mixed.residentBytes;
  return {
    mapped: bands,
    resident,
    live: liveTotal + otherLive,
    mappedPages: superslabBytes / PAGE + otherPages,
  };
}

/** Pages of a slab that are resident before the first that is not. */
function prefixOf(heap: TinyHeap, r: number): number {
  const { pages } = heap.space;
  const page = heap.slabPage(r);
  let count = 0;
  while (count < SLAB_PAGES && pages.residentIn(page + count, page + count + 1) === 1) count++;
  return count;
}

function outRows(heap: TinyHeap): number {
  let count = 0;
  for (let row = 0; row < heap.rows; row++) {
    if ((heap.superslabs[row * SS_WORDS + SS_FLAGS] & SS_OUT) !== 0) count++;
  }
  return count;
}
