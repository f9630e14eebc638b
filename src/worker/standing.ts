import type { OpIndex } from '../base/units.ts';
import type { RunStatus } from '../engine/telemetry/states.ts';
import type { Deferred } from './link.ts';
import { type CallName, type Calls, reachOf } from './protocol.ts';

/** Restarts without progress before a run is given up. */
const MAX_RESTARTS = 3;
/** Deaths further apart than this have nothing to do with each other, ms. */
const TOGETHER_MS = 60_000;

/** Where a command takes the run: an operation, or somewhere that only the worker knows. */
export type Heading = number | 'unknown';

/** Where a request takes the run; undefined: nowhere, it is a question. */
export function headingOf<N extends CallName>(name: N, arg: Calls[N][0]): Heading | undefined;
export function headingOf(name: CallName, arg: Calls[CallName][0]): Heading | undefined {
  switch (name) {
    case 'configure':
      return (arg as Calls['configure'][0]).startAt;
    case 'runTo':
      return (arg as Calls['runTo'][0]).op;
    case 'seek':
      return (arg as Calls['seek'][0]).op;
    case 'play':
    case 'pause':
    case 'step':
    case 'previousEvent':
      return 'unknown';
    default:
      return undefined;
  }
}

/** A request that is not settled. */
export interface Pending {
  readonly id: number;
  readonly name: CallName;
  readonly arg: unknown;
  readonly deferred: Deferred<unknown>;
  readonly heading: Heading | undefined;
  /** Where the run stood when it was made, as an operation to ask for. */
  readonly origin: number;
  /** Workers that were lost with it. */
  losses: number;
}

/**
 * The operation from which a request that was lost with its worker can be made again.
 * @param last the latest request that takes the run somewhere
 * @param seen where the run was last seen to stand
 */
export function baseOf(last: Pending | undefined, seen: number): number {
  if (!last) return seen;
  const { name, heading, origin } = last;
  if (typeof heading === 'number') return name === 'runTo' ? Math.max(heading, seen) : heading;
  // A pause, or play, is made where the run was last seen; a search from where it began.
  return name === 'pause' || name === 'play' ? seen : origin;
}

/**
 * Where a run stands as far as the page has heard, and how often its worker was replaced: what is needed
 * to bring another worker there. It belongs to one run and goes with it.
 */
export class Standing {
  /** The latest operation that was heard of. */
  op = 0;
  /** The operation to ask for to stand there again. */
  reach: number;
  private restarts = 0;
  private restartOp = -1;
  private restartedAt = -Infinity;

  /** @param startAt where the run is to be brought first */
  constructor(startAt: number) {
    this.reach = startAt;
  }

  heard(op: OpIndex, status: RunStatus): void {
    this.op = op;
    this.reach = reachOf({ op, status });
    if (op > this.restartOp) this.restarts = 0;
  }

  /**
   * Its worker is of no more use.
   * @param now wall clock, ms
   * @returns true when that happened too often without the run getting any further
   */
  lostWorker(now: number): boolean {
    if (now - this.restartedAt > TOGETHER_MS) this.restarts = 0;
    this.restartedAt = now;
    this.restartOp = this.op;
    return ++this.restarts > MAX_RESTARTS;
  }

  /** Somebody wants it tried again. */
  forgive(): void {
    this.restarts = 0;
  }
}
