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
  SS_ACQUIRED,
  SS_ADOPTED_FROM,
  SS_BORN_OP,
  SS_CLASS,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_OWNER,
  SS_PIECE,
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
  if ((flags & SS_FLAG.kept) !== 0) return SS.kept;
  if ((flags & SS_FLAG.current) !== 0) return SS.current;
  if (live === 0 && believed > 0) return SS.inflated;
  if (heap.isForgotten(row)) return SS.forgotten;
  if (live === 0) return SS.empty;
  const ownerAlive = (flags & SS_FLAG.orphan) === 0;
  return ownerAlive ? SS.owned : SS.orphan;
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
  const { blockBytes } = heap;
  for (let row = from, at = from * SS_WORDS; row < to; row++, at += SS_WORDS) {
    const bits = superslabs[at + SS_FLAGS];
    let sumLive = 0;
    let sumBelieved = 0;
    let sumQueued = 0;
    const count = (bits & SS_FLAG.mapped) === 0 ? 0 : superslabs[at + SS_ACQUIRED];
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = count; i > 0; i--) {
      sumLive += slabs[r + LIVE];
      sumBelieved += slabs[r + LIVE] + slabs[r + EXCESS];
      sumQueued += slabs[r + REMOTE_COUNT];
      r = slabs[r + NEXT_SLAB];
    }
    const life = superslabs[at + SS_OWNER];
    const dead = (bits & SS_FLAG.orphan) !== 0;
    const ofClass = superslabs[at + SS_CLASS];
    live[row] = sumLive;
    believed[row] = sumBelieved;
    capacity[row] =
      (bits & SS_FLAG.mapped) === 0
        ? 0
        : spanCapacity(blockBytes[ofClass], superslabs[at + SS_SLABS]);
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
  if ((bits & SS_FLAG.mapped) === 0 || (bits & (SS_FLAG.cached | SS_FLAG.kept)) !== 0) return 0;
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

/** Everything about one SuperSlab, or undefined when the row is not mapped. */
export function inspectSpan(tiny: TinyAllocator, row: number): SpanDetail | undefined {
  if (!isMapped(tiny, row)) return undefined;
  const { heap } = tiny;
  const { superslabs, slabs } = heap;
  const at = row * SS_WORDS;
  const flags = superslabs[at + SS_FLAGS];
  const cls = superslabs[at + SS_CLASS];
  const bytes = heap.blockBytes[cls];
  const details: SlabDetail[] = [];
  let live = 0;
  let believed = 0;
  let queued = 0;
  let capacity = 0;
  let record = superslabs[at + SS_FIRST_SLAB];
  for (let index = 0; index < superslabs[at + SS_SLABS]; index++) {
    const acquired = index < superslabs[at + SS_ACQUIRED];
    capacity += slabCapacity(bytes, index);
    if (!acquired) {
      const touched = record >= 0 ? slabs[record + TOUCHED] : 0;
      if (record >= 0) record = slabs[record + NEXT_SLAB];
      details.push({
        index,
        acquired,
        owner: NO_LIFE,
        ownerAlive: false,
        capacity: slabCapacity(bytes, index),
        carved: 0,
        live: 0,
        free: 0,
        queued: 0,
        believed: 0,
        residentPages: touched,
      });
      continue;
    }
    const r = record;
    live += slabs[r + LIVE];
    believed += slabs[r + LIVE] + slabs[r + EXCESS];
    queued += slabs[r + REMOTE_COUNT];
    details.push({
      index,
      acquired,
      owner: slabs[r + OWNER],
      ownerAlive: tiny.heap.isAlive(slabs[r + OWNER]),
      capacity: slabs[r + CAPACITY],
      carved: slabs[r + CARVED],
      live: slabs[r + LIVE],
      free: slabs[r + CARVED] - slabs[r + LIVE] - slabs[r + REMOTE_COUNT],
      queued: slabs[r + REMOTE_COUNT],
      believed: slabs[r + LIVE] + slabs[r + EXCESS],
      residentPages: slabs[r + TOUCHED],
    });
    record = slabs[r + NEXT_SLAB];
  }
  const owner = superslabs[at + SS_OWNER];
  const dead = (flags & SS_FLAG.orphan) !== 0;
  return {
    index: row,
    serial: superslabs[at + SS_SERIAL],
    state: SS_STATES[stateOf(heap, row, live, believed)],
    cls,
    blockBytes: asBytes(bytes),
    bytes: asBytes(superslabs[at + SS_SLABS] * SLAB_BYTES),
    address: `0x${(tiny.heap.space.pageOf(superslabs[at + SS_PIECE]) * 4096).toString(16)}`,
    owner,
    ownerChain: owner >= 0 ? tiny.heap.threads.chainOf(owner) : 255,
    ownerAlive: !dead && owner !== NO_LIFE,
    adoptedFrom: superslabs[at + SS_ADOPTED_FROM],
    bornOp: asOp(superslabs[at + SS_BORN_OP]),
    bornNs: asNs(heap.bornNs[row]),
    live,
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
  const { slabs, blocks, lists, blockBytes, superslabs } = tiny.heap;
  const capacity = slabs[r + CAPACITY];
  const states = new Uint8Array(capacity).fill(BLOCK_STATES.indexOf('uncarved'));
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
    blockBytes: asBytes(blockBytes[superslabs[row * SS_WORDS + SS_CLASS]]),
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
  let orphansHolding = 0;
  let livingOwned = 0;
  for (let row = 0, at = 0; row < heap.rows; row++, at += SS_WORDS) {
    const flags = superslabs[at + SS_FLAGS];
    if ((flags & SS_FLAG.mapped) === 0 || (flags & SS_FLAG.cached) !== 0) continue;
    let live = 0;
    let active = 0;
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      live += slabs[r + LIVE];
      active += slabs[r + LIVE] + slabs[r + EXCESS];
      r = slabs[r + NEXT_SLAB];
    }
    if ((flags & SS_FLAG.orphan) === 0) livingOwned++;
    if (live === 0 && active > 0) {
      inflated++;
      if ((flags & SS_FLAG.current) !== 0) inflatedCurrent++;
    } else if (live === 0 && (flags & SS_FLAG.current) === 0) freeable++;
    else if ((flags & SS_FLAG.orphan) !== 0) orphansHolding++;
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
    orphansHolding,
    livingOwned,
    ...(heap.refillLog === undefined ? {} : { refill: heap.refillLog }),
  };
}
