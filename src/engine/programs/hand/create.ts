import type { CreateFor } from '../create.ts';
import type { DEFS } from './def.ts';
import { ByHand } from './hand.ts';

export const CREATE: CreateFor<typeof DEFS> = {
  'by-hand': (knobs) => new ByHand(knobs),
};
