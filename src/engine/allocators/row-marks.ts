/**
 * Rows of the map that may say something else than when they were last read: a byte each, so that marking
 * one is a store and nothing else. They are no state of the run: no digest and no snapshot has them.
 *
 * A model that keeps them marks a row wherever it changes what `fillColumns` or `waitingIn` say of it; the
 * audit compares what is shown with all rows read anew, and so notices a mark that was forgotten.
 */
export class RowMarks {
  /** By row, 1: marked. A loop that holds it takes it anew after whatever may have made rows. */
  bytes = new Uint8Array(64);
  private words = new Int32Array(this.bytes.buffer);

  /** Makes room for rows below this. */
  reserve(rows: number): void {
    if (rows <= this.bytes.length) return;
    const wider = new Uint8Array(2 ** Math.ceil(Math.log2(rows)));
    wider.set(this.bytes);
    this.bytes = wider;
    this.words = new Int32Array(wider.buffer);
  }

  mark(row: number): void {
    this.bytes[row] = 1;
  }

  /** Marks all rows below this. */
  markAll(rows: number): void {
    this.bytes.fill(1, 0, rows);
  }

  /** First marked row from `row` on; `rows` when none below it is marked. */
  nextMarked(row: number, rows: number): number {
    const { bytes, words } = this;
    let at = row;
    while (at < rows && bytes[at] === 0) {
      // Most rows are unmarked: four at a time where that is possible.
      if ((at & 3) === 0 && words[at >>> 2] === 0) at += 4;
      else at++;
    }
    return Math.min(at, rows);
  }

  /** First row from `row` on that is not marked, at most `rows`. */
  nextUnmarked(row: number, rows: number): number {
    let at = row;
    while (at < rows && this.bytes[at] !== 0) at++;
    return at;
  }

  /** Takes all marks away. */
  clear(): void {
    this.bytes.fill(0);
  }
}
