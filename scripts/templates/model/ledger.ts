import { B } from '../../telemetry/ledger.ts';
import { BLOCK, NONE, PAGE } from '../plain/slots.ts';
import type { Heap, Span } from './heap.ts';
import { CLASS_BYTES, HEADER_BYTES, offsetOf, slotOfMark } from './layout.ts';

/**
 * Adds the resident bytes of each band by walking all blocks: a program that writes two bytes of a block
 * leaves the rest of its pages untouched, so how much of a band is resident follows from no total.
 */
export function addResident(heap: Heap, resident: Float64Array): void {
  for (const span of heap.spans) {
    if (span.page !== NONE) addSpan(heap, span, resident);
  }
}

function addSpan(heap: Heap, span: Span, resident: Float64Array): void {
  const { space, spanBytes, slots } = heap;
  const pages = new Uint8Array(heap.spanPages);
  for (let page = 0; page < pages.length; page++)
    pages[page] = space.pages.residentIn(span.page + page, span.page + page + 1);
  const within = (from: number, to: number): number => {
    let bytes = 0;
    for (let at = from; at < to; ) {
      const page = Math.floor(at / PAGE);
      const end = Math.min(to, (page + 1) * PAGE);
      if (pages[page] !== 0) bytes += end - at;
      at = end;
    }
    return bytes;
  };
  const size = CLASS_BYTES[span.cls];
  const tail = offsetOf(span.cls, heap.capacityOf(span.cls));
  resident[B.headers] += within(0, HEADER_BYTES) + within(tail, spanBytes);
  resident[B.neverCarved] += within(offsetOf(span.cls, span.carved), tail);
  for (let block = 0; block < span.carved; block++) {
    const from = offsetOf(span.cls, block);
    const link = span.links[block];
    if (link >= NONE) {
      resident[B.freeLiving] += within(from, from + size);
      continue;
    }
    const slot = slotOfMark(link);
    if (slots.kind[slot] === BLOCK.runtime) {
      resident[B.runtime] += within(from, from + size);
      continue;
    }
    const start = from + (heap.leads.get(slot) ?? 0);
    const live = within(start, start + slots.size[slot]);
    resident[B.live] += live;
    resident[B.rounding] += within(from, from + size) - live;
  }
}
