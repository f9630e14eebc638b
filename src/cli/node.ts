import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { ok, type Result } from '../base/result.ts';
import { visible } from '../base/text.ts';
import { type Command, decoded, type Io, noFile, OutputEnded, perform, reasonOf } from './io.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const CHUNK = 65_536;
/** Pause before a pipe that is full, or empty for now, is tried again, ms. */
const AGAIN_MS = 2;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Does a call again for as long as the other end of a pipe is not ready. */
function patiently<Value>(call: () => Value): Value {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, AGAIN_MS);
    }
  }
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += patiently(() => writeSync(fd, bytes, at));
}

/** Nobody at the other end of a pipe. */
const isBroken = (error: unknown): boolean => ['EPIPE', 'ECONNRESET'].includes(codeOf(error));

/** Everything up to the end, but no more than `most` bytes and one: enough to see that there is more. */
function readUpTo(fd: number, most: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= most) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, most + 1 - length));
    const read = patiently(() => readSync(fd, chunk));
    if (read === 0) break;
    length += read;
    chunks.push(chunk.subarray(0, read));
  }
  return Buffer.concat(chunks);
}

function read(path: string, most: number): Result<string> {
  let fd = STDIN;
  try {
    if (path !== '-') fd = openSync(path, 'r');
    const tooLong = `it is larger than ${(most / 1e6).toLocaleString('en-US')} MB`;
    const stat = fstatSync(fd);
    if (stat.isFile() && stat.size > most) return noFile(path, tooLong);
    const bytes = readUpTo(fd, most);
    if (bytes.length > most) return noFile(path, tooLong);
    return decoded(path, bytes);
  } catch (error) {
    return noFile(path, `it cannot be read: ${reasonOf(error)}`);
  } finally {
    if (fd !== STDIN) closeSync(fd);
  }
}

function readBytes(path: string, take: (bytes: Uint8Array) => boolean): Result<void> {
  let fd = STDIN;
  const chunk = new Uint8Array(CHUNK);
  try {
    if (path !== '-') fd = openSync(path, 'r');
    for (;;) {
      const read = patiently(() => readSync(fd, chunk));
      if (read === 0 || !take(chunk.subarray(0, read))) return ok(undefined);
    }
  } catch (error) {
    // What the system refuses has a code; anything else is a fault of ours.
    if (codeOf(error) === '') throw error;
    return noFile(path, `it cannot be read: ${reasonOf(error)}`);
  } finally {
    if (fd !== STDIN) closeSync(fd);
  }
}

function isStream(path: string): boolean {
  try {
    const stat = statSync(path);
    return !stat.isFile() && !stat.isDirectory();
  } catch {
    return false;
  }
}

function tryWriting(path: string): Result<void> {
  try {
    if (isStream(path)) accessSync(path, constants.W_OK);
    else {
      const isNew = !existsSync(path);
      closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT));
      // A link to nowhere stays; what it led to goes again.
      if (isNew) unlinkSync(realpathSync(path));
    }
    return ok(undefined);
  } catch (error) {
    return noFile(path, `it cannot be written: ${reasonOf(error)}`);
  }
}

function write(path: string, text: string): Result<void> {
  try {
    writeFileSync(path, text);
    return ok(undefined);
  } catch (error) {
    if (isBroken(error)) throw new OutputEnded(undefined);
    return noFile(path, `it cannot be written: ${reasonOf(error)}`);
  }
}

/** Standard streams, files and the clock of this process. */
const NODE_IO: Io = {
  out(text) {
    try {
      writeAll(STDOUT, text);
    } catch (error) {
      if (isBroken(error)) throw new OutputEnded(undefined);
      throw new OutputEnded(`Standard output cannot be written: ${reasonOf(error)}.`);
    }
  },
  say(line) {
    try {
      writeAll(STDERR, `${visible(line)}\n`);
    } catch {
      // Nobody is left to tell.
    }
  },
  read,
  readBytes,
  tryWriting,
  isStream,
  write,
  now: () => performance.now(),
};

/** Runs a command as this process: its arguments, its streams, its exit status. */
export async function runCommand(command: Command): Promise<void> {
  process.exitCode = await perform(command, process.argv.slice(2), NODE_IO);
}
