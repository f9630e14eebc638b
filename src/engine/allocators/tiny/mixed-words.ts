import type { WordsFor } from '../../knobs/kinds.ts';
import type { MIXED_KNOBS } from './mixed-knobs.ts';

/** What the knobs of mixed allocation are called and mean. */
export const MIXED_WORDS: WordsFor<typeof MIXED_KNOBS> = {
  guessFree: {
    label: 'Free guesses',
    help: 'Blocks that the C library serves instead are blocks of a real second heap, and free must tell whose a pointer is (D1): it looks at the byte before the block, which this heap writes into its own and which a block of the C library has by chance. A wrong guess is a crash. Off: free knows.',
    see: 'Verdict: crash; misrouted frees',
    source: 'looks_like_hakmem (D1)',
  },
  lookAlikeProb: {
    label: 'Look-alikes',
    help: 'Of blocks that the C library serves instead, how many have a byte before them that looks like a header of this heap. It is drawn once for each block and stays: every free of it decides alike. No document gives the share.',
    see: 'Verdict: crash',
    kId: 'K-26',
  },
  ownerBitmap: {
    label: 'Ownership bitmap',
    help: 'Option C: free asks a bitmap of 2^20 regions of 64 KiB, 64 GiB in all, instead of guessing. A slab’s region is marked when its first block is handed out, and nothing clears a mark. Outside the table nothing is marked.',
    see: 'Verdict; slabs outside the bitmap; stale marks',
    kId: 'K-25',
    source: 'g_hakmem_ownership_bitmap (D1)',
  },
  bitmapBase: {
    label: 'Bitmap’s base',
    help: 'Address at which the bitmap’s 64 GiB begin. D1’s code has none: bit 0 is address 0, and everything that a 64-bit process maps lies beyond. By default they end at 128 TiB, where mappings begin.',
    see: 'Slabs outside the bitmap',
    source: 'region = addr / 64 KiB (D1)',
  },
  oomRate: {
    label: 'Injected refusals',
    help: 'Mappings of SuperSlabs that are refused for no reason of the address space: at so many moments of the run, drawn evenly over its seconds, the next mapping fails with ENOMEM.',
    see: 'NULL returns, injected refusals',
    kId: 'K-27',
  },
  mixedSeed: {
    label: 'Seed of chance',
    help: 'Draws which blocks of the C library look alike, when mappings are refused, and in which SuperSlabs a library lies. What threads ask for has a seed of its own.',
    see: 'Verdict',
  },
};
