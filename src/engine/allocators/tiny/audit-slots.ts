import { expectIn } from '../../run/expect.ts';
import { C } from '../../telemetry/counters.ts';
import type { SlotState } from '../../types.ts';
import type { TinyHeap } from './heap.ts';
import {
  CAPACITY,
  CARVED,
  EXCESS,
  FREE_HEAD,
  LIVE,
  MAX_CLASSES,
  NEXT_SLAB,
  NO_BLOCK,
  NO_LIFE,
  NONE,
  OWNER,
  SHUT,
  SLAB_CLASS,
  SLAB_SHIFT,
  SLAB_SS,
  SS_ACQUIRED,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_OWN_NEXT,
  SS_OWNER,
  SS_POOL_EMPTY,
  SS_POOL_USABLE,
  SS_WORDS,
} from './layout.ts';
import {
  SLOT,
  SLOT_HINT,
  SLOT_NEXT,
  SLOT_NODES,
  SLOT_OWN_NEXT,
  SLOT_OWN_PREV,
  SLOT_PREV,
  SLOT_SHIFT,
  SLOT_WHERE,
} from './slot-table.ts';

/** State of an acquired slab that is a slot of the pool; undefined: it is none. */
export function slotOf(heap: TinyHeap, r: number): Exclude<SlotState, 'unused'> | undefined {
  const { pool } = heap;
  const flags = heap.superslabs[heap.slabs[r + SLAB_SS] * SS_WORDS + SS_FLAGS];
  if (pool === undefined || (flags & SS_FLAG.pooled) === 0) return undefined;
  return pool.words[(r >>> SLOT_SHIFT) + SLOT_WHERE] >= SLOT.listed ? 'empty' : 'active';
}

/**
 * Walks the threads' caches.
 * @param problems gets one sentence per violation
 * @returns their blocks by slab
 */
export function auditCaches(heap: TinyHeap, problems: string[]): Map<number, number[]> {
  const { caches, slabs } = heap;
  const found = new Map<number, number[]>();
  if (caches === undefined) return found;
  const ofClass = Array.from({ length: MAX_CLASSES }, () => 0);
  caches.count.forEach((count, i) => {
    const most = caches.slots[i];
    if (count > most || most > caches.most)
      problems.push(`cache ${i}: ${count} blocks in ${most} slots, of at most ${caches.most}`);
    if (caches.high[i] < count)
      problems.push(`cache ${i}: its high-water mark ${caches.high[i]} is below ${count}`);
    for (let at = 0; at < count; at++) {
      const r = caches.slabAt(i, at);
      const c = slabs[r + SLAB_CLASS];
      if (c !== i % MAX_CLASSES) problems.push(`cache ${i}: a block of class ${c}`);
      ofClass[c]++;
      const list = found.get(r);
      if (list) list.push(caches.blockAt(i, at));
      else found.set(r, [caches.blockAt(i, at)]);
    }
  });
  const expect = expectIn(problems);
  ofClass.forEach((count, c) => {
    expect(`cached blocks of class ${c}`, count, caches.ofClass[c]);
  });
  caches.ofSlab.forEach((count, slab) => {
    expect(
      `cached blocks of slab ${slab << SLAB_SHIFT}`,
      found.get(slab << SLAB_SHIFT)?.length ?? 0,
      count,
    );
  });
  expect(
    'cached blocks',
    ofClass.reduce((a, b) => a + b),
    heap.counters[C.cachedBlocks],
  );
  return found;
}

/**
 * Recounts the slots of the shared pool by walking its SuperSlabs, and compares with its lists and counters: each slot
 * is in one state and in the list that this demands, and every ask was served by a stage or failed.
 * @param problems gets one sentence per violation
 */
export function auditSlots(heap: TinyHeap, problems: string[]): void {
  const { pool, slabs, superslabs, counters } = heap;
  const expect = expectIn(problems);
  const named = [C.poolStage0, C.poolStage05, C.poolStage1, C.poolStage2, C.poolStage3];
  const taken = named.reduce((sum, counter) => sum + counters[counter], 0);
  expect(
    'asks of the pool',
    taken + counters[C.poolAdopted] + counters[C.sharedFails],
    counters[C.poolAsks],
  );
  if (pool === undefined) return;
  const { words } = pool;
  const wrongRow = (row: number, what: string): void => {
    problems.push(`SuperSlab ${row} of the pool: ${what}`);
  };
  const wrong = (r: number, what: string): void => {
    problems.push(`slot ${r}: ${what}`);
  };

  // What the lists say.
  const listed = new Map<number, number>();
  const walk = (head: number, where: number, of: (r: number) => boolean, what: string): number => {
    let count = 0;
    let before: number = NONE;
    for (let r = head; r !== NONE; r = words[(r >>> SLOT_SHIFT) + SLOT_NEXT], count++) {
      if (listed.has(r)) {
        wrong(r, 'in two lists');
        return count;
      }
      listed.set(r, where);
      if (words[(r >>> SLOT_SHIFT) + SLOT_WHERE] !== where || !of(r))
        wrong(r, `in the list of ${what}, and none`);
      if (words[(r >>> SLOT_SHIFT) + SLOT_PREV] !== before)
        wrong(r, 'its list runs another way back');
      before = r;
    }
    return count;
  };
  const owns = (r: number, index: number): boolean => {
    const owner = slabs[r + OWNER];
    const chain = Math.floor(index / MAX_CLASSES);
    return (
      owner >= 0 &&
      heap.isAlive(owner) &&
      heap.threads.chainOf(owner) === chain &&
      slabs[r + SLAB_CLASS] === index % MAX_CLASSES
    );
  };
  pool.roomy.forEach((head, i) => {
    walk(
      head,
      SLOT.roomy,
      (r) => owns(r, i) && slabs[r + LIVE] < slabs[r + CAPACITY],
      'those with room',
    );
  });
  pool.full.forEach((head, i) => {
    walk(
      head,
      SLOT.full,
      (r) => owns(r, i) && slabs[r + CARVED] === slabs[r + CAPACITY],
      'full ones',
    );
  });
  for (let c = 0; c < MAX_CLASSES; c++) {
    const dead = (r: number): boolean =>
      slabs[r + SLAB_CLASS] === c && slabs[r + OWNER] >= 0 && !heap.isAlive(slabs[r + OWNER]);
    walk(pool.orphans[c], SLOT.orphan, dead, 'dead owners’');
    const nodes = walk(
      pool.empties[c],
      SLOT.listed,
      (r) => slabs[r + SLAB_CLASS] === c,
      'EMPTY ones',
    );
    expect(`nodes of class ${c}`, nodes, pool.nodes[c]);
    if (nodes > SLOT_NODES) problems.push(`${nodes} nodes of class ${c}`);
  }
  const owned = new Set<number>();
  pool.own.forEach((head, chain) => {
    let before: number = NONE;
    for (let r = head; r !== NONE; r = words[(r >>> SLOT_SHIFT) + SLOT_OWN_NEXT]) {
      if (owned.has(r) || !owns(r, chain * MAX_CLASSES + slabs[r + SLAB_CLASS])) {
        wrong(r, `chain ${chain} lists it and does not own it`);
        return;
      }
      if (words[(r >>> SLOT_SHIFT) + SLOT_OWN_PREV] !== before)
        wrong(r, 'its list runs another way back');
      owned.add(r);
      before = r;
    }
  });
  pool.hints.forEach((r, index) => {
    if (r === NONE) return;
    if (
      words[(r >>> SLOT_SHIFT) + SLOT_WHERE] < SLOT.listed ||
      words[(r >>> SLOT_SHIFT) + SLOT_HINT] !== index ||
      slabs[r + SLAB_CLASS] !== index % MAX_CLASSES
    )
      wrong(r, `not the last of place ${index}`);
  });
  const withUnused = new Set<number>();
  for (let row = pool.unused[0]; row !== NONE; row = superslabs[row * SS_WORDS + SS_OWN_NEXT]) {
    if (withUnused.has(row)) {
      wrongRow(row, 'listed twice for UNUSED slots');
      break;
    }
    withUnused.add(row);
  }

  // What the SuperSlabs have.
  const sums = { slots: 0, unused: 0, active: 0, empty: 0, orphaned: 0, spares: 0, resident: 0 };
  const current = new Set(heap.current);
  for (let row = 0; row < heap.rows; row++) {
    const at = row * SS_WORDS;
    const flags = superslabs[at + SS_FLAGS];
    if ((flags & SS_FLAG.pooled) === 0) continue;
    if ((flags & SS_FLAG.mapped) === 0 || superslabs[at + SS_OWNER] !== NO_LIFE)
      wrongRow(row, 'has an owner, or is not mapped');
    const usable = superslabs[at + SS_POOL_USABLE];
    const acquired = superslabs[at + SS_ACQUIRED];
    if (acquired > usable) wrongRow(row, 'more slots taken than it has');
    if (withUnused.delete(row) !== acquired < usable)
      wrongRow(row, 'UNUSED slots and their list differ');
    sums.slots += usable;
    sums.unused += usable - acquired;
    if (acquired === 0) sums.spares++;
    let empty = 0;
    let isCurrent = false;
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = acquired; i > 0; i--, r = slabs[r + NEXT_SLAB]) {
      const where = words[(r >>> SLOT_SHIFT) + SLOT_WHERE];
      if (current.has(r)) isCurrent = true;
      if (where === SLOT.unused) wrong(r, 'taken, and UNUSED');
      if (where >= SLOT.listed) {
        empty++;
        sums.resident += heap.residentOfSlab(r) * 4096 - (i === acquired ? 1024 : 0);
        if (slabs[r + OWNER] !== NO_LIFE || current.has(r) || slabs[r + EXCESS] !== 0)
          wrong(r, 'EMPTY, and somebody has it');
      } else {
        sums.active++;
        if (where === SLOT.orphan) sums.orphaned++;
        if ((where === SLOT.orphan) === owned.delete(r))
          wrong(r, 'ACTIVE, and its owner does not know');
        if (where === SLOT.held && heap.looksBack && !current.has(r))
          wrong(r, 'ACTIVE, and in no list of its owner’s');
      }
      const inList = where !== SLOT.held && where !== SLOT.unlisted;
      if (inList !== (listed.get(r) === where)) wrong(r, 'it and the lists disagree');
      if (
        (slabs[r + FREE_HEAD] === SHUT) !== (where === SLOT.full) ||
        (where === SLOT.full && slabs[r + FREE_HEAD] < NO_BLOCK)
      )
        wrong(r, 'open or shut');
    }
    expect(`SuperSlab ${row}: EMPTY slots`, empty, superslabs[at + SS_POOL_EMPTY]);
    if (empty === acquired && acquired > 0) wrongRow(row, 'all EMPTY, and nobody saw');
    if (isCurrent !== ((flags & SS_FLAG.current) !== 0))
      wrongRow(row, 'whether somebody allocates from it');
    sums.empty += empty;
  }
  if (withUnused.size > 0) wrongRow(-1, 'listed');
  for (const r of owned) wrong(r, 'owned, and not ACTIVE');
  expect('slots of the pool', sums.slots, pool.slots);
  expect('SuperSlabs without a slot taken', sums.spares, pool.spares);
  expect('UNUSED slots', sums.unused, counters[C.slotsUnused]);
  expect('ACTIVE slots', sums.active, counters[C.slotsActive]);
  expect('EMPTY slots', sums.empty, counters[C.slotsEmpty]);
  expect('slots of dead owners', sums.orphaned, counters[C.slotsOrphaned]);
  expect('slots taken and given back', taken - counters[C.slotsReleased], sums.active);
  expect('resident bytes of EMPTY slots', sums.resident, heap.spareResident);
}
