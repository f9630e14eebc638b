import type { KnobValues } from '../knobs/index.ts';
import { ByHand } from './hand/hand.ts';
import type { ProgramId } from './index.ts';
import { Larson } from './larson/larson.ts';
import { LarsonShared } from './larson/larson-shared.ts';
import { Mix } from './mix/mix.ts';
import { Mixed } from './mixed/mixed.ts';
import { Pair } from './pair/pair.ts';
import type { Program } from './program.ts';

/** The code of every program: the compiler finds one that is missing. */
const CREATE: Readonly<Record<ProgramId, (knobs: Readonly<KnobValues>) => Program>> = {
  larson: (knobs) => new Larson(knobs, { warmUpBy: 'main', succession: knobs.succession }),
  'larson-immortal': (knobs) => new Larson(knobs, { warmUpBy: 'owner', succession: false }),
  'larson-shared': (knobs) => new LarsonShared(knobs),
  pair: (knobs) => new Pair(knobs, 0),
  wakers: (knobs) => new Pair(knobs, knobs.wakers),
  'random-mixed': (knobs) => new Mixed(knobs, false),
  soak: (knobs) => new Mixed(knobs, true),
  mix: (knobs) => new Mix(knobs),
  'by-hand': (knobs) => new ByHand(knobs),
};

/**
 * Builds the program of these knobs, not yet set up.
 * @param knobs valid, and no misfits; the program keeps them and reads them again when one has changed
 */
export const programOf = (knobs: Readonly<KnobValues>): Program => CREATE[knobs.workload](knobs);
