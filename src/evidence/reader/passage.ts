/** A sentence or a table of ours, where it stands, and what it says that it rests on. */
export interface Passage {
  /** File, and for texts of code the place in its data: `src/lessons/list.ts, dead-owner, step 2`. */
  readonly file: string;
  /** Line from 1, where it is known. */
  readonly line?: number;
  readonly text: string;
  readonly rests: readonly string[];
  /** Numbers that are settings of what it stands beside. */
  readonly settings?: readonly number[];
  /** Cells by rows, of a table; the first row is its head. */
  readonly table?: readonly (readonly string[])[];
}

export const placeOf = ({ file, line }: Passage): string =>
  line === undefined ? file : `${file}:${line}`;
