/** A line that is longer is no line of a trace; it is counted and left out. */
export const MOST_LINE = 16_384;

/** Cuts text into lines, whatever pieces it comes in. */
export class Lines {
  /** Lines so far. */
  count = 0;
  private carry = '';
  private tooLong = false;

  /**
   * @param take told of each line, without its end
   * @param overlong told of each line that is too long to be one
   */
  constructor(
    private readonly take: (line: string, number: number) => void,
    private readonly overlong: (number: number) => void,
  ) {}

  push(text: string): void {
    let from = 0;
    for (;;) {
      const end = text.indexOf('\n', from);
      if (end < 0) break;
      this.finish(
        this.carry.length > 0 ? this.carry + text.slice(from, end) : text.slice(from, end),
      );
      from = end + 1;
    }
    if (this.tooLong) return;
    this.carry += from === 0 ? text : text.slice(from);
    if (this.carry.length <= MOST_LINE) return;
    this.carry = '';
    this.tooLong = true;
  }

  private finish(text: string): void {
    this.count++;
    this.carry = '';
    const tooLong = this.tooLong || text.length > MOST_LINE;
    this.tooLong = false;
    if (tooLong) this.overlong(this.count);
    else this.take(text.endsWith('\r') ? text.slice(0, -1) : text, this.count);
  }

  /** The rest, which has no end. @returns '' when the last line has one */
  rest(): string {
    if (this.tooLong) this.overlong(this.count + 1);
    return this.tooLong ? '' : this.carry;
  }
}
