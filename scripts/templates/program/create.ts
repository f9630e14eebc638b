import type { CreateFor } from '../create.ts';
import type { DEFS } from './def.ts';
import { Loop } from './loop.ts';

export const CREATE: CreateFor<typeof DEFS> = {
  __key__: (knobs) => new Loop(knobs),
};
