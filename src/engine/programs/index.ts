import type { KnobValues } from '../knobs/index.ts';
import type { ProgramDef } from './definition.ts';
import { larsonDef, larsonImmortalDef } from './larson.ts';
import { pairDef, wakersDef } from './pair.ts';
import type { Program } from './program.ts';

/** Every program there is. A new one is its file and a line here. */
export const PROGRAMS = {
  larson: larsonDef,
  'larson-immortal': larsonImmortalDef,
  pair: pairDef,
  wakers: wakersDef,
} as const satisfies Record<string, ProgramDef>;

export type ProgramId = keyof typeof PROGRAMS;

/** True when the text is the id of a program. */
export const isProgramId = (text: string): text is ProgramId => Object.hasOwn(PROGRAMS, text);

/** The definition of a program. @throws when there is none of that name */
export function programDef(id: string): ProgramDef {
  if (!isProgramId(id)) throw new Error(`there is no program "${id}"`);
  return PROGRAMS[id];
}

/** Builds the program of these knobs, not yet set up. It keeps the knobs. */
export const programOf = (knobs: Readonly<KnobValues>): Program =>
  programDef(knobs.workload).create(knobs);

/** Chains of these knobs, main included. */
export const chainsOf = (knobs: KnobValues): number => programDef(knobs.workload).chainsOf(knobs);
