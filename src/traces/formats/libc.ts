import { OP } from '../../engine/programs/program.ts';
import type { Address } from '../address.ts';
import type { Normaliser } from '../normaliser.ts';
import { log2 } from './format.ts';

/** valloc aligns to a page of the program. */
const PAGE_BITS = 12;

/**
 * A call of C that allocates, by its name and its numbers in C's order: malloc(size), calloc(count, size), valloc(size), and
 * those that take an alignment before the size (memalign, aligned_alloc).
 * @param to what it returned
 */
export function allocatedBy(
  process: Normaliser,
  name: string,
  to: Address,
  one: number,
  two: number,
): void {
  switch (name) {
    case 'malloc':
      process.allocated(OP.malloc, to, one);
      break;
    case 'calloc':
      process.allocated(OP.calloc, to, one * two);
      break;
    case 'valloc':
      process.allocated(OP.memalign, to, one, PAGE_BITS);
      break;
    default:
      process.allocated(OP.memalign, to, two, log2(one));
  }
}
