import { HISTORY_CAPACITY, S, SERIES_COUNT } from './series.ts';

/** Series whose merged samples keep an extreme instead of the later value. */
const KEEP_MAX = [S.residentMax, S.superslabsMax, S.entriesMax];
const KEEP_MIN = [S.superslabsMin];
/** Shortest spell without operations that gets a sample of its own, ns. */
const LEAST_QUIET_NS = 100_000;
/** Mean distances between samples after which one is taken although nothing ran. */
const QUIET_SAMPLES = 8;

/**
 * Samples for charts, row-major: row i holds SERIES_COUNT values. When the table is full, each pair
 * of neighbours becomes one sample (the earlier values, extremes kept) and the interval doubles.
 */
export class History {
  readonly rows = new Float64Array(HISTORY_CAPACITY * SERIES_COUNT);
  length = 0;
  /** Operations between samples. */
  interval = 1;
  /** The next operation index at which a sample is due. */
  nextOp = 0;
  /** The next virtual time at which one is due although no operation was done, ns. */
  nextNs = Infinity;

  /** Appends a sample that was due by its operation; `row` has SERIES_COUNT values. */
  push(row: Float64Array): void {
    this.append(row);
    this.nextOp = (Math.floor(row[S.op] / this.interval) + 1) * this.interval;
  }

  /** Appends a sample that was due by its time alone. */
  pushQuiet(row: Float64Array): void {
    this.append(row);
    this.nextOp = Math.max(this.nextOp, Math.ceil(row[S.op] / this.interval) * this.interval);
    if (this.nextOp <= row[S.op]) this.nextOp += this.interval;
  }

  private append(row: Float64Array): void {
    if (this.length === HISTORY_CAPACITY) this.halve();
    const { rows } = this;
    const at = this.length * SERIES_COUNT;
    // Sixty values: a call of `set` takes longer than the loop.
    for (let i = 0; i < SERIES_COUNT; i++) rows[at + i] = row[i];
    this.length++;
    // A spell is quiet when it lasts as long as several samples did on average so far.
    const spacing = row[S.ns] / this.length;
    this.nextNs = row[S.ns] + Math.max(LEAST_QUIET_NS, QUIET_SAMPLES * spacing);
  }

  private halve(): void {
    const { rows } = this;
    const half = HISTORY_CAPACITY / 2;
    for (let i = 0; i < half; i++) {
      // The earlier sample of each pair is kept, with the extremes of both.
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
    this.nextOp = Math.ceil(this.nextOp / this.interval) * this.interval;
  }

  /** One value of sample `index`. */
  at(index: number, series: number): number {
    return this.rows[index * SERIES_COUNT + series];
  }

  snapshot() {
    return {
      rows: this.rows.slice(0, this.length * SERIES_COUNT),
      interval: this.interval,
      nextOp: this.nextOp,
      nextNs: this.nextNs,
    };
  }

  restore(saved: ReturnType<History['snapshot']>): void {
    this.rows.set(saved.rows);
    this.length = saved.rows.length / SERIES_COUNT;
    this.interval = saved.interval;
    this.nextOp = saved.nextOp;
    this.nextNs = saved.nextNs;
  }
}
