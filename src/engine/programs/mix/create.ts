import type { CreateFor } from '../create.ts';
import type { DEFS } from './def.ts';
import { Mix } from './mix.ts';

export const CREATE: CreateFor<typeof DEFS> = {
  mix: (knobs) => new Mix(knobs),
};
