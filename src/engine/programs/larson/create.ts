import type { CreateFor } from '../create.ts';
import type { DEFS } from './def.ts';
import { Larson } from './larson.ts';
import { LarsonShared } from './larson-shared.ts';

export const CREATE: CreateFor<typeof DEFS> = {
  larson: (knobs) => new Larson(knobs, { warmUpBy: 'main', succession: knobs.succession }),
  'larson-immortal': (knobs) => new Larson(knobs, { warmUpBy: 'owner', succession: false }),
  'larson-shared': (knobs) => new LarsonShared(knobs),
};
