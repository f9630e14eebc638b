import { type Merged, merged, type Settings } from '../knobs/kinds.ts';
import type { ProgramDef, ProgramDefs, ProgramFeature } from './definition.ts';
import { DEFS } from './listed/defs.ts';

/**
 * Every program of the folders in list.txt. Knobs, their words, options and links follow from this table.
 * No program's code is imported here: the page does import it. See create.ts for the code.
 */
export const PROGRAMS = DEFS satisfies ProgramDefs;

export type ProgramId = keyof typeof PROGRAMS;

export const PROGRAM_IDS = Object.keys(PROGRAMS) as ProgramId[];

/** A program's own knobs, for each: not reduced to the empty table that some have. */
type Tables = { readonly [Id in ProgramId]: (typeof PROGRAMS)[Id]['knobs'] };
type ProgramKnobs = Merged<Tables[ProgramId]>;

/** The programs' own knobs as one table. */
export const PROGRAM_KNOBS = merged(PROGRAM_IDS.map((id) => PROGRAMS[id].knobs)) as ProgramKnobs;

/** True when the text is the id of a program. */
export const isProgramId = (text: unknown): text is ProgramId =>
  typeof text === 'string' && Object.hasOwn(PROGRAMS, text);

/** The definition of a program. @throws when there is none of that name */
export function programDef(id: unknown): ProgramDef {
  if (!isProgramId(id)) throw new Error(`there is no program "${String(id)}"`);
  return PROGRAMS[id];
}

/** Chains of these knobs, main included. */
export const chainsOf = (knobs: Settings): number => programDef(knobs.workload).chainsOf(knobs);

/** Whether threads of the program end by themselves. */
export const livesEnd = (knobs: Settings): boolean => programDef(knobs.workload).livesEnd(knobs);

/** Whether a program has something to show. */
export const hasProgramFeature = (id: ProgramId, feature: ProgramFeature): boolean =>
  programDef(id).features?.includes(feature) ?? false;
