import { HISTORY_CAPACITY, S, SERIES_COUNT } from './series.ts';

/** Series whose merged samples keep an extreme instead of the later value. */
const KEEP_MAX = [S.residentMax, S.superslabsMax, S.entriesMax];
const KEEP_MIN = [S.superslabsMin];

/**
 * Samples for charts, row-major: row i holds SERIES_COUNT values. When the table is full, each pair
 * of neighbours becomes one sample (the later values, extremes kept) and the interval doubles.
 */
export class History {
  readonly rows = new Float64Array(HISTORY_CAPACITY * SERIES_COUNT);
  length = 0;
  /** Operations between samples. */
  interval = 1;

  /** The next operation index at which a sample is due. */
  get nextOp(): number {
    return this.length * this.interval;
  }

  /** Appends one sample; `row` has SERIES_COUNT values. */
  push(row: Float64Array): void {
    if (this.length === HISTORY_CAPACITY) this.halve();
    this.rows.set(row, this.length * SERIES_COUNT);
    this.length++;
  }

  private halve(): void {
    const { rows } = this;
    const half = HISTORY_CAPACITY / 2;
    for (let i = 0; i < half; i++) {
      // Keep the earlier sample of each pair, so that samples stay at multiples of the interval.
      const first = 2 * i * SERIES_COUNT;
      const second = first + SERIES_COUNT;
      for (const column of KEEP_MAX)
        rows[first + column] = Math.max(rows[first + column], rows[second + column]);
      for (const column of KEEP_MIN)
        rows[first + column] = Math.min(rows[first + column], rows[second + column]);
      rows.copyWithin(i * SERIES_COUNT, first, second);
    }
    this.length = half;
    this.interval *= 2;
  }

  /** One value of sample `index`. */
  at(index: number, series: number): number {
    return this.rows[index * SERIES_COUNT + series];
  }

  snapshot(): { rows: Float64Array; interval: number } {
    return { rows: this.rows.slice(0, this.length * SERIES_COUNT), interval: this.interval };
  }

  restore(saved: { rows: Float64Array; interval: number }): void {
    this.rows.set(saved.rows);
    this.length = saved.rows.length / SERIES_COUNT;
    this.interval = saved.interval;
  }
}
