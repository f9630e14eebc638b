/**
 * Locks and other resources that one thread holds at a time, in virtual time. They are granted in the
 * order of the threads' clocks, because a chain touches a shared resource only when it is the earliest
 * (allocators/contract.ts); so a lock is no more than the time at which it is free again.
 */
export const LOCK_NAMES = ['map', 'central', 'heap'] as const;
export type LockName = (typeof LOCK_NAMES)[number];
export const LOCK: Readonly<Record<LockName, number>> = { map: 0, central: 1, heap: 2 };

export class Locks {
  /** When each lock is free again, ns. */
  readonly freeAt = new Float64Array(LOCK_NAMES.length);
  readonly acquired = new Float64Array(LOCK_NAMES.length);
  /** Acquisitions that had to wait, and for how long in all, ns. */
  readonly contended = new Float64Array(LOCK_NAMES.length);
  readonly waitedNs = new Float64Array(LOCK_NAMES.length);
  /** Under the shared schedule clocks run apart: nobody waits there, costs only accumulate. */
  waits = true;

  /**
   * Takes a lock at `now` and holds it for `hold` ns.
   * @returns nanoseconds waited before it was granted
   */
  acquire(lock: number, now: number, hold: number): number {
    this.acquired[lock]++;
    if (!this.waits) return 0;
    const wait = Math.max(0, this.freeAt[lock] - now);
    if (wait > 0) {
      this.contended[lock]++;
      this.waitedNs[lock] += wait;
    }
    this.freeAt[lock] = now + wait + hold;
    return wait;
  }

  columns(): Float64Array[] {
    return [this.freeAt, this.acquired, this.contended, this.waitedNs];
  }
  snapshot(): Float64Array[] {
    return this.columns().map((column) => column.slice());
  }
  restore(saved: Float64Array[]): void {
    this.columns().forEach((column, i) => {
      column.set(saved[i]);
    });
  }
}
