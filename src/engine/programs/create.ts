import type { KnobValues } from '../knobs/index.ts';
import type { ProgramId } from './index.ts';
import { CREATE as LISTED } from './listed/create.ts';
import type { Program } from './program.ts';

/**
 * Builds a program, not yet set up.
 * @param knobs valid, and no misfits; the program keeps them and reads them again when one has changed
 */
export type CreateProgram = (knobs: Readonly<KnobValues>) => Program;

/** What a folder of programs exports as CREATE: the code of each that its def.ts has. */
export type CreateFor<Defs> = Readonly<Record<keyof Defs, CreateProgram>>;

/** The code of every program. */
const CREATE: Readonly<Record<ProgramId, CreateProgram>> = LISTED;

/** Builds the program of these knobs, not yet set up. */
export const programOf: CreateProgram = (knobs) => CREATE[knobs.workload](knobs);
