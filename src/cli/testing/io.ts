import { ok, type Result } from '../../base/result.ts';
import { type Command, decoded, type Io, noFile, perform } from '../io.ts';

export interface World {
  /** Files that there are, as text or bytes. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Names of devices and pipes. */
  readonly streams?: readonly string[];
  /** Why a file cannot be written. */
  readonly unwritable?: Readonly<Record<string, string>>;
  /** Called with what is printed. */
  onOut?(text: string): void;
}

export interface Done {
  readonly status: number;
  readonly out: string;
  readonly said: readonly string[];
  readonly written: ReadonlyMap<string, string>;
  /** What happened to the world, in order. */
  readonly log: readonly string[];
}

/** Bytes of a file that are read at a time. */
const PIECE = 1009;

/** Runs a command in a world of its own. */
export async function inWorld(
  command: Command,
  argv: readonly string[],
  world: World = {},
): Promise<Done> {
  const { files = {}, streams = [], unwritable = {} } = world;
  let out = '';
  const said: string[] = [];
  const log: string[] = [];
  const written = new Map<string, string>();
  const refusal = (path: string): Result<void> =>
    Object.hasOwn(unwritable, path)
      ? noFile(path, `it cannot be written: ${unwritable[path]}`)
      : ok(undefined);
  const io: Io = {
    out: (text) => {
      log.push('out');
      out += text;
      world.onOut?.(text);
    },
    say: (line) => said.push(line),
    read: (path, most) => {
      if (!Object.hasOwn(files, path))
        return noFile(path, 'it cannot be read: there is no such file or folder');
      const content = files[path];
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      return bytes.length > most
        ? noFile(path, `it is larger than ${most / 1e6} MB`)
        : decoded(path, bytes);
    },
    readBytes: (path, take) => {
      if (!Object.hasOwn(files, path))
        return noFile(path, 'it cannot be read: there is no such file or folder');
      const content = files[path];
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      // In pieces of which none ends with a line.
      for (let at = 0; at < bytes.length; at += PIECE)
        if (!take(bytes.slice(at, at + PIECE))) break;
      return ok(undefined);
    },
    tryWriting: (path) => {
      log.push(`try ${path}`);
      return refusal(path);
    },
    isStream: (path) => streams.includes(path),
    write: (path, text) => {
      log.push(`write ${path}`);
      written.set(path, (written.get(path) ?? '') + text);
      return refusal(path);
    },
    now: () => 0,
  };
  const status = await perform(command, argv, io);
  return { status, out, said, written, log };
}
