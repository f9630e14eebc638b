import { count } from '../../draw/format.ts';
import { stripOf } from '../../draw/heap-strip.ts';
import type { HandDetail } from '../../engine/types.ts';
import type { TableSpec } from './card.tsx';
import { hex, whereText } from './hand-text.ts';

/** The pointers, and where blocks differ in size the holes between them, as a table of text. */
export const handTable = (seen: () => HandDetail | undefined): TableSpec => ({
  head: ['Pointer', 'Asked for, B', 'Usable, B', 'Takes up, B', 'Address', 'By thread'],
  rows: () => {
    const detail = seen();
    if (detail === undefined) return [];
    const pointers = detail.slots.map((held, slot) => [
      `p${slot}`,
      held.bytes === 0 ? '' : count(held.bytes),
      held.place ? count(held.place.usable) : '',
      held.place ? count(held.place.bytes) : '',
      whereText(held),
      held.bytes === 0 ? '' : String(held.by),
    ]);
    const { chunks, address } = stripOf(detail.stretches);
    const holes = chunks
      .filter(({ free }) => free)
      .map(({ at, bytes, lead, overhead }) => [
        'a hole',
        '',
        count(bytes - overhead),
        count(bytes),
        hex(address + at + lead),
        '',
      ]);
    return [...pointers, ...holes];
  },
});
