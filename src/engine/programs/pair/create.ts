import type { CreateFor } from '../create.ts';
import type { DEFS } from './def.ts';
import { Pair } from './pair.ts';

export const CREATE: CreateFor<typeof DEFS> = {
  pair: (knobs) => new Pair(knobs, 0),
  wakers: (knobs) => new Pair(knobs, knobs.wakers),
};
