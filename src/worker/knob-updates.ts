import type { KnobId, KnobValue } from '../engine/knobs/index.ts';
import { Deferred } from './link.ts';

export interface KnobChange {
  readonly knob: KnobId;
  readonly value: KnobValue;
}

/**
 * Turned knobs on their way to a worker. At most one update is in flight; later ones merge, the last value
 * of a knob wins, and whoever turned one is told the operation at which its change applied.
 */
export class KnobUpdates {
  private inFlight = false;
  private readonly queue = new Map<KnobId, KnobValue>();
  private waiters: Deferred<{ op: number }>[] = [];

  constructor(private readonly send: (changes: readonly KnobChange[]) => Promise<{ op: number }>) {}

  /** Changes that wait for the one in flight. */
  get waiting(): number {
    return this.waiters.length;
  }

  turn(knob: KnobId, value: KnobValue): Promise<{ op: number }> {
    const waiter = new Deferred<{ op: number }>(undefined);
    this.queue.set(knob, value);
    this.waiters.push(waiter);
    if (!this.inFlight) void this.flush();
    return waiter.promise;
  }

  /** The run they were meant for is gone. The update in flight is its request's matter. */
  rejectAll(error: Error): void {
    this.queue.clear();
    for (const waiter of this.waiters.splice(0)) waiter.reject(error);
  }

  private async flush(): Promise<void> {
    this.inFlight = true;
    while (this.waiters.length > 0) {
      const changes = [...this.queue].map(([knob, value]) => ({ knob, value }));
      const waiters = this.waiters;
      this.queue.clear();
      this.waiters = [];
      try {
        const reply = await this.send(changes);
        for (const waiter of waiters) waiter.resolve(reply);
      } catch (error) {
        const why = error instanceof Error ? error : new Error(String(error));
        for (const waiter of waiters) waiter.reject(why);
      }
    }
    this.inFlight = false;
  }
}
