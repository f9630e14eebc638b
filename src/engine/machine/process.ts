import { AddressSpace, HEAP_BASE_PAGE } from './address-space.ts';
import { KIND } from './vma.ts';

/**
 * Address space of the program itself: two arrays of 8 MB, libraries, main stack, first heap.
 * An estimate for larson with glibc; it is a band of its own, so nothing else depends on it.
 */
export const BASE_PAGES = (22 * 1024) / 4;
export const BASE_RESIDENT_PAGES = (3.5 * 1024) / 4;
/** What glibc's first malloc asks brk for: 132 KiB. */
const FIRST_HEAP_PAGES = 33;

/** Pages of the heap that the program has before anybody lengthens it. */
const firstHeap = (baseMaps: number): number => (baseMaps === 1 ? BASE_PAGES : FIRST_HEAP_PAGES);

/**
 * Pages of the program itself that are resident now: those of its beginning, and where its heap is its only
 * mapping those that came with a huge page of what lies above.
 */
export const residentOfBase = (space: AddressSpace, baseMaps: number): number =>
  space.pages.residentBy[KIND.base] +
  space.pages.residentIn(HEAP_BASE_PAGE, HEAP_BASE_PAGE + firstHeap(baseMaps));

/**
 * A process as it stands when main begins: its mappings, the last of which is the heap that brk made, and
 * of each of them about the same share resident.
 * @param baseMaps map entries of the program itself, the heap among them, at least 1
 */
export function startProcess(baseMaps: number): AddressSpace {
  const heap = firstHeap(baseMaps);
  const space = new AddressSpace(baseMaps - 1, BASE_PAGES - heap);
  space.beginHeap(heap);
  space.touchBase(BASE_RESIDENT_PAGES);
  return space;
}
