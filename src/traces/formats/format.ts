import type { Calls } from '../calls.ts';

/** What a line was: a call or other news of the program; nothing of interest; or nothing that the format has. */
export const LINE = { call: 0, other: 1, bad: 2 } as const;
export type LineKind = (typeof LINE)[keyof typeof LINE];

/** Reads the lines of one file. */
export interface LineReader {
  /** @param line without its end, blanks around it included @param number from 1 */
  line(line: string, number: number): LineKind;
  /** The file is over. */
  end(): void;
}

/** Reads the text of one file that does not go by lines. */
export interface TextReader {
  text(text: string): void;
  /** @returns what is wrong with all of it, a clause; undefined: nothing */
  end(): string | undefined;
}

interface AnyFormat {
  /** Its published name. */
  readonly name: string;
  /** Whether it says which thread made a call. */
  readonly threads: boolean;
  /** What it leaves open beside that, a sentence each. */
  readonly lacks: readonly string[];
}

export interface LineFormat extends AnyFormat {
  readonly by: 'line';
  /** Whether a line is one of this format and of no other. */
  looks(line: string): boolean;
  reader(calls: Calls): LineReader;
}

export interface TextFormat extends AnyFormat {
  readonly by: 'text';
  /** Whether a text that begins so is of this format. */
  begins(head: string): boolean;
  reader(calls: Calls): TextReader;
}

export type TraceFormat = LineFormat | TextFormat;

/** log2 of an alignment, rounded up; 0 for what is none. */
export const log2 = (align: number): number =>
  align > 1 && align < 2 ** 48 ? Math.ceil(Math.log2(align)) : 0;

/** A whole number in decimal digits. @returns NaN: it is none */
export const decimal = (text: string): number =>
  /^\d{1,20}$/.test(text) ? Number(text) : Number.NaN;
