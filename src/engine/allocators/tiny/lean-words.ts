import { costWords, type WordsFor } from '../../knobs/kinds.ts';
import type { LEAN_KNOBS } from './lean-knobs.ts';

/** What the knobs of memory-lean mode are called and mean. */
export const LEAN_WORDS: WordsFor<typeof LEAN_KNOBS> = {
  lean: {
    label: 'Lean mode',
    help: 'D4: nothing is prewarmed, no empty SuperSlab is kept, and one that a trim pass or the shared pool releases is decommitted: its pages are given up, its mapping stays, and nobody uses it again.',
    see: 'Bytes over time; map entries',
    kId: 'K-42',
    source: 'HAKMEM_SS_MEM_LEAN',
  },
  decommit: {
    label: 'Decommit',
    help: 'How the pages of a released SuperSlab are given up. FREE: the kernel takes them when memory is short. DONTNEED: at once. OFF: not at all; the SuperSlab is unmapped.',
    see: 'Resident bytes',
    kId: 'K-44',
    source: 'HAKMEM_SS_MEM_LEAN_DECOMMIT',
    options: { free: 'FREE', dontneed: 'DONTNEED', off: 'OFF' },
  },
  leanTargetMB: {
    label: 'Target of lean mode',
    help: 'A line in the chart of resident bytes: D4 reads it, and nothing keeps to it.',
    see: 'Bytes over time',
    kId: 'K-43',
    source: 'HAKMEM_SS_MEM_LEAN_TARGET_MB',
  },
  dsoOverlap: {
    label: 'Libraries in the way',
    help: 'How many SuperSlabs lie where the guard sees a library, and are unmapped instead. Drawn from the address: the same place always decides alike.',
    see: 'SuperSlabs freed',
    kId: 'K-46',
    source: 'ss_os_madvise_guarded',
  },
  enomemAt: {
    label: 'madvise fails',
    help: 'This call of madvise fails with ENOMEM, and there is none after it: what is released is unmapped.',
    see: 'SuperSlabs freed',
    kId: 'K-46',
    source: 'ss_os_madvise_guarded',
  },
  costMadvise: costWords(
    'madvise',
    'Giving up the pages of a SuperSlab, without the pages: each of those is charged as with munmap, one freed lazily three quarters of it. Measured half a munmap, 2,000 to 2,600 ns in a virtual machine (scripts/native/madvise.c).',
  ),
  profile: {
    label: 'Profile',
    help: 'D4 names three, none of which its lean mode changes: without it they are one program here. What FAST keeps is the reserve of empties.',
    see: 'Nothing: that is the point',
    source: 'D4',
    options: { standard: 'Standard', observe: 'OBSERVE', fast: 'FAST' },
  },
  osStats: {
    label: 'Statistics of the OS layer',
    help: 'Prints counters at exit in the real allocator. Here they are always on screen.',
    see: 'Nothing: that is the point',
    kId: 'K-45',
    source: 'HAKMEM_SS_OS_STATS',
  },
};
