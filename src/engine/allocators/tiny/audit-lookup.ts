import { expectIn } from '../../run/expect.ts';
import type { TinyHeap } from './heap.ts';
import { SS_FLAG, SS_FLAGS, SS_WORDS } from './layout.ts';

/**
 * The table that free looks into has each mapped SuperSlab once, where a look for it goes.
 * @param problems gets one sentence per violation
 */
export function auditLookup(heap: TinyHeap, problems: string[]): void {
  const { lookup, superslabs } = heap;
  if (lookup === undefined) return;
  let mapped = 0;
  for (let row = 0; row < heap.rows; row++) {
    if ((superslabs[row * SS_WORDS + SS_FLAGS] & SS_FLAG.mapped) === 0) continue;
    mapped++;
    if (!lookup.finds(row, heap.regionOf(row)))
      problems.push(`SuperSlab ${row}: a look for it does not find it`);
  }
  const expect = expectIn(problems);
  expect('SuperSlabs in the table', mapped, lookup.count);
  expect('SuperSlabs that the table leads to', new Set(lookup.rows()).size, mapped);
}
