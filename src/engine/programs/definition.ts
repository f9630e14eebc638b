import type { KnobTable, Settings } from '../knobs/kinds.ts';
import type { PROGRAM_SHARED_KNOBS } from './shared.ts';

/** A knob that no program owns and each that reads it names. */
export type ProgramSharedKnobId = keyof typeof PROGRAM_SHARED_KNOBS;

/** What a program can do that a view may show. A view asks for a feature, never for a program's name. */
export type ProgramFeature =
  /** The user's hand makes its calls; without one its threads wait. */
  | 'hand'
  /** It is what D3 measured with two working sets. */
  | 'workingSets';

/** Settings that a program cannot run with, though each knob by itself is in its range. */
export interface Misfit {
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** The knob whose default mends it. */
  readonly knob: string;
}

/** What a folder of programs exports as DEFS: each under its name in recipes and links. */
export type ProgramDefs = Readonly<Record<string, ProgramDef>>;

/**
 * What there is to know of a program without its code. Data: the page, the command line and the table of
 * knobs import it; the folder's create.ts has the code.
 */
export interface ProgramDef {
  /** Its name in recipes and links; the same as its key in the list of programs. */
  readonly id: string;
  readonly label: string;
  /** What its threads do, in one to three sentences. */
  readonly help: string;
  /** What one operation is, as a noun phrase. */
  readonly operation: string;
  /** What it leaves out of that which it stands for, a sentence each. */
  readonly leavesOut: readonly string[];
  readonly features?: readonly ProgramFeature[];
  /** Its own knobs. With these and the shared ones equal, its threads ask for the same. */
  readonly knobs: KnobTable;
  /** Knobs of shared.ts that it reads. */
  readonly sharedKnobs: readonly ProgramSharedKnobId[];
  /** Chains of these knobs, main included; at most MAX_CHAINS. */
  chainsOf(knobs: Settings): number;
  /** Whether threads end by themselves. */
  livesEnd(knobs: Settings): boolean;
  /** What is wrong with these knobs taken together, if anything. */
  misfit?(knobs: Settings): Misfit | undefined;
}
