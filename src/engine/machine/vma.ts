/**
 * What a map entry (VMA) is made of besides its addresses: the kind that we give it for the ledger, its
 * protection and the flags that decide whether Linux merges it with a neighbour. All of it is one
 * integer, so that two entries can merge exactly when their words are equal and their anonymous pages
 * are compatible (`anonCompatible`).
 *
 * Source of the rules: mm/vma.c, mm/mprotect.c and mm/mmap.c of Linux 6.18, each checked natively
 * (fixtures/vma-cases.json).
 */
export const VMA_KINDS = [
  'superslab',
  'stack',
  'guard',
  'base',
  'heap',
  'arena',
  'metadata',
  'other',
] as const;
export const KIND = {
  superslab: 0,
  stack: 1,
  guard: 2,
  base: 3,
  /** What brk made. */
  heap: 4,
  arena: 5,
  metadata: 6,
  other: 7,
} as const;
export type VmaKind = (typeof KIND)[keyof typeof KIND];
export const KIND_COUNT = VMA_KINDS.length;

/** Bits of an entry's word. The kind acts like a mapping's name: Linux merges no two names either. */
export const KIND_MASK = 15;
/** Readable and writable; else no access at all. */
export const VM_RW = 16;
/** Charged against the commit limit: writable private memory that was not mapped with MAP_NORESERVE. */
export const VM_ACCOUNT = 32;
/** Mapped with MAP_NORESERVE: never charged. */
export const VM_NORESERVE = 64;
/** MADV_NOHUGEPAGE, and MAP_STACK since Linux 6.7. */
export const VM_NOHUGE = 128;
/** MADV_HUGEPAGE. */
export const VM_HUGE = 256;

/** Protection of a mapping: what allocators ask for is all or nothing. */
export const PROT = { none: 0, rw: VM_RW } as const;
export type Prot = (typeof PROT)[keyof typeof PROT];
/** Flags of mmap, to be added up. */
export const MAP = { plain: 0, noreserve: VM_NORESERVE, stack: VM_NOHUGE } as const;

/** Advice of madvise. */
export const ADVICE = { dontneed: 0, free: 1, hugepage: 2, nohugepage: 3 } as const;
export type Advice = (typeof ADVICE)[keyof typeof ADVICE];

/** Why a call was refused. */
export const FAILURE = {
  none: 0,
  /** The limit on map entries (vm.max_map_count): ENOMEM. */
  limit: 1,
  /** No gap is large enough, or something is in the way of the break: ENOMEM. */
  space: 2,
  /** Part of the range is not mapped: ENOMEM, after what lies below the hole was done. */
  hole: 3,
} as const;
export type Failure = (typeof FAILURE)[keyof typeof FAILURE];

/** Entry without pages ever touched: it has no anon_vma yet. */
export const NO_ANON = 0;

/** The word of a new mapping (do_mmap: only writable memory that may be charged is charged). */
export function newWord(kind: VmaKind, prot: Prot, flags: number): number {
  const charged = prot === PROT.rw && (flags & VM_NORESERVE) === 0 ? VM_ACCOUNT : 0;
  return kind | prot | flags | charged;
}

/**
 * The word after mprotect (mprotect_fixup). Memory that becomes writable is charged from then on; it
 * stays charged when it loses access, unless it was never touched. A reservation that was used once
 * and closed again therefore does not merge with what never was in use.
 */
export function protectedWord(word: number, prot: Prot, anon: number): number {
  if ((word & VM_RW) === prot) return word;
  if (prot === PROT.rw)
    return word | VM_RW | ((word & (VM_ACCOUNT | VM_NORESERVE)) === 0 ? VM_ACCOUNT : 0);
  return word & ~VM_RW & (anon === NO_ANON ? ~VM_ACCOUNT : ~0);
}

/** The word after MADV_HUGEPAGE or MADV_NOHUGEPAGE. */
export function hugeWord(word: number, advice: Advice): number {
  return advice === ADVICE.hugepage ? (word & ~VM_NOHUGE) | VM_HUGE : (word & ~VM_HUGE) | VM_NOHUGE;
}

/**
 * Whether entries with these anon_vmas may become one: not when both have pages of their own and did
 * not come out of one entry. (is_mergeable_anon_vma; without fork no other case exists.)
 */
export function anonCompatible(a: number, b: number): boolean {
  return a === b || a === NO_ANON || b === NO_ANON;
}

/**
 * Whether an entry at its first touch may share the neighbour's anon_vma, so that they can merge later
 * (anon_vma_compatible: all but the access bits must agree).
 */
export function anonShared(a: number, b: number): boolean {
  return ((a ^ b) & ~VM_RW) === 0;
}
