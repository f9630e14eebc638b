import { fail, ok, type Result } from '../base/result.ts';
import { visible } from '../base/text.ts';

/** Exit status of every command. */
export const STATUS = {
  /** What was asked for was done, whatever it came to. */
  done: 0,
  /** A fault of ours: an invariant does not hold, or the program threw. */
  ourFault: 1,
  /** What was asked for cannot be meant, read or written. */
  badInput: 2,
} as const;

/** What a command needs of the world, so that it runs in a test as it does in a shell. */
export interface Io {
  /** Writes to standard output, all of it. @throws OutputEnded when nobody takes it */
  out(text: string): void;
  /** One line to standard error; what would act on a terminal is written out. Never throws. */
  say(line: string): void;
  /** Text of a file, `-` is standard input; of what is longer than `most` bytes no more is read. */
  read(path: string, most: number): Result<string>;
  /**
   * Bytes of a file in pieces, `-` is standard input, until its end or until `take` returns false. A piece is `take`'s only
   * until it returns.
   */
  readBytes(path: string, take: (bytes: Uint8Array) => boolean): Result<void>;
  /** Whether a file can be written, found out without leaving anything behind. */
  tryWriting(path: string): Result<void>;
  /** Whether a path names a device, a pipe or a socket: whatever is written there goes on from there. */
  isStream(path: string): boolean;
  /** Writes a file. @throws OutputEnded when a pipe that it names is closed */
  write(path: string, text: string): Result<void>;
  /** Wall clock, ms. */
  now(): number;
}

/** Standard output takes no more. */
export class OutputEnded extends Error {
  /** @param why in a sentence; undefined: whoever reads has seen enough, which is no fault */
  constructor(readonly why: string | undefined) {
    super(why ?? 'nobody reads on');
  }
}

/** What was asked for cannot be done, found out in the middle of it. */
export class BadInput extends Error {}

/** A command: says what it was given to say and returns its exit status. */
export type Command = (argv: readonly string[], io: Io) => number | Promise<number>;

/** Runs a command to its exit status, whatever happens. */
export async function perform(command: Command, argv: readonly string[], io: Io): Promise<number> {
  try {
    return await command(argv, io);
  } catch (error) {
    if (error instanceof OutputEnded) {
      if (error.why === undefined) return STATUS.done;
      io.say(error.why);
      return STATUS.badInput;
    }
    if (error instanceof BadInput) return refuse(io, error.message);
    io.say('This is a fault of Slabscope’s, not yours:');
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const line of text.split('\n')) io.say(line);
    return STATUS.ourFault;
  }
}

/** Says why something cannot be done. @returns the exit status for it */
export function refuse(io: Io, message: string): number {
  io.say(message);
  return STATUS.badInput;
}

const SHOWN = 60;

/** A path in a message: its end, which tells most. */
export function shownPath(path: string): string {
  const shown = visible(path);
  return shown.length > SHOWN ? `…${shown.slice(1 - SHOWN)}` : shown;
}

/** Why a file could not be opened, read or written, by the code of the system's error. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder',
  EACCES: 'that is not allowed',
  EPERM: 'that is not allowed',
  EROFS: 'nothing can be written there',
  ENOSPC: 'no space is left there',
  EDQUOT: 'no space is left there',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links go round in a circle',
  EMFILE: 'too many files are open',
  ENXIO: 'nobody is at its other end',
};

/** Why the system refused, in words. */
export function reasonOf(error: unknown): string {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? 'the system refuses';
}

/** A file that cannot be used, in one sentence. */
export const noFile = (path: string, why: string): Result<never> =>
  fail('E_FILE', `${path === '-' ? 'Standard input' : shownPath(path)}: ${why}.`);

/** Text of bytes as editors write it: UTF-8, or UTF-16 behind its mark. The mark is no part of the text. */
export function decoded(path: string, bytes: Uint8Array): Result<string> {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : undefined;
  try {
    return ok(new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(bytes));
  } catch {
    return noFile(path, 'it is not text');
  }
}
