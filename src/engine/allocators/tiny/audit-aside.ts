import type { TinyHeap } from './heap.ts';
import {
  CAPACITY,
  CARVED,
  CENTRAL_LIFE,
  FREE_HEAD,
  LIVE,
  MAX_CLASSES,
  NEXT_SLAB,
  NO_BLOCK,
  NO_LIFE,
  NONE,
  SHUT,
  SS_ACQUIRED,
  SS_ASIDE_NEXT,
  SS_ASIDE_PREV,
  SS_CLASS,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_OWNER,
  SS_SLABS,
  SS_WORDS,
} from './layout.ts';

const NOT_ASIDE = SS_FLAG.current | SS_FLAG.orphan | SS_FLAG.kept | SS_FLAG.cached;

/**
 * Walks the lists of SuperSlabs that living owners have set aside. Where owners look back, each SuperSlab
 * of a living owner is its current one, kept, or in just one list: among the full ones only if it has no
 * block that can be had without a drain, among the others only if it has, or waits for one. Where they do
 * not, the lists are empty.
 * @param problems gets one sentence per violation
 */
export function auditAside(heap: TinyHeap, problems: string[]): void {
  const { superslabs, slabs } = heap;
  const seen = new Map<number, string>();
  const walk = (heads: Int32Array, flag: number, what: string): void => {
    heads.forEach((head, index) => {
      let before: number = NONE;
      for (let row = head; row !== NONE; row = superslabs[row * SS_WORDS + SS_ASIDE_NEXT]) {
        if (seen.has(row)) {
          problems.push(`SuperSlab ${row} is ${what} and ${seen.get(row)}`);
          return;
        }
        seen.set(row, what);
        const at = row * SS_WORDS;
        const owner = superslabs[at + SS_OWNER];
        const chain = Math.floor(index / MAX_CLASSES);
        if (superslabs[at + SS_ASIDE_PREV] !== before)
          problems.push(`SuperSlab ${row}: ${what}, but its list runs another way back`);
        if ((superslabs[at + SS_FLAGS] & flag) === 0)
          problems.push(`SuperSlab ${row}: ${what}, but its flags do not say so`);
        if (superslabs[at + SS_CLASS] !== index % MAX_CLASSES)
          problems.push(`SuperSlab ${row}: ${what} of another class`);
        if (owner < 0 || !heap.isAlive(owner) || heap.threads.chainOf(owner) !== chain)
          problems.push(`SuperSlab ${row}: ${what} of a thread that does not own it`);
        before = row;
      }
    });
  };
  walk(heap.roomyHead, SS_FLAG.roomy, 'set aside with room');
  walk(heap.fullHead, SS_FLAG.full, 'set aside as full');

  for (let row = 0; row < heap.rows; row++) {
    const at = row * SS_WORDS;
    const flags = superslabs[at + SS_FLAGS];
    // A slot of the shared pool is set aside by itself: audit-slots.ts.
    if ((flags & SS_FLAG.mapped) === 0 || (flags & SS_FLAG.pooled) !== 0) continue;
    const owner = superslabs[at + SS_OWNER];
    const aside =
      heap.looksBack &&
      (flags & NOT_ASIDE) === 0 &&
      owner !== NO_LIFE &&
      owner !== CENTRAL_LIFE &&
      heap.isAlive(owner);
    if (aside !== seen.has(row))
      problems.push(`SuperSlab ${row}: ${aside ? 'in no list of' : 'in a list of'} its owner’s`);
    const full = (flags & SS_FLAG.full) !== 0;
    if (((flags & SS_FLAG.roomy) !== 0 || full) && !seen.has(row))
      problems.push(`SuperSlab ${row}: its flags name a list that it is not in`);
    let ready = superslabs[at + SS_ACQUIRED] < superslabs[at + SS_SLABS];
    let room = ready;
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      const head = slabs[r + FREE_HEAD];
      if ((head === SHUT) !== full)
        problems.push(`SuperSlab ${row}: a slab is ${full ? 'open' : 'shut'}`);
      if (head < NO_BLOCK || slabs[r + CARVED] < slabs[r + CAPACITY]) ready = true;
      if (slabs[r + LIVE] < slabs[r + CAPACITY]) room = true;
      r = slabs[r + NEXT_SLAB];
    }
    if (full && ready) problems.push(`SuperSlab ${row}: set aside as full, and it has a block`);
    if ((flags & SS_FLAG.roomy) !== 0 && !room)
      problems.push(`SuperSlab ${row}: set aside with room, and it has none`);
  }
}
