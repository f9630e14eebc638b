import { fail, ok, type Result } from '../base/result.ts';
import { Calls } from './calls.ts';
import { LINE, type LineReader, type TextReader, type TraceFormat } from './formats/format.ts';
import { formatOf } from './formats/index.ts';
import { Lines } from './lines.ts';
import type { Stretch } from './normaliser.ts';
import { binaryKind, textKind } from './refusals.ts';

/** Characters by which a format is told. */
const HEAD = 65_536;
/** Where so much text has no call, nothing more is expected: what was packed small may be endless. */
const MOST_TEXT_BETWEEN = 64 * 2 ** 20;

/** What the text of one file came to. */
export interface Contents {
  readonly format: TraceFormat;
  readonly calls: Calls;
  /** Lines that could not be read, and the first of them; 0: none. */
  readonly badLines: number;
  readonly firstBad: number;
  /** Reading stopped where there was nothing but other text for too long. */
  readonly givenUp: boolean;
}

/** Reads the bytes of one unpacked file: tells the format by how its text begins, and hands on line by line. */
export class ContentReader {
  private readonly calls: Calls;
  private decoder: TextDecoder | undefined;
  private head = '';
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private format: TraceFormat | undefined;
  private lineReader: LineReader | undefined;
  private textReader: TextReader | undefined;
  private refusal: string | undefined;
  private badLines = 0;
  private firstBad = 0;
  private sinceCall = 0;
  private givenUp = false;
  private readonly lines = new Lines(
    (line, number) => this.line(line, number),
    (number) => this.bad(number),
  );

  constructor(stretch: Stretch) {
    this.calls = new Calls(stretch);
  }

  /** @returns false: nothing more is needed */
  push(bytes: Uint8Array): boolean {
    if (this.decoder === undefined && !this.begin(bytes)) return this.refusal === undefined;
    const data = this.bytes.length > 0 ? this.bytes : bytes;
    this.bytes = new Uint8Array(0);
    this.text(this.decoder?.decode(data, { stream: true }) ?? '');
    return this.goesOn;
  }

  private get goesOn(): boolean {
    return this.refusal === undefined && !this.givenUp && !this.calls.full;
  }

  /** Looks at the first bytes. @returns false: there are too few as yet, or they are of something else */
  private begin(bytes: Uint8Array, isAll = false): boolean {
    const all = new Uint8Array(this.bytes.length + bytes.length);
    all.set(this.bytes);
    all.set(bytes, this.bytes.length);
    this.bytes = all;
    if (all.length < 512 && !isAll) return false;
    this.refusal = binaryKind(all);
    if (this.refusal !== undefined) return false;
    const isWide = all[0] === 0xff && all[1] === 0xfe;
    this.decoder = new TextDecoder(isWide ? 'utf-16le' : 'utf-8');
    return true;
  }

  private text(text: string): void {
    if (this.format === undefined) {
      this.head += text;
      if (this.head.length < HEAD) return;
      this.choose();
      return;
    }
    this.hand(text);
  }

  private choose(): void {
    const { head } = this;
    this.head = '';
    if (head.includes('\0')) {
      this.refusal = 'it is not text';
      return;
    }
    const format = formatOf(head);
    if (format === undefined) {
      this.refusal = textKind(head);
      return;
    }
    this.format = format;
    if (format.by === 'line') this.lineReader = format.reader(this.calls);
    else this.textReader = format.reader(this.calls);
    this.hand(head);
  }

  private hand(text: string): void {
    if (this.textReader !== undefined) {
      this.textReader.text(text);
      return;
    }
    this.sinceCall += text.length;
    this.lines.push(text);
    if (this.sinceCall > MOST_TEXT_BETWEEN) this.givenUp = true;
  }

  private line(line: string, number: number): void {
    const kind = this.lineReader?.line(line, number);
    if (kind === LINE.bad) this.bad(number);
    else if (kind === LINE.call) this.sinceCall = 0;
  }

  private bad(number: number): void {
    this.badLines++;
    if (this.firstBad === 0) this.firstBad = number;
  }

  /** The file is over. @param cut it is known to end before what it holds does */
  end(cut: boolean): Result<Contents> {
    if (
      this.decoder === undefined &&
      this.refusal === undefined &&
      this.begin(new Uint8Array(0), true)
    )
      this.push(new Uint8Array(0));
    if (this.refusal === undefined && this.format === undefined) {
      this.text(this.decoder?.decode() ?? '');
      if (this.format === undefined) this.choose();
    }
    if (this.refusal !== undefined) return fail('E_FILE', this.refusal);
    const { format, calls } = this;
    if (format === undefined) return fail('E_FILE', textKind(''));
    if (cut || this.givenUp) calls.cut = true;
    const wrong = this.finish();
    if (wrong !== undefined) return fail('E_FILE', wrong);
    return ok({
      format,
      calls,
      badLines: this.badLines,
      firstBad: this.firstBad,
      givenUp: this.givenUp,
    });
  }

  private finish(): string | undefined {
    const { calls, lineReader } = this;
    if (lineReader === undefined) return this.textReader?.end();
    const rest = this.lines.rest();
    if (rest !== '' && this.goesOn) {
      calls.lastLine();
      // What is no line because it is cut short is no bad line.
      if (lineReader.line(rest, this.lines.count + 1) === LINE.bad) calls.cut = true;
    }
    lineReader.end();
    for (const process of calls.processes.values()) if (process.cut) calls.cut = true;
    return undefined;
  }
}
