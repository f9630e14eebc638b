/** D3's results: millions of operations a second with 256 and with 8,192 slots. */
export const MEASURED = [
  { id: 'hakmem', name: 'HAKMEM', hot: 79.2, realistic: 16.5 },
  { id: 'system', name: 'system malloc', hot: 86.7, realistic: 57.1 },
  { id: 'mimalloc', name: 'mimalloc', hot: 114.9, realistic: 96.5 },
] as const;
const HAKMEM = MEASURED[0];

/** Slots of the two working sets. */
export const HOT = 256;
export const REALISTIC = 8192;

/** Of whose speed a gap is a share: HAKMEM's own, as D3 has it, or that of the allocator compared with (I-28). */
export const BASES = ['other', 'hakmem'] as const;
export type Base = (typeof BASES)[number];
export const BASE_LABELS: Readonly<Record<Base, string>> = {
  other: 'the other’s speed',
  hakmem: 'HAKMEM’s speed, as D3',
};

/**
 * How far HAKMEM is behind (below 0) another allocator, as a share. By the other's speed that is at least -1: nothing
 * is slower than by all of it.
 */
export function gap(other: number, set: 'hot' | 'realistic', base: Base): number {
  return (HAKMEM[set] - other) / (base === 'other' ? other : HAKMEM[set]);
}

/** How many times slower with 8,192 slots than with 256. */
export const degradation = ({ hot, realistic }: { hot: number; realistic: number }): number =>
  hot / realistic;
