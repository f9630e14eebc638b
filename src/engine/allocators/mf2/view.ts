import { asBytes, asNs, asOp } from '../../../base/units.ts';
import { C } from '../../telemetry/counters.ts';
import { B } from '../../telemetry/ledger.ts';
import { PAGE_STATES } from '../../telemetry/states.ts';
import {
  BLOCK_STATES,
  type BlocksDetail,
  SPAN_FLAG,
  type SpanColumns,
  type SpanDetail,
} from '../../types.ts';
import type { AutopsyPart } from '../contract.ts';
import type { Mf2Allocator } from './allocator.ts';
import {
  MF2_CLASSES,
  P_ADOPTED_FROM,
  P_BORN_OP,
  P_CLS,
  P_DRAIN,
  P_FLAGS,
  P_FREE,
  P_OWNER,
  P_PIECE,
  P_REMOTE,
  P_TOUCHED,
  P_USED,
  P_WORDS,
  PAGE_BYTES,
  PF,
  popcount,
} from './layout.ts';
import { SUM } from './totals.ts';

const PAGE = 4096;

/** Fills the map's columns: a row is a page; `active` is its capacity, `queued` its remote blocks. */
export function fillColumns(
  mf2: Mf2Allocator,
  columns: SpanColumns,
  from: number,
  to: number,
): void {
  const { heap } = mf2;
  const { threads } = mf2.machine;
  const { pages, capacity } = heap;
  for (let row = from, p = from * P_WORDS; row < to; row++, p += P_WORDS) {
    const cls = pages[p + P_CLS];
    const flags = pages[p + P_FLAGS];
    const queued = popcount(pages[p + P_REMOTE]) + popcount(pages[p + P_DRAIN]);
    const owner = pages[p + P_OWNER];
    columns.state[row] = heap.condition(p);
    columns.cls[row] = cls;
    columns.chain[row] = threads.chainOf(owner);
    columns.flags[row] =
      ((flags & PF.orphan) !== 0 ? SPAN_FLAG.ownerDead : 0) |
      ((flags & PF.adopted) !== 0 ? SPAN_FLAG.adopted : 0);
    columns.slabs[row] = 1;
    columns.live[row] = capacity[cls] - popcount(pages[p + P_FREE]) - queued;
    columns.believed[row] = columns.live[row];
    columns.capacity[row] = capacity[cls];
    columns.queued[row] = queued;
    columns.owner[row] = owner;
    columns.born[row] = pages[p + P_BORN_OP];
  }
}

/** Blocks on a page's remote stack; those that a drain has taken off it wait for nobody. */
export function waitingIn(mf2: Mf2Allocator, row: number): number {
  return popcount(mf2.heap.pages[row * P_WORDS + P_REMOTE]);
}

/** Fills the mapped column of the byte ledger from the maintained totals. */
export function readLedger(mf2: Mf2Allocator, mapped: Float64Array): void {
  const { heap } = mf2;
  const sums = heap.totals.read();
  mapped[B.live] = heap.requestedBytes;
  mapped[B.rounding] = sums[SUM.live] - heap.requestedBytes;
  mapped[B.queued] = sums[SUM.queued];
  mapped[B.freeLiving] = sums[SUM.freeLiving];
  mapped[B.freeDead] = sums[SUM.freeDead];
  mapped[B.belowThreshold] = sums[SUM.hidden];
  mapped[B.headers] = heap.count * heap.header + sums[SUM.tail];
  mapped[B.neverCarved] = sums[SUM.never];
  mapped[B.other] = heap.libc.bytes - heap.runtimeBytes;
  mapped[B.runtime] = heap.runtimeBytes;
}

/** A page as the inspector shows it: one slab, itself. */
export function inspectPage(mf2: Mf2Allocator, row: number): SpanDetail | undefined {
  const { heap } = mf2;
  const { threads } = mf2.machine;
  if (row < 0 || row >= heap.count) return undefined;
  const p = row * P_WORDS;
  const { pages } = heap;
  const cls = pages[p + P_CLS];
  const capacity = heap.capacity[cls];
  const queued = popcount(pages[p + P_REMOTE]) + popcount(pages[p + P_DRAIN]);
  const free = popcount(pages[p + P_FREE]);
  const owner = pages[p + P_OWNER];
  const alive = (pages[p + P_FLAGS] & PF.orphan) === 0;
  const live = capacity - free - queued;
  return {
    index: row,
    serial: row,
    state: PAGE_STATES[heap.condition(p)],
    cls,
    blockBytes: asBytes(MF2_CLASSES[cls]),
    bytes: asBytes(PAGE_BYTES),
    address: `0x${(mf2.machine.space.pageOf(pages[p + P_PIECE]) * PAGE).toString(16)}`,
    owner,
    ownerChain: threads.chainOf(owner),
    ownerAlive: alive,
    adoptedFrom: pages[p + P_ADOPTED_FROM],
    bornOp: asOp(pages[p + P_BORN_OP]),
    bornNs: asNs(heap.bornNs[row]),
    live,
    believed: live,
    queued,
    capacity,
    pinned: (pages[p + P_FLAGS] & PF.pinned) !== 0,
    slabs: [
      {
        index: 0,
        acquired: true,
        owner,
        ownerAlive: alive,
        capacity,
        carved: popcount(pages[p + P_USED]),
        live,
        free,
        queued,
        believed: live,
        residentPages: popcount(pages[p + P_TOUCHED]),
      },
    ],
  };
}

/** Every block of a page. */
export function inspectBlocks(
  mf2: Mf2Allocator,
  row: number,
  slab: number,
): BlocksDetail | undefined {
  const { heap } = mf2;
  if (row < 0 || row >= heap.count || slab !== 0) return undefined;
  const p = row * P_WORDS;
  const { pages } = heap;
  const cls = pages[p + P_CLS];
  const capacity = heap.capacity[cls];
  const states = new Uint8Array(capacity).fill(BLOCK_STATES.indexOf('live'));
  const requested = new Uint32Array(capacity);
  const slots = new Int32Array(capacity).fill(-1);
  for (let block = 0; block < capacity; block++) {
    const bit = 1 << block;
    if ((pages[p + P_USED] & bit) === 0) states[block] = BLOCK_STATES.indexOf('uncarved');
    else if ((pages[p + P_FREE] & bit) !== 0) states[block] = BLOCK_STATES.indexOf('free');
    else if (((pages[p + P_REMOTE] | pages[p + P_DRAIN]) & bit) !== 0)
      states[block] = BLOCK_STATES.indexOf('queued');
  }
  for (let slot = 0; slot < mf2.usedSlots; slot++) {
    const where = heap.where[slot];
    if (where < 0 || where >>> 5 !== row) continue;
    requested[where & 31] = heap.requested[slot];
    slots[where & 31] = slot;
  }
  return {
    span: row,
    slab: 0,
    blockBytes: asBytes(MF2_CLASSES[cls]),
    headerBytes: heap.header,
    states,
    requested,
    slots,
    overhead: 0,
    lead: 0,
  };
}

/** What the autopsy card says of pages. */
export function autopsyOf(mf2: Mf2Allocator): AutopsyPart {
  const { heap } = mf2;
  const { threads } = mf2.machine;
  const { pages, counters } = heap;
  let freeable = 0;
  let orphansHolding = 0;
  let livingOwned = 0;
  for (let row = 0, p = 0; row < heap.count; row++, p += P_WORDS) {
    const dead = (pages[p + P_FLAGS] & PF.orphan) !== 0;
    if (!dead) livingOwned++;
    const idle = pages[p + P_FREE] | pages[p + P_REMOTE] | pages[p + P_DRAIN];
    if (idle === heap.full[pages[p + P_CLS]]) freeable++;
    else if (dead) orphansHolding++;
  }
  return {
    superslabs: heap.count,
    superslabsPerLife: threads.lives === 0 ? 0 : counters[C.newPages] / threads.lives,
    liveBlocks: counters[C.liveBlocks],
    workloadBlocks: counters[C.liveBlocks],
    threadTables: 0,
    inflated: 0,
    inflatedCurrent: 0,
    freeable,
    kept: 0,
    orphansHolding,
    livingOwned,
  };
}
