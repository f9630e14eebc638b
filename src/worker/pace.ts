import type { Speed } from './protocol.ts';

/** A slow page or a sleeping tab never makes the run catch up more than this, ms. */
const MAX_CATCH_UP_MS = 100;
/** A run may begin with operations as dear as a walk through all blocks. */
const FIRST_CHUNK = 1;
const MAX_CHUNK = 1 << 20;
/** Speed is averaged over at least this long, ms. */
const MEASURE_MS = 250;

/** How much a worker may simulate before it looks at the clock, and how fast it was. Results never depend on it. */
export class Pace {
  /** Operations between two looks at the clock. */
  chunk = FIRST_CHUNK;
  /** Operations a second, lately. */
  measured = 0;
  /** Wall time that was spent on the run so far, ms. */
  workedMs = 0;
  private speed: Speed = 'max';
  /** Fraction of an operation owed by slow play. */
  private owed = 0;
  private last = 0;
  private since = 0;
  private ops = 0;

  /** @param sliceMs how long one slice may take, ms */
  constructor(
    private readonly now: () => number,
    private readonly sliceMs: number,
  ) {}

  /** Another run begins. */
  reset(): void {
    this.chunk = FIRST_CHUNK;
    this.measured = 0;
    this.workedMs = 0;
  }

  /** Play begins at this speed. */
  start(speed: Speed): void {
    this.speed = speed;
    this.owed = 0;
    this.last = this.now();
    this.measureFromHere();
  }

  /** Nothing could be done until now, and nothing is owed for it. */
  wait(now: number): void {
    this.last = now;
  }

  /** Operations that play may do now. */
  allowance(now: number): number {
    if (this.speed === 'max') return Infinity;
    const elapsed = Math.min(now - this.last, MAX_CATCH_UP_MS);
    this.last = now;
    this.owed += (elapsed * this.speed) / 1000;
    // What a slice cannot do is dropped, not owed: the simulator is slower than the wish.
    const whole = Math.floor(this.owed);
    this.owed -= whole;
    return whole;
  }

  /** So much was done, of so much wished for. Chunks grow while cheap; one that took too long is followed by one that should not. */
  did(ops: number, want: number, spentMs: number): void {
    this.ops += ops;
    this.workedMs += spentMs;
    const half = this.sliceMs / 2;
    if (spentMs > half)
      this.chunk = Math.max(1, Math.min(this.chunk, Math.floor((want * half) / spentMs)));
    else if (want === this.chunk && spentMs < half / 4)
      this.chunk = Math.min(MAX_CHUNK, this.chunk * 2);
  }

  measureFromHere(): void {
    this.since = this.now();
    this.ops = 0;
  }

  measure(): void {
    const elapsed = this.now() - this.since;
    if (elapsed < MEASURE_MS) return;
    this.measured = (this.ops * 1000) / elapsed;
    this.measureFromHere();
  }
}
