import fc from 'fast-check';
import type { SettingsModule } from '../../testing/settings.ts';

export const SMALL: SettingsModule['SMALL'] = {
  rounds: fc.integer({ min: 1, max: 3 }),
};

export const OTHER: SettingsModule['OTHER'] = { rounds: [2] };
