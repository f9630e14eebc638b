import { asBytes, asNs, asOp } from '../../../base/units.ts';
import { BLOCK_STATES, type BlocksDetail, type SpanColumns, type SpanDetail } from '../../types.ts';
import type { Births } from '../plain/births.ts';
import type { FirstFitHeap } from './heap.ts';
import {
  BLOCK,
  byteOf,
  capacityOf,
  PAGE,
  PART,
  PARTS,
  ROW_BYTES,
  ROW_GRANULES,
  ROW_PAGES,
  SLOT,
} from './layout.ts';
import { HEAP_STATES, HP } from './states.ts';

const LIVE = BLOCK_STATES.indexOf('live');
const FREE = BLOCK_STATES.indexOf('free');
/** Nobody owns memory here. */
const NO_CHAIN = 255;
const NO_OWNER = -2;

/** Rows that the heap has now. */
export const rowsOf = (heap: FirstFitHeap): number => Math.ceil(heap.end / ROW_BYTES);

const pagesOf = (heap: FirstFitHeap, row: number): number =>
  Math.max(0, Math.min(ROW_PAGES, heap.brk.pages - row * ROW_PAGES));

function partBytes(heap: FirstFitHeap, row: number, part: number): number {
  let sum = 0;
  const first = row * ROW_PAGES;
  for (let page = first; page < first + pagesOf(heap, row); page++) {
    sum += heap.use.bytes[page * PARTS + part];
  }
  return sum;
}

/** Chunks that begin in a row: live (which 0) or free (1). */
function startsIn(heap: FirstFitHeap, row: number, which: 0 | 1): number {
  let sum = 0;
  const first = row * ROW_PAGES;
  for (let page = first; page < first + pagesOf(heap, row); page++) {
    sum += heap.use.starts[page * 2 + which];
  }
  return sum;
}

/** HEAP_STATES index of a row. */
export function stateOf(heap: FirstFitHeap, row: number): number {
  const pages = pagesOf(heap, row);
  if (pages === 0) return HP.unmapped;
  const from = row * ROW_BYTES;
  if (from >= heap.high) return HP.untouched;
  if (from >= byteOf(heap.top, heap.tagBytes)) return HP.top;
  const free = partBytes(heap, row, PART.free);
  const untouched = partBytes(heap, row, PART.untouched);
  if (free + untouched === 0) return HP.full;
  const used =
    partBytes(heap, row, PART.live) +
    partBytes(heap, row, PART.rounding) +
    partBytes(heap, row, PART.runtime);
  return used === 0 ? HP.vacant : HP.holed;
}

/** Fills rows of the columns, each for a stretch of the heap, those above the break included. */
export function fillColumns(
  heap: FirstFitHeap,
  births: Births,
  columns: SpanColumns,
  from: number,
  to: number,
): void {
  for (let row = from; row < to; row++) {
    const live = startsIn(heap, row, 0);
    columns.state[row] = stateOf(heap, row);
    columns.cls[row] = 0;
    columns.chain[row] = NO_CHAIN;
    columns.flags[row] = 0;
    columns.slabs[row] = pagesOf(heap, row);
    columns.live[row] = live;
    columns.believed[row] = live;
    columns.capacity[row] = live + startsIn(heap, row, 1);
    columns.queued[row] = 0;
    columns.owner[row] = NO_OWNER;
    columns.born[row] = births.op[row];
  }
}

/** A stretch in detail, or undefined above the break. Its state is one of HEAP_STATES. */
export function inspectRow(
  heap: FirstFitHeap,
  row: number,
  births: Births,
): SpanDetail | undefined {
  const pages = pagesOf(heap, row);
  if (row < 0 || pages === 0) return undefined;
  const live = startsIn(heap, row, 0);
  const free = startsIn(heap, row, 1);
  let resident = 0;
  for (let page = row * ROW_PAGES; page < row * ROW_PAGES + pages; page++) {
    if (heap.brk.isResident(page)) resident++;
  }
  return {
    index: row,
    serial: births.serial[row],
    state: HEAP_STATES[stateOf(heap, row)],
    cls: 0,
    blockBytes: asBytes(0),
    bytes: asBytes(pages * PAGE),
    address: `0x${(heap.brk.basePage * PAGE + row * ROW_BYTES).toString(16)}`,
    owner: NO_OWNER,
    ownerChain: NO_CHAIN,
    ownerAlive: false,
    adoptedFrom: NO_OWNER,
    bornOp: asOp(births.op[row]),
    bornNs: asNs(births.ns[row]),
    live,
    believed: live,
    queued: 0,
    capacity: live + free,
    pinned: false,
    slabs: [
      {
        index: 0,
        acquired: true,
        owner: NO_OWNER,
        ownerAlive: false,
        capacity: live + free,
        carved: live + free,
        live,
        free,
        queued: 0,
        believed: live,
        residentPages: resident,
      },
    ],
  };
}

/** The chunks that lie in a row, in whole or in part. */
export function inspectChunks(heap: FirstFitHeap, row: number): BlocksDetail | undefined {
  if (row < 0 || pagesOf(heap, row) === 0) return undefined;
  const { tagBytes } = heap;
  const from = row * ROW_GRANULES;
  const to = Math.min(heap.top, from + ROW_GRANULES);
  const found: number[] = [];
  for (let g = 0; g < to; ) {
    const size = heap.sizeOf(g);
    if (g + size > from) found.push(g);
    g += size;
  }
  const states = new Uint8Array(found.length);
  const requested = new Uint32Array(found.length);
  const slots = new Int32Array(found.length).fill(-1);
  const offsets = new Float64Array(found.length);
  const bytes = new Float64Array(found.length);
  const numbers = new Int32Array(found.length);
  found.forEach((g, i) => {
    numbers[i] = g - from;
    offsets[i] = byteOf(g, tagBytes) - row * ROW_BYTES;
    bytes[i] = capacityOf(heap.sizeOf(g), tagBytes) + 2 * tagBytes;
    states[i] = heap.isFree(g) ? FREE : LIVE;
    if (heap.isFree(g)) return;
    const slot = heap.words.get(g + 1, SLOT);
    requested[i] = heap.slots.size[slot];
    slots[i] = heap.slots.kind[slot] === BLOCK.runtime ? -2 : slot;
  });
  return {
    span: row,
    slab: 0,
    blockBytes: asBytes(0),
    headerBytes: tagBytes,
    states,
    requested,
    slots,
    offsets,
    bytes,
    numbers,
    overhead: 2 * tagBytes,
    lead: tagBytes,
  };
}
