import type { KnobValues } from '../../knobs/index.ts';
import { C } from '../../telemetry/counters.ts';
import { B, BAND_COUNT, BANDS } from '../../telemetry/ledger.ts';
import type { AuditFound } from '../contract.ts';
import { BLOCK, NONE, PAGE } from '../plain/slots.ts';
import type { Heap, Span } from './heap.ts';
import { CLASS_BYTES, HEADER_BYTES, LINK_BYTES, offsetOf, slotOfMark } from './layout.ts';

const MOST_PROBLEMS = 50;

/** What the audit is told beside the heap. */
export interface AuditInput {
  readonly heap: Heap;
  readonly settings: Readonly<KnobValues>;
  readonly counters: Float64Array;
  /** Leading bytes of a block that the program writes at once. */
  readonly touchBytes: number;
  /** Slots in use. */
  readonly slots: number;
}

/**
 * Walks spans, free lists and slots, counts every byte again page by page, and compares. It shares no
 * arithmetic with what the heap maintains.
 * @param problems gets one sentence per violation
 */
export function auditHeap(input: AuditInput, problems: string[]): AuditFound {
  const { heap, settings, counters } = input;
  const { spans, slots } = heap;
  const say = (text: string): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(text);
  };
  const expect = (what: string, counted: number, kept: number): void => {
    if (counted !== kept) say(`${what}: counted ${counted}, kept ${kept}`);
  };
  const mapped = new Float64Array(BAND_COUNT);
  const resident = new Float64Array(BAND_COUNT);
  let live = 0;
  let empty = 0;
  let withMemory = 0;

  const auditSpan = (span: Span, row: number): void => {
    const { page, cls, carved } = span;
    const size = CLASS_BYTES[cls];
    const capacity = Math.floor((heap.spanPages * PAGE - HEADER_BYTES) / size);
    const isResident = (at: number): boolean =>
      heap.space.pages.residentIn(page + at, page + at + 1) === 1;
    const paint = (from: number, to: number, band: number): void => {
      for (let at = from; at < to; ) {
        const stop = Math.min(to, (Math.floor(at / PAGE) + 1) * PAGE);
        mapped[band] += stop - at;
        if (isResident(Math.floor(at / PAGE))) resident[band] += stop - at;
        at = stop;
      }
    };
    const written = (what: string, from: number, bytes: number): void => {
      for (let at = Math.floor(from / PAGE); at * PAGE < from + bytes; at++)
        if (!isResident(at)) say(`${what} was written, but page ${at} of its span is not resident`);
    };
    paint(0, HEADER_BYTES, B.headers);
    written(`the header of span ${row}`, 0, HEADER_BYTES);
    if (carved > capacity) say(`span ${row}: ${carved} blocks of ${capacity}`);
    paint(offsetOf(cls, Math.min(carved, capacity)), offsetOf(cls, capacity), B.neverCarved);
    paint(offsetOf(cls, capacity), heap.spanPages * PAGE, B.headers);

    const free = new Set<number>();
    for (let block = span.free; block !== NONE; block = span.links[block]) {
      if (block < 0 || block >= carved || free.has(block)) {
        say(`span ${row}: block ${block} is in its free list by mistake, or twice`);
        break;
      }
      free.add(block);
    }
    let used = 0;
    for (let block = 0; block < Math.min(carved, capacity); block++) {
      const from = offsetOf(cls, block);
      if (free.has(block)) {
        paint(from, from + size, B.freeLiving);
        written(`the link of block ${block} of span ${row}`, from, LINK_BYTES);
        continue;
      }
      const slot = slotOfMark(span.links[block]);
      if (slots.block[slot] !== row * heap.blocksPerRow + block) {
        say(`span ${row}: block ${block} is neither free nor slot ${slot}'s`);
        continue;
      }
      used++;
      if (slots.kind[slot] === BLOCK.runtime) {
        paint(from, from + size, B.runtime);
        continue;
      }
      const start = from + (heap.leads.get(slot) ?? 0);
      const end = start + slots.size[slot];
      if (end > from + size) say(`slot ${slot}: ${slots.size[slot]} B do not fit into ${size}`);
      paint(from, start, B.rounding);
      paint(start, end, B.live);
      paint(end, from + size, B.rounding);
      written(`the block of slot ${slot}`, start, Math.min(slots.size[slot], input.touchBytes));
    }
    expect(`live blocks of span ${row}`, used, span.live);
    live += used;
    if (used === 0) empty++;
  };
  spans.forEach((span, row) => {
    if (span.page === NONE) return;
    withMemory++;
    auditSpan(span, row);
  });

  // The lists of spans with room.
  const listed = new Set<number>();
  heap.lists.forEach((first, cls) => {
    let before = NONE;
    for (let row = first; row !== NONE; row = spans[row].next) {
      const span = spans[row];
      if (span.cls !== cls || span.page === NONE || listed.has(row)) {
        say(`span ${row} is in the list of class ${cls} by mistake, or twice`);
        break;
      }
      if (span.prev !== before) say(`span ${row}: its link back is wrong`);
      listed.add(row);
      before = row;
    }
  });
  spans.forEach((span, row) => {
    const room = span.page !== NONE && heap.hasRoom(span);
    if (room !== listed.has(row)) say(`span ${row}: has room ${room}, listed ${listed.has(row)}`);
  });

  // The slots.
  for (let slot = 0; slot < input.slots; slot++) {
    const place = slots.block[slot];
    if (place < 0) continue;
    const span = spans[Math.floor(place / heap.blocksPerRow)];
    const link = span?.links[place % heap.blocksPerRow] ?? NONE;
    if (span === undefined || span.page === NONE || slotOfMark(link) !== slot)
      say(`slot ${slot}: its block does not know of it`);
  }

  // Sums.
  expect('spans', withMemory, heap.mappedSpans);
  expect('empty spans', empty, heap.emptySpans);
  expect('rows without memory', spans.length - withMemory, heap.spare.length);
  expect('live blocks', live, heap.liveBlocks);
  // At the limit on entries the kernel may refuse to take a span back.
  if (empty > settings.__knob__Keep && heap.space.entries < settings.maxMapCount)
    say(`${empty} empty spans are kept`);
  for (let band = 0; band < BAND_COUNT; band++)
    expect(`bytes, ${BANDS[band]}`, mapped[band], heap.bytes[band]);
  expect('gauge of live blocks', live, counters[C.liveBlocks]);
  expect('gauge of empty spans', empty, counters[C.emptySuperslabs]);
  return { mapped, resident, live, mappedPages: withMemory * heap.spanPages };
}
