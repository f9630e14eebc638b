import { asBytes, asNs, asOp } from '../../../base/units.ts';
import { C } from '../../telemetry/counters.ts';
import { SS, SS_STATES } from '../../telemetry/states.ts';
import {
  BLOCK_STATES,
  type BlocksDetail,
  type SlabDetail,
  SPAN_FLAG,
  type SpanColumns,
  type SpanDetail,
} from '../../types.ts';
import type { AutopsyPart } from '../contract.ts';
import type { TinyAllocator } from './allocator.ts';
import type { TinyHeap } from './heap.ts';
import {
  BLOCK_INDEX,
  BLOCK_KIND,
  BLOCK_SIZE,
  BLOCK_SLAB,
  BLOCK_TAG,
  BLOCK_WORDS,
  CAPACITY,
  CARVED,
  EXCESS,
  FREE_HEAD,
  LIST_BASE,
  LIVE,
  NEXT_SLAB,
  NO_BLOCK,
  NO_LIFE,
  OWNER,
  REMOTE_COUNT,
  REMOTE_HEAD,
  SLAB_BYTES,
  SLAB_CLASS,
  SLAB_PAGES,
  SS_ACQUIRED,
  SS_ADOPTED_FROM,
  SS_BORN_OP,
  SS_CLASS,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_OUT,
  SS_OWNER,
  SS_PIECE,
  SS_POOL_USABLE,
  SS_SERIAL,
  SS_SLABS,
  SS_WORDS,
  slabCapacity,
  slabHeader,
  spanCapacity,
  TOUCHED,
} from './layout.ts';

/** Reading only: what views, inspector and autopsy ask of the tiny model. */

/** State of a SuperSlab (S-61) from its flags and sums. */
function stateOf(heap: TinyHeap, row: number, live: number, believed: number): number {
  const flags = heap.superslabs[row * SS_WORDS + SS_FLAGS];
  if ((flags & SS_FLAG.mapped) === 0) return SS.unmapped;
  if ((flags & SS_FLAG.cached) !== 0) return SS.cached;
  if ((flags & SS_FLAG.retired) !== 0) return heap.lazyIn(row) > 0 ? SS.lazy : SS.retired;
  if ((flags & SS_FLAG.kept) !== 0) return SS.kept;
  if ((flags & (SS_FLAG.current | SS_FLAG.pooled)) === SS_FLAG.current) return SS.current;
  if (live === 0 && believed > 0) return SS.inflated;
  if ((flags & SS_FLAG.pooled) !== 0)
    return heap.superslabs[row * SS_WORDS + SS_ACQUIRED] === 0 ? SS.spare : SS.pooled;
  if (heap.isForgotten(row)) return SS.forgotten;
  if (live === 0) return SS.empty;
  const ownerAlive = (flags & SS_FLAG.orphan) === 0;
  return ownerAlive ? SS.owned : SS.orphan;
}

/** Of a word of their records, the value that most taken slots of a SuperSlab have, the first to have so many. */
function mostOf(heap: TinyHeap, row: number, word: number): number {
  const { superslabs, slabs } = heap;
  const counts = new Map<number, number>();
  let best: number = NO_LIFE;
  let most = 0;
  let r = superslabs[row * SS_WORDS + SS_FIRST_SLAB];
  for (let i = superslabs[row * SS_WORDS + SS_ACQUIRED]; i > 0; i--) {
    const value = slabs[r + word];
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (value !== NO_LIFE && count > most) {
      most = count;
      best = value;
    }
    r = slabs[r + NEXT_SLAB];
  }
  return best;
}
/**
 * Class and owner that a SuperSlab is shown under: its own; one of the pool stands where most of its slots do, EMPTY
 * ones without an owner left out.
 */
function classOf(heap: TinyHeap, row: number): number {
  const taken = heap.isPooled(row) ? mostOf(heap, row, SLAB_CLASS) : NO_LIFE;
  return taken < 0 ? heap.superslabs[row * SS_WORDS + SS_CLASS] : taken;
}
function ownerOf(heap: TinyHeap, row: number): number {
  return heap.isPooled(row) ? mostOf(heap, row, OWNER) : heap.superslabs[row * SS_WORDS + SS_OWNER];
}
function isDead(heap: TinyHeap, row: number, owner: number): boolean {
  return heap.isPooled(row)
    ? owner >= 0 && !heap.isAlive(owner)
    : (heap.superslabs[row * SS_WORDS + SS_FLAGS] & SS_FLAG.orphan) !== 0;
}

/**
 * Blocks that fit into a SuperSlab, into a retired one none; UNUSED slots of the pool count as of the class that it is
 * shown under.
 */
function capacityOf(heap: TinyHeap, row: number, cls: number): number {
  const { superslabs, slabs, blockBytes } = heap;
  const at = row * SS_WORDS;
  if (heap.isRetired(row)) return 0;
  if (!heap.isPooled(row)) return spanCapacity(blockBytes[cls], superslabs[at + SS_SLABS]);
  let blocks = 0;
  let r = superslabs[at + SS_FIRST_SLAB];
  for (let index = 0; index < superslabs[at + SS_POOL_USABLE]; index++) {
    if (index >= superslabs[at + SS_ACQUIRED]) blocks += slabCapacity(blockBytes[cls], index);
    else {
      blocks += slabs[r + CAPACITY];
      r = slabs[r + NEXT_SLAB];
    }
  }
  return blocks;
}

/** Fills rows of SuperSlab records, unmapped ones included. */
export function fillColumns(
  tiny: TinyAllocator,
  columns: SpanColumns,
  from: number,
  to: number,
): void {
  const { heap } = tiny;
  const { superslabs, slabs } = heap;
  const { live, believed, capacity, queued, owner, born, state, cls, chain, flags } = columns;
  const { slabs: acquired } = columns;
  for (let row = from, at = from * SS_WORDS; row < to; row++, at += SS_WORDS) {
    const bits = superslabs[at + SS_FLAGS];
    let sumLive = 0;
    let sumBelieved = 0;
    let sumQueued = 0;
    let sumCached = 0;
    const count = (bits & SS_FLAG.mapped) === 0 ? 0 : superslabs[at + SS_ACQUIRED];
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = count; i > 0; i--) {
      sumLive += slabs[r + LIVE];
      sumBelieved += slabs[r + LIVE] + slabs[r + EXCESS];
      sumQueued += slabs[r + REMOTE_COUNT];
      sumCached += heap.cachedIn(r);
      r = slabs[r + NEXT_SLAB];
    }
    const ofClass = classOf(heap, row);
    const life = ownerOf(heap, row);
    const dead = isDead(heap, row, life);
    live[row] = sumLive - sumCached;
    believed[row] = sumBelieved;
    capacity[row] = (bits & SS_FLAG.mapped) === 0 ? 0 : capacityOf(heap, row, ofClass);
    queued[row] = sumQueued;
    owner[row] = life;
    born[row] = superslabs[at + SS_BORN_OP];
    state[row] = stateOf(heap, row, sumLive, sumBelieved);
    cls[row] = ofClass;
    chain[row] = life >= 0 ? tiny.heap.threads.chainOf(life) : 255;
    flags[row] =
      (dead ? SPAN_FLAG.ownerDead : 0) |
      ((bits & SS_FLAG.adopted) !== 0 ? SPAN_FLAG.adopted : 0) |
      ((bits & SS_FLAG.persistent) !== 0 ? SPAN_FLAG.persistent : 0);
    acquired[row] = count;
  }
}

/** Blocks in the remote queues of a SuperSlab that is in use: not cached, not kept in reserve. */
export function waitingIn(tiny: TinyAllocator, row: number): number {
  const { superslabs, slabs } = tiny.heap;
  const at = row * SS_WORDS;
  const bits = superslabs[at + SS_FLAGS];
  if ((bits & SS_FLAG.mapped) === 0 || (bits & (SS_OUT | SS_FLAG.kept)) !== 0) return 0;
  let queued = 0;
  let r = superslabs[at + SS_FIRST_SLAB];
  for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
    queued += slabs[r + REMOTE_COUNT];
    r = slabs[r + NEXT_SLAB];
  }
  return queued;
}

/** Record of slab `index` of a SuperSlab, or undefined when it was not acquired. */
function slabRecord(tiny: TinyAllocator, row: number, index: number): number | undefined {
  const { superslabs, slabs } = tiny.heap;
  const at = row * SS_WORDS;
  if (index < 0 || index >= superslabs[at + SS_ACQUIRED]) return undefined;
  let r = superslabs[at + SS_FIRST_SLAB];
  for (let i = 0; i < index; i++) r = slabs[r + NEXT_SLAB];
  return r;
}

function isMapped(tiny: TinyAllocator, row: number): boolean {
  const { heap } = tiny;
  return (
    Number.isInteger(row) &&
    row >= 0 &&
    row < heap.rows &&
    (heap.superslabs[row * SS_WORDS + SS_FLAGS] & SS_FLAG.mapped) !== 0
  );
}

/** Resident pages of a slab that has no record. */
function residentAt(heap: TinyHeap, row: number, index: number): number {
  const page = heap.pageOf(row) + index * SLAB_PAGES;
  return heap.space.pages.residentIn(page, page + SLAB_PAGES);
}

/** Everything about one SuperSlab, or undefined when the row is not mapped. */
export function inspectSpan(tiny: TinyAllocator, row: number): SpanDetail | undefined {
  if (!isMapped(tiny, row)) return undefined;
  const { heap } = tiny;
  const { superslabs, slabs } = heap;
  const at = row * SS_WORDS;
  const flags = superslabs[at + SS_FLAGS];
  const cls = classOf(heap, row);
  const owner = ownerOf(heap, row);
  const dead = isDead(heap, row, owner);
  const pooled = heap.isPooled(row);
  const retired = heap.isRetired(row);
  const details: SlabDetail[] = [];
  let live = 0;
  let believed = 0;
  let queued = 0;
  let cached = 0;
  let capacity = 0;
  let record = superslabs[at + SS_FIRST_SLAB];
  for (let index = 0; index < superslabs[at + SS_SLABS]; index++) {
    const acquired = index < superslabs[at + SS_ACQUIRED];
    const bytes = heap.blockBytes[acquired ? slabs[record + SLAB_CLASS] : cls];
    const usable = !retired && (!pooled || index < superslabs[at + SS_POOL_USABLE]);
    if (usable) capacity += slabCapacity(bytes, index);
    if (!acquired) {
      const touched = record >= 0 ? slabs[record + TOUCHED] : residentAt(heap, row, index);
      if (record >= 0) record = slabs[record + NEXT_SLAB];
      details.push({
        index,
        acquired,
        owner: NO_LIFE,
        ownerAlive: false,
        capacity: usable ? slabCapacity(bytes, index) : 0,
        carved: 0,
        live: 0,
        free: 0,
        queued: 0,
        believed: 0,
        residentPages: touched,
        ...(pooled ? { slot: { state: 'unused', blockBytes: asBytes(0) } } : {}),
      });
      continue;
    }
    const r = record;
    const handedOut = slabs[r + LIVE];
    const inCache = heap.cachedIn(r);
    live += handedOut;
    cached += inCache;
    believed += handedOut + slabs[r + EXCESS];
    queued += slabs[r + REMOTE_COUNT];
    details.push({
      index,
      acquired,
      owner: slabs[r + OWNER],
      ownerAlive: tiny.heap.isAlive(slabs[r + OWNER]),
      capacity: slabs[r + CAPACITY],
      carved: slabs[r + CARVED],
      live: handedOut - inCache,
      free: slabs[r + CARVED] - handedOut + inCache - slabs[r + REMOTE_COUNT],
      queued: slabs[r + REMOTE_COUNT],
      believed: handedOut + slabs[r + EXCESS],
      residentPages: slabs[r + TOUCHED],
      ...(pooled
        ? { slot: { state: heap.isSpareSlot(r) ? 'empty' : 'active', blockBytes: asBytes(bytes) } }
        : {}),
    });
    record = slabs[r + NEXT_SLAB];
  }
  return {
    index: row,
    serial: superslabs[at + SS_SERIAL],
    state: SS_STATES[stateOf(heap, row, live, believed)],
    cls,
    blockBytes: asBytes(heap.blockBytes[cls]),
    bytes: asBytes(superslabs[at + SS_SLABS] * SLAB_BYTES),
    address: `0x${(tiny.heap.space.pageOf(superslabs[at + SS_PIECE]) * 4096).toString(16)}`,
    owner,
    ownerChain: owner >= 0 ? tiny.heap.threads.chainOf(owner) : 255,
    ownerAlive: !dead && owner !== NO_LIFE,
    adoptedFrom: superslabs[at + SS_ADOPTED_FROM],
    bornOp: asOp(superslabs[at + SS_BORN_OP]),
    bornNs: asNs(heap.bornNs[row]),
    live: live - cached,
    believed,
    queued,
    capacity,
    pinned: (flags & SS_FLAG.pinned) !== 0,
    slabs: details,
  };
}

/** Every block of one acquired slab, from walking both lists and the block table. */
export function inspectBlocks(
  tiny: TinyAllocator,
  row: number,
  index: number,
): BlocksDetail | undefined {
  if (!isMapped(tiny, row)) return undefined;
  const r = slabRecord(tiny, row, index);
  if (r === undefined) return undefined;
  const { slabs, blocks, lists, blockBytes } = tiny.heap;
  const capacity = slabs[r + CAPACITY];
  // What lies in a thread's cache is in neither list, and free.
  const states = new Uint8Array(capacity)
    .fill(BLOCK_STATES.indexOf('free'), 0, slabs[r + CARVED])
    .fill(BLOCK_STATES.indexOf('uncarved'), slabs[r + CARVED]);
  const requested = new Uint32Array(capacity);
  const slots = new Int32Array(capacity).fill(-1);
  const base = slabs[r + LIST_BASE];
  for (let b = slabs[r + FREE_HEAD]; b < NO_BLOCK; b = lists.next[base + b])
    states[b] = BLOCK_STATES.indexOf('free');
  for (let b = slabs[r + REMOTE_HEAD]; b !== NO_BLOCK; b = lists.next[base + b]) {
    states[b] = BLOCK_STATES.indexOf('queued');
  }
  for (let slot = 0; slot < tiny.usedSlots; slot++) {
    const at = slot * BLOCK_WORDS;
    if (blocks[at + BLOCK_SLAB] !== r) continue;
    const b = blocks[at + BLOCK_INDEX];
    states[b] = BLOCK_STATES.indexOf('live');
    requested[b] = blocks[at + BLOCK_SIZE];
    slots[b] = blocks[at + BLOCK_TAG] === BLOCK_KIND.threadTable ? -2 : slot;
  }
  return {
    span: row,
    slab: index,
    blockBytes: asBytes(blockBytes[slabs[r + SLAB_CLASS]]),
    headerBytes: slabHeader(index),
    states,
    requested,
    slots,
    overhead: tiny.heap.knobs.headerByte ? 1 : 0,
    lead: tiny.heap.knobs.headerByte ? 1 : 0,
  };
}

/** What the autopsy card says of SuperSlabs, counted from states. */
export function autopsyOf(tiny: TinyAllocator): AutopsyPart {
  const { heap } = tiny;
  const { superslabs, slabs, blocks, counters, threads } = heap;
  let inflated = 0;
  let inflatedCurrent = 0;
  let freeable = 0;
  let kept = 0;
  let orphansHolding = 0;
  let livingOwned = 0;
  for (let row = 0, at = 0; row < heap.rows; row++, at += SS_WORDS) {
    const flags = superslabs[at + SS_FLAGS];
    if ((flags & SS_FLAG.mapped) === 0 || (flags & SS_OUT) !== 0) continue;
    let live = 0;
    let active = 0;
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      live += slabs[r + LIVE];
      active += slabs[r + LIVE] + slabs[r + EXCESS];
      r = slabs[r + NEXT_SLAB];
    }
    if ((flags & (SS_FLAG.orphan | SS_FLAG.pooled)) === 0) livingOwned++;
    if (live === 0 && active > 0) {
      inflated++;
      if ((flags & SS_FLAG.current) !== 0) inflatedCurrent++;
    } else if (live === 0 && (flags & SS_FLAG.current) === 0) {
      freeable++;
      // One of the pool none of whose slots is taken is there because the pool keeps so many.
      const spare = (flags & SS_FLAG.pooled) !== 0 && superslabs[at + SS_ACQUIRED] === 0;
      if (spare || (flags & SS_FLAG.kept) !== 0) kept++;
    } else if ((flags & SS_FLAG.orphan) !== 0) orphansHolding++;
  }
  let workloadBlocks = 0;
  let threadTables = 0;
  for (let slot = 0; slot < tiny.usedSlots; slot++) {
    const at = slot * BLOCK_WORDS;
    if (blocks[at + BLOCK_SLAB] < 0) continue;
    if (blocks[at + BLOCK_TAG] === BLOCK_KIND.threadTable) threadTables++;
    else workloadBlocks++;
  }
  return {
    superslabs: counters[C.superslabsNow],
    superslabsPerLife: threads.lives === 0 ? 0 : counters[C.superslabsAllocated] / threads.lives,
    liveBlocks: counters[C.liveBlocks],
    workloadBlocks,
    threadTables,
    inflated,
    inflatedCurrent,
    freeable,
    kept,
    orphansHolding,
    livingOwned,
    ...(heap.refillLogs.length === 0
      ? {}
      : {
          refill: heap.refillLogs[0],
          refills: { failed: counters[C.nullReturns], logs: heap.refillLogs },
        }),
  };
}
