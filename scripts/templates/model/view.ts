import { asBytes, asNs, asOp } from '../../../base/units.ts';
import { BLOCK_STATES, type BlocksDetail, type SpanColumns, type SpanDetail } from '../../types.ts';
import type { Births } from '../plain/births.ts';
import { BLOCK, NONE, PAGE } from '../plain/slots.ts';
import type { Heap } from './heap.ts';
import { CLASS_BYTES, HEADER_BYTES, slotOfMark } from './layout.ts';
import { ST, STATES } from './states.ts';

const LIVE = BLOCK_STATES.indexOf('live');
const FREE = BLOCK_STATES.indexOf('free');
const UNCARVED = BLOCK_STATES.indexOf('uncarved');
/** Nobody owns memory here. */
const NO_CHAIN = 255;
const NO_OWNER = -2;

/** STATES index of a row. */
export function stateOf(heap: Heap, row: number): number {
  const span = heap.spans[row];
  if (span === undefined || span.page === NONE) return ST.unmapped;
  if (span.live === 0) return ST.empty;
  return heap.hasRoom(span) ? ST.partial : ST.full;
}

/** Fills rows of the columns, one for each span, those given back included. */
export function fillColumns(
  heap: Heap,
  births: Births,
  columns: SpanColumns,
  from: number,
  to: number,
): void {
  for (let row = from; row < to; row++) {
    const span = heap.spans[row];
    const mapped = span.page !== NONE;
    columns.state[row] = stateOf(heap, row);
    columns.cls[row] = span.cls;
    columns.chain[row] = NO_CHAIN;
    columns.flags[row] = 0;
    columns.slabs[row] = mapped ? 1 : 0;
    columns.live[row] = span.live;
    columns.believed[row] = span.live;
    columns.capacity[row] = mapped ? heap.capacityOf(span.cls) : 0;
    columns.queued[row] = 0;
    columns.owner[row] = NO_OWNER;
    columns.born[row] = births.op[row];
  }
}

/** A span in detail, or undefined where there is none. */
export function inspectRow(heap: Heap, births: Births, row: number): SpanDetail | undefined {
  const span = heap.spans[row];
  if (span === undefined || span.page === NONE) return undefined;
  const { page, cls, carved, live } = span;
  const capacity = heap.capacityOf(cls);
  return {
    index: row,
    serial: births.serial[row],
    state: STATES[stateOf(heap, row)],
    cls,
    blockBytes: asBytes(CLASS_BYTES[cls]),
    bytes: asBytes(heap.spanBytes),
    address: `0x${(page * PAGE).toString(16)}`,
    owner: NO_OWNER,
    ownerChain: NO_CHAIN,
    ownerAlive: false,
    adoptedFrom: NO_OWNER,
    bornOp: asOp(births.op[row]),
    bornNs: asNs(births.ns[row]),
    live,
    believed: live,
    queued: 0,
    capacity,
    pinned: false,
    slabs: [
      {
        index: 0,
        acquired: true,
        owner: NO_OWNER,
        ownerAlive: false,
        capacity,
        carved,
        live,
        free: carved - live,
        queued: 0,
        believed: live,
        residentPages: heap.space.pages.residentIn(page, page + heap.spanPages),
      },
    ],
  };
}

/** The blocks of a span. */
export function inspectBlocks(heap: Heap, row: number): BlocksDetail | undefined {
  const span = heap.spans[row];
  if (span === undefined || span.page === NONE) return undefined;
  const capacity = heap.capacityOf(span.cls);
  const states = new Uint8Array(capacity).fill(UNCARVED);
  const requested = new Uint32Array(capacity);
  const slots = new Int32Array(capacity).fill(-1);
  for (let block = 0; block < span.carved; block++) {
    const link = span.links[block];
    states[block] = link >= NONE ? FREE : LIVE;
    if (link >= NONE) continue;
    const slot = slotOfMark(link);
    requested[block] = heap.slots.size[slot];
    slots[block] = heap.slots.kind[slot] === BLOCK.runtime ? -2 : slot;
  }
  return {
    span: row,
    slab: 0,
    blockBytes: asBytes(CLASS_BYTES[span.cls]),
    headerBytes: HEADER_BYTES,
    states,
    requested,
    slots,
    overhead: 0,
    lead: 0,
  };
}
