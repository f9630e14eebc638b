import { Gunzip } from 'fflate';
import { fail, ok, type Result } from '../base/result.ts';
import { clip, visible } from '../base/text.ts';
import { ONE_PROCESS, processName } from './calls.ts';
import { ContentReader, type Contents } from './content.ts';
import type { Normaliser, Stretch } from './normaliser.ts';
import { MOST_ZIP_BYTES, membersOf, unpackMember } from './zip.ts';

export const WHOLE: Stretch = { skip: 0, take: Number.POSITIVE_INFINITY };

/** What of a file is to be read. */
export interface ReadOptions {
  readonly stretch: Stretch;
  /** Of several processes this one; undefined: the one that calls most. */
  readonly process?: number | undefined;
  /** Of several files in an archive this one; undefined: the largest that is a trace. */
  readonly member?: string | undefined;
}

/** A trace that was read. */
export interface ReadTrace extends Contents {
  readonly pid: number | undefined;
  readonly process: Normaliser;
  /** All processes, those that call most first. */
  readonly processes: readonly { readonly pid: number; readonly calls: number }[];
  /** Files of the archive, the largest first, and the one that was read; empty: it is no archive. */
  readonly members: readonly { readonly name: string; readonly bytes: number }[];
  readonly member: string | undefined;
}

/** Bytes unpacked at a time: they may become a thousand times as many. */
const PIECE = 16_384;
/** Files of an archive that are looked into, if none is asked for. */
const MOST_TRIES = 8;
const MOST_SHOWN = 5;
const SHOWN_NAME = 60;

type Kind = 'plain' | 'gzip' | 'zip';

const kindOf = (head: Uint8Array): Kind => {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const isZip = head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
  return isZip ? 'zip' : 'plain';
};

const listed = (names: readonly string[], what: string): string => {
  const shown = names.slice(0, MOST_SHOWN).join(', ');
  const more = names.length - MOST_SHOWN;
  return more > 0 ? `${shown} and ${more.toLocaleString('en-US')} more ${what}` : shown;
};
export const shownName = (name: string): string => visible(clip(name, SHOWN_NAME));

/**
 * Reads a recorded trace from its bytes, in whatever pieces they come: plain, gzip or zip, any format, told by what it holds and not
 * by its name. Memory is that of the events; the text is never held, of a zip the packed bytes are. Nothing in a file is a
 * fault: what is wrong with it is the result.
 */
export class TraceReader {
  private first: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private kind: Kind | undefined;
  private gunzip: Gunzip | undefined;
  private damaged = false;
  private goesOn = true;
  private readonly zipped: Uint8Array[] = [];
  private zipBytes = 0;
  private content: ContentReader;

  /** @param isMember it is a file of an archive: archives in it are not opened */
  constructor(
    private readonly options: ReadOptions,
    private readonly isMember = false,
  ) {
    this.content = new ContentReader(options.stretch);
  }

  /** @returns false: nothing more is needed */
  push(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return this.goesOn;
    let data = bytes;
    if (this.kind === undefined) {
      data = new Uint8Array(this.first.length + bytes.length);
      data.set(this.first);
      data.set(bytes, this.first.length);
      if (data.length < 4) {
        this.first = data as Uint8Array<ArrayBuffer>;
        return true;
      }
      this.begin(data);
    }
    switch (this.kind) {
      case 'zip':
        this.zipBytes += data.length;
        if (this.zipBytes > MOST_ZIP_BYTES) this.goesOn = false;
        // The bytes are the caller's and may be written again.
        else this.zipped.push(data.slice());
        break;
      case 'gzip':
        for (let at = 0; at < data.length && this.goesOn; at += PIECE)
          this.unzip(data.subarray(at, at + PIECE), false);
        break;
      default:
        this.goesOn = this.content.push(data);
    }
    return this.goesOn;
  }

  private begin(head: Uint8Array): void {
    this.first = new Uint8Array(0);
    this.kind = this.isMember && kindOf(head) === 'zip' ? 'plain' : kindOf(head);
    if (this.kind !== 'gzip') return;
    this.gunzip = new Gunzip((piece) => {
      if (this.goesOn && piece.length > 0) this.goesOn = this.content.push(piece);
    });
  }

  private unzip(bytes: Uint8Array, final: boolean): void {
    try {
      // It keeps what it is given.
      this.gunzip?.push(bytes.slice(), final);
    } catch {
      this.damaged = true;
      this.goesOn = false;
    }
  }

  /** The file is over. @returns the trace, or why it is none, as a clause: “it is …” */
  end(): Result<ReadTrace> {
    if (this.kind === undefined) {
      const { first } = this;
      this.begin(first);
      if (first.length > 0) this.content.push(first);
    }
    if (this.kind === 'zip') return this.fromZip();
    if (this.kind === 'gzip' && this.goesOn) this.unzip(new Uint8Array(0), true);
    const contents = this.content.end(this.damaged);
    return contents.ok ? this.chosen(contents.value) : contents;
  }

  private fromZip(): Result<ReadTrace> {
    const { options } = this;
    if (this.zipBytes > MOST_ZIP_BYTES)
      return fail('E_FILE', `it is a zip archive of more than ${MOST_ZIP_BYTES / 2 ** 20} MiB`);
    const bytes = new Uint8Array(this.zipBytes);
    let at = 0;
    for (const piece of this.zipped.splice(0)) {
      bytes.set(piece, at);
      at += piece.length;
    }
    const found = membersOf(bytes);
    if (!found.ok) return found;
    const members = found.value;
    const names = members.map(({ name }) => shownName(name));
    if (members.length === 0) return fail('E_FILE', 'it is a zip archive without files');
    const wanted = members.filter(({ name }) => name === options.member);
    if (options.member !== undefined && wanted.length === 0)
      return fail(
        'E_FILE',
        `it has no file ${shownName(options.member)}: it has ${listed(names, 'files')}`,
      );
    const tries = options.member === undefined ? members.slice(0, MOST_TRIES) : wanted.slice(0, 1);
    let first: Result<ReadTrace> | undefined;
    for (const member of tries) {
      const reader = new TraceReader(options, true);
      const unpacked = unpackMember(bytes, member, (piece) => reader.push(piece));
      if (unpacked.ok && !unpacked.value) reader.damaged = true;
      const read = unpacked.ok ? reader.end() : unpacked;
      if (read.ok)
        return ok({
          ...read.value,
          members: members.map(({ name, size }) => ({ name, bytes: size })),
          member: member.name,
        });
      first ??= fail(
        'E_FILE',
        `of the zip archive’s file ${shownName(member.name)}: ${read.error.message}`,
      );
    }
    return first ?? fail('E_FILE', 'it is a zip archive without files');
  }

  /** The process that is asked for, or the one that calls most. */
  private chosen(contents: Contents): Result<ReadTrace> {
    const { calls } = contents;
    if (this.options.member !== undefined && !this.isMember)
      return fail('E_FILE', 'it is no zip archive, so there is no --member in it');
    const processes = [...calls.processes]
      .map(([pid, process]) => ({ pid, calls: process.calls }))
      .sort((a, b) => b.calls - a.calls);
    const wanted = this.options.process;
    const one = wanted === undefined ? processes[0] : processes.find(({ pid }) => pid === wanted);
    if (processes.length === 0) return fail('E_FILE', 'no call in it can be read');
    const process = one === undefined ? undefined : calls.processes.get(one.pid);
    if (one === undefined || process === undefined) {
      const has =
        processes.length === 1 && processes[0].pid === ONE_PROCESS
          ? 'it names no processes'
          : `it has ${listed(
              processes.map(
                ({ pid, calls: many }) =>
                  `${processName(pid)} (${many.toLocaleString('en-US')} ${many === 1 ? 'call' : 'calls'})`,
              ),
              'processes',
            )}`;
      return fail('E_FILE', `it has no process ${wanted}: ${has}`);
    }
    const pid = one.pid === ONE_PROCESS ? undefined : one.pid;
    const { allocs, frees, unknown, failed, nullFrees, untracked, inPlace } = process.counts;
    if (allocs + frees + unknown + failed + nullFrees + untracked + inPlace === 0)
      return fail('E_FILE', 'no call in it can be read');
    return ok({ ...contents, pid, process, processes, members: [], member: undefined });
  }
}
