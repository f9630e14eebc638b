import type { KnobId, KnobValues } from '../knobs/index.ts';
import type { Program } from './program.ts';

/** What the page, the command line and the run know of a program without building it. */
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
  /** Knobs that its stream depends on. With these equal, each chain's k-th operation is the same. */
  readonly knobs: readonly KnobId[];
  /** Chains of these knobs, main included; at most MAX_CHAINS. */
  chainsOf(knobs: KnobValues): number;
  /** @param knobs valid; the program keeps it and reads it again when a knob has changed */
  create(knobs: Readonly<KnobValues>): Program;
}
