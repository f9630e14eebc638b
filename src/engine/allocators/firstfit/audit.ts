import type { KnobValues } from '../../knobs/index.ts';
import { C } from '../../telemetry/counters.ts';
import { BAND_COUNT } from '../../telemetry/ledger.ts';
import type { AuditFound } from '../contract.ts';
import type { FirstFitHeap } from './heap.ts';
import {
  BLOCK,
  byteOf,
  capacityOf,
  FOOT,
  GRANULE,
  minGranules,
  NONE,
  PAGE,
  PART,
  PARTS,
  padBytes,
  payloadOf,
  SLOT,
  sizeOfTag,
  USED,
} from './layout.ts';
import { bandOfPart } from './ledger.ts';
import { stepPages } from './settings.ts';

const MOST_PROBLEMS = 50;

/** What the audit is told beside the heap. */
export interface AuditInput {
  readonly heap: FirstFitHeap;
  readonly settings: Readonly<KnobValues>;
  readonly counters: Float64Array;
  /** Leading bytes of a block that the program writes at once. */
  readonly touchBytes: number;
  /** Slots in use. */
  readonly slots: number;
}

/**
 * Walks the heap chunk by chunk and the free list link by link, counts every byte again page by page, and
 * compares. It shares no arithmetic with what the heap maintains.
 * @param problems gets one sentence per violation
 */
export function auditHeap(input: AuditInput, problems: string[]): AuditFound {
  const { heap, settings, counters } = input;
  const { words, tagBytes, brk } = heap;
  const say = (text: string): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(text);
  };
  const expect = (what: string, counted: number, kept: number): void => {
    if (counted !== kept) say(`${what}: counted ${counted}, kept ${kept}`);
  };
  const end = brk.pages * PAGE;
  const bytes = new Float64Array(brk.pages * PARTS);
  const starts = new Float64Array(brk.pages * 2);
  const paint = (from: number, to: number, part: number): void => {
    for (let at = from; at < to; ) {
      const page = Math.floor(at / PAGE);
      const stop = Math.min(to, (page + 1) * PAGE);
      bytes[page * PARTS + part] += stop - at;
      at = stop;
    }
  };
  const written = (what: string, from: number, size: number): void => {
    for (let page = Math.floor(from / PAGE); page * PAGE < from + size; page++) {
      if (!brk.isResident(page)) say(`${what} was written, but page ${page} is not resident`);
    }
  };

  // The chunks, from the bottom to the top.
  if (brk.pages > 0) paint(0, padBytes(tagBytes), PART.tags);
  const free = new Map<number, number>();
  const slotAt = new Map<number, number>();
  let freeBefore = false;
  let live = 0;
  let g = 0;
  while (g < heap.top) {
    const size = heap.sizeOf(g);
    const isFree = heap.isFree(g);
    if (size < minGranules(tagBytes) || g + size > heap.top) {
      say(`chunk ${g}: its header says ${size} granules`);
      break;
    }
    const foot = words.get(g + size, FOOT);
    if (sizeOfTag(foot) !== size || ((foot & USED) === 0) !== isFree)
      say(`chunk ${g}: header and footer differ`);
    const payload = payloadOf(g);
    const capacity = size * GRANULE - 2 * tagBytes;
    paint(payload - tagBytes, payload, PART.tags);
    paint(payload + capacity, payload + capacity + tagBytes, PART.tags);
    written(`the header of chunk ${g}`, payload - tagBytes, tagBytes);
    written(`the footer of chunk ${g}`, payload + capacity, tagBytes);
    const page = Math.floor((g * GRANULE) / PAGE);
    if (isFree) {
      paint(payload, payload + capacity, PART.free);
      written(`the links of chunk ${g}`, payload, GRANULE);
      starts[page * 2 + 1]++;
      free.set(g, size);
      if (settings.coalesce === 'immediate' && freeBefore)
        say(`chunk ${g}: free, and so is the one before it`);
    } else {
      const slot = words.get(g + 1, SLOT);
      const requested = heap.slots.size[slot];
      if (heap.slots.block[slot] !== g) say(`chunk ${g}: slot ${slot} does not know of it`);
      else slotAt.set(g, slot);
      if (requested > capacity) say(`chunk ${g}: ${requested} B do not fit into ${capacity}`);
      if (heap.slots.kind[slot] === BLOCK.runtime) paint(payload, payload + capacity, PART.runtime);
      else {
        paint(payload, payload + requested, PART.live);
        paint(payload + requested, payload + capacity, PART.rounding);
        written(`the block of slot ${slot}`, payload, Math.min(requested, input.touchBytes));
      }
      starts[page * 2]++;
      live++;
    }
    freeBefore = isFree;
    g += size;
  }
  if (settings.coalesce === 'immediate' && freeBefore) say('the chunk below the top is free');

  // The top.
  const top = byteOf(heap.top, tagBytes);
  if (brk.pages > 0) {
    if (top > end || heap.high > end)
      say(`the top at ${top}, high ${heap.high} is above the break`);
    if (heap.high < top && heap.top > 0) say(`chunks up to ${top}, touched up to ${heap.high}`);
    const split = Math.min(end, Math.max(top, heap.high));
    paint(top, split, PART.free);
    paint(split, end, PART.untouched);
  }
  const step = stepPages(settings) * PAGE;
  if (
    settings.trimTop > 0 &&
    settings.coalesce === 'immediate' &&
    end - top >= Math.max(step, settings.trimTop * 1024)
  )
    say(`the top has ${end - top} B and was not given back`);

  // The free list.
  const listed = new Set<number>();
  let before = NONE;
  for (let at = heap.head; at !== NONE; at = heap.next(at)) {
    if (!free.has(at)) {
      say(`chunk ${at} is in the free list and is not free`);
      break;
    }
    if (listed.has(at)) {
      say(`chunk ${at} is in the free list twice`);
      break;
    }
    if (heap.prev(at) !== before) say(`chunk ${at}: its link back is wrong`);
    if (settings.freeOrder === 'address' && before > at) say(`chunk ${at} is out of order`);
    listed.add(at);
    before = at;
  }
  for (const chunk of free.keys()) {
    if (!listed.has(chunk)) say(`chunk ${chunk} is free and not in the list`);
  }
  if (heap.rover !== NONE && !listed.has(heap.rover))
    say(`the next search begins at ${heap.rover}, which is not in the list`);

  // The slots.
  for (let slot = 0; slot < input.slots; slot++) {
    const chunk = heap.slots.block[slot];
    if (chunk >= 0 && slotAt.get(chunk) !== slot)
      say(`slot ${slot}: chunk ${chunk} is not its block`);
  }

  // Sums.
  const found = {
    mapped: new Float64Array(BAND_COUNT),
    resident: new Float64Array(BAND_COUNT),
    live,
    mappedPages: brk.pages,
  };
  for (let page = 0; page < brk.pages; page++) {
    const resident = brk.isResident(page);
    if (resident !== brk.reallyResident(page))
      say(`page ${page}: the address space says otherwise`);
    for (let part = 0; part < PARTS; part++) {
      const counted = bytes[page * PARTS + part];
      expect(`page ${page}, part ${part}`, counted, heap.use.bytes[page * PARTS + part]);
      found.mapped[bandOfPart(part)] += counted;
      if (resident) found.resident[bandOfPart(part)] += counted;
    }
    expect(`page ${page}, live chunks`, starts[page * 2], heap.use.starts[page * 2]);
    expect(`page ${page}, free chunks`, starts[page * 2 + 1], heap.use.starts[page * 2 + 1]);
  }
  for (let part = 0; part < PARTS; part++) {
    expect(`part ${part}`, found.mapped[bandOfPart(part)], heap.use.mapped[part]);
    expect(`part ${part}, resident`, found.resident[bandOfPart(part)], heap.use.resident[part]);
  }
  expect('live blocks', live, heap.liveBlocks);
  expect('free chunks', free.size, heap.freeChunks);
  let granules = 0;
  let listBytes = 0;
  for (const size of free.values()) {
    granules += size;
    listBytes += capacityOf(size, tagBytes);
  }
  expect('free granules', granules, heap.freeGranules);
  heap.readGauges();
  expect('gauge of live blocks', live, counters[C.liveBlocks]);
  expect('gauge of free chunks', free.size, counters[C.freeChunks]);
  expect('gauge of free bytes', listBytes, counters[C.freeListBytes]);
  return found;
}
