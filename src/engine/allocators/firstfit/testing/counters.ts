import type { CountersModule } from '../../../testing/counters.ts';

export const BEYOND: CountersModule['BEYOND'] = [
  'nullReturns',
  'libcFallbacks',
  'reallocsInPlace',
  'reallocsMoved',
];
