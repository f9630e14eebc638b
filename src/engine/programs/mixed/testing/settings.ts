import fc from 'fast-check';
import type { SettingsModule } from '../../testing/settings.ts';

export const SMALL: SettingsModule['SMALL'] = {
  spellOps: fc.integer({ min: 1, max: 20 }),
  quietMs: fc.constantFrom(0.01, 1, 60_000),
  quietFree: fc.integer({ min: 0, max: 100 }),
};

export const BASE: SettingsModule['BASE'] = { spellOps: 20 };
