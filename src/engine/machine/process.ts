/**
 * Address space of the program itself: two arrays of 8 MB, libraries, main stack, first heap.
 * An estimate for larson with glibc; it is a band of its own, so nothing else depends on it.
 */
export const BASE_PAGES = (22 * 1024) / 4;
export const BASE_RESIDENT_PAGES = (3.5 * 1024) / 4;
