import type { CreateFor } from '../create.ts';
import type { DEFS } from './def.ts';
import { Mixed } from './mixed.ts';

export const CREATE: CreateFor<typeof DEFS> = {
  'random-mixed': (knobs) => new Mixed(knobs, false),
  soak: (knobs) => new Mixed(knobs, true),
};
