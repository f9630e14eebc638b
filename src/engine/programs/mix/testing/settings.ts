import fc from 'fast-check';
import type { SettingsModule } from '../../testing/settings.ts';

export const SMALL: SettingsModule['SMALL'] = {
  producers: fc.integer({ min: 0, max: 2 }),
  consumers: fc.integer({ min: 0, max: 2 }),
  both: fc.integer({ min: 1, max: 3 }),
  handOver: fc.constantFrom(0, 30, 100),
  batch: fc.integer({ min: 1, max: 4 }),
  sizes: fc.constantFrom('8', '16-64', '8 x 3, 1K x 1', 'power 1.5 16-4K', 'lognormal 64 1 8-1K'),
  liveSet: fc.integer({ min: 1, max: 12 }),
  longShare: fc.integer({ min: 1, max: 50 }),
  discard: fc.integer({ min: 1, max: 5 }),
  phases: fc.constantFrom(
    'grow, hold',
    'grow 9, hold 4, shrink 2 random, idle 1ms, repeat',
    'grow 5, shrink',
    'grow 3, repeat',
    'hold 3, idle',
  ),
  lifeOps: fc.integer({ min: 1, max: 9 }),
};

export const BASE: SettingsModule['BASE'] = {
  producers: 1,
  consumers: 2,
  both: 3,
  liveSet: 20,
  lifeOps: 30,
};

const PHASES = { phases: 'grow 9, hold 5, shrink 2, idle 1ms, repeat' };

export const OTHER: SettingsModule['OTHER'] = {
  handOver: [100],
  handTo: ['one'],
  sizes: ['16'],
  lifetime: ['fifo'],
  longShare: [40, { lifetime: 'mixed' }],
  phases: ['grow 9, hold'],
  phasing: ['together', PHASES],
  staggerMs: [20, { phasing: 'staggered' }],
  arrivals: ['successor'],
  lifeOps: [9, { arrivals: 'successor' }],
  pauseMs: [20, { arrivals: 'pause' }],
};
