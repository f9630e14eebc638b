import fc from 'fast-check';
import type { SettingsModule } from '../../testing/settings.ts';

export const SMALL: SettingsModule['SMALL'] = {
  wakers: fc.integer({ min: 0, max: 3 }),
  wakePeriod: fc.integer({ min: 1, max: 9 }),
  burst: fc.integer({ min: 1, max: 5 }),
  hold: fc.integer({ min: 0, max: 6 }),
};

export const BASE: SettingsModule['BASE'] = { wakePeriod: 5, hold: 3 };

export const OTHER: SettingsModule['OTHER'] = { wakers: [3] };
