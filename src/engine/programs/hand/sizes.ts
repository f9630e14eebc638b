import { fail, ok, type Result } from '../../../base/result.ts';
import { clip } from '../../../base/text.ts';

/** Slots of the program: its pointers p0 to p9. */
export const HAND_SLOTS = 10;
/** Largest request by hand: 16 MiB. */
export const MOST_HAND_BYTES = 2 ** 24;

/** What is done to a slot before the run begins. */
export interface SlotStart {
  /** Bytes that are allocated there; 0: nothing. */
  readonly bytes: number;
  /** Freed again once all have been allocated: a hole is where it was. */
  readonly freed: boolean;
}

const SHOWN = 40;
const ITEM = /^(?:(\d{1,9})([km]?)|\((\d{1,9})([km]?)\)|(-))$/i;
const UNIT: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20 };
const EXAMPLE =
  'it has a size for each of the ten slots, as in “64 (256) 4K -”: in brackets what is freed again, - for nothing';

/** Reads what the slots hold at the start, one item a slot, by blanks or commas. Missing ones are empty. */
export function parseStart(text: string): Result<readonly SlotStart[]> {
  const items = text.split(/[\s,]+/).filter((item) => item !== '');
  if (items.length > HAND_SLOTS)
    return fail('E_RANGE', `there are ${HAND_SLOTS} slots, not ${items.length}.`);
  const slots: SlotStart[] = [];
  for (const item of items) {
    const match = ITEM.exec(item);
    if (!match) return fail('E_KNOB', `“${clip(item, SHOWN)}” is no size; ${EXAMPLE}.`);
    const [, kept, keptUnit, gone, goneUnit, nothing] = match;
    const bytes =
      nothing === undefined
        ? Number(kept ?? gone) * UNIT[(keptUnit ?? goneUnit ?? '').toLowerCase()]
        : 0;
    if (nothing === undefined && (bytes < 1 || bytes > MOST_HAND_BYTES))
      return fail('E_RANGE', `“${clip(item, SHOWN)}” is not within 1 B to 16 MiB.`);
    slots.push({ bytes, freed: gone !== undefined });
  }
  return ok(slots);
}
