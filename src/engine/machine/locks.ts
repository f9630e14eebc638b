import { REG_WAITED } from './registers.ts';

/**
 * Locks and other resources that one thread holds at a time, in virtual time. They are granted in the
 * order of the threads' clocks, because a chain touches a shared resource only when it is the earliest
 * (allocators/contract.ts); so a lock is no more than the time at which it is free again.
 */
export const LOCK_NAMES = ['map', 'central', 'heap'] as const;
export type LockName = (typeof LOCK_NAMES)[number];
export const LOCK: Readonly<Record<LockName, number>> = { map: 0, central: 1, heap: 2 };

/**
 * A thread spins for a lock this long before it sleeps, ns: about what going to sleep and being woken
 * costs (two switches of a core), as adaptive mutexes do.
 */
export const SPIN_NS = 4000;
/**
 * For the map lock a thread spins longer: while its holder runs, and while it is only held for reading,
 * as by an munmap that frees pages, up to 25 us (Linux, kernel/locking/rwsem.c: rwsem_optimistic_spin,
 * rwsem_rspin_threshold).
 */
export const MAP_SPIN_NS = 25_000;

export class Locks {
  /** When each lock is free again, ns. */
  readonly freeAt = new Float64Array(LOCK_NAMES.length);
  readonly acquired = new Float64Array(LOCK_NAMES.length);
  /** Acquisitions that had to wait, and for how long in all, ns. */
  readonly contended = new Float64Array(LOCK_NAMES.length);
  readonly waitedNs = new Float64Array(LOCK_NAMES.length);
  /** Chain whose thread had each lock last, as far as `handOver` was told. */
  private readonly lastBy = new Float64Array(LOCK_NAMES.length).fill(-1);
  /**
   * @param regs the machine's: REG_WAITED grows by waits that are long enough to sleep through
   * @param waits false under the shared schedule, where clocks run apart: costs only accumulate
   */
  constructor(
    private readonly regs: Float64Array,
    private readonly waits: boolean,
  ) {}

  /**
   * Takes a lock at `now` and holds it for `hold` ns. After a wait that the thread sleeps through, its
   * turn should end with the record under way, so that another can have its core.
   * @returns nanoseconds waited before it was granted
   */
  acquire(lock: number, now: number, hold: number): number {
    this.acquired[lock]++;
    if (!this.waits) return 0;
    const wait = Math.max(0, this.freeAt[lock] - now);
    if (wait > 0) {
      this.contended[lock]++;
      this.waitedNs[lock] += wait;
      if (wait > (lock === LOCK.map ? MAP_SPIN_NS : SPIN_NS)) this.regs[REG_WAITED] += wait;
    }
    this.freeAt[lock] = now + wait + hold;
    return wait;
  }

  /** Notes that a chain's thread takes the lock next. @returns whether its cache line must come from another's core */
  handOver(lock: number, chain: number): boolean {
    const before = this.lastBy[lock];
    this.lastBy[lock] = chain;
    return before >= 0 && before !== chain;
  }

  /** Whoever took the lock last holds it until then: how long a call takes is known when it is over. */
  holdUntil(lock: number, until: number): void {
    if (this.waits && until > this.freeAt[lock]) this.freeAt[lock] = until;
  }

  columns(): Float64Array[] {
    return [this.freeAt, this.acquired, this.contended, this.waitedNs, this.lastBy];
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
