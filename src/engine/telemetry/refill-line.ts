import type { RefillLog } from '../types.ts';

const hex = (word: number): string => `0x${word.toString(16).padStart(8, '0')}`;

/** The line that a failed refill writes (S-12), as D1 has it; a SuperSlab is named by its number. */
export const refillLine = (log: RefillLog): string =>
  [
    'superslab_refill returned NULL (OOM) detail:',
    `class=${log.class}`,
    `prev_ss=${log.prevSs < 0 ? '(nil)' : `#${log.prevSs}`}`,
    `active=${log.active}`,
    `bitmap=${hex(log.bitmap)}`,
    `used=${log.used}`,
    `cap=${log.cap}`,
    `slab_idx=${log.slabIdx}`,
    `reused_freelist=${log.reusedFreelist}`,
    `free_idx=${log.freeIdx}`,
    `errno=${log.errno}`,
  ].join(' ');
