import { PRESETS } from '../engine/presets.ts';

/** Numbers that documents state and our texts repeat, beside those that presets show. */
const STATED: readonly { readonly value: number; readonly says: string }[] = [
  { value: 4096, says: 'D0, summary: live blocks at the end' },
  { value: 2, says: 'D0, summary: seconds to the end' },
  { value: 4_190_000, says: 'D0, summary: operations per second as shipped' },
  { value: 10, says: 'D0 §7: steady SuperSlabs, the lower end of “10 to 20”' },
  { value: 8, says: 'D0 §6: per cent fewer SuperSlabs at half the size' },
  { value: 5, says: 'D0: cost of trimming, the lower end of “5 to 10 %”' },
  { value: 0, says: 'D0: cost of the decrement, the lower end of “0 to 2 %”' },
  { value: 251_000, says: 'D1: operations per second at “low contention”' },
  { value: 80, says: 'D2: reuse promised by owner priority, the upper end of “70 to 80 %”' },
  { value: 4.8, says: 'D3: degradation of HAKMEM from 256 to 8,192 slots' },
  { value: 1.52, says: 'D3: degradation of the system’s malloc' },
  { value: 1.19, says: 'D3: degradation of mimalloc' },
  { value: 256, says: 'D3: slots, hot cache' },
  { value: 8192, says: 'D3: slots, realistic' },
  { value: 3, says: 'D1: speed promised by adaptive caches, the lower end of “3 to 10 %”' },
  { value: 30, says: 'D1: memory saved by adaptive caches, the lower end of “30 to 50 %”' },
  { value: 50, says: 'D1: memory saved by adaptive caches, the upper end' },
  { value: 1, says: 'D2: thresholds tried' },
  { value: 4, says: 'D2: thresholds tried' },
];

/** All of them. */
export const documentNumbers = (): number[] => [
  ...STATED.map(({ value }) => value),
  ...PRESETS.flatMap(({ documentFigures, variants }) =>
    [...documentFigures, ...variants.flatMap((variant) => variant.documentFigures ?? [])].map(
      (figure) => figure.document,
    ),
  ),
  ...PRESETS.flatMap(({ documentVerdict, variants }) =>
    [documentVerdict, ...variants.map((variant) => variant.documentVerdict)].flatMap((verdict) =>
      verdict === undefined ? [] : [verdict.passed, verdict.of],
    ),
  ),
];
