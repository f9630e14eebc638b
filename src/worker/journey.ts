import { type EventKind, setOfKinds } from '../engine/telemetry/events.ts';
import { type Arrival, reachOf } from './protocol.ts';
import type { Ticket } from './requests.ts';
import type { LaneRun, Sliced } from './slice.ts';

/** Where a journey goes. */
export type Destination =
  /** Ahead to an operation, or to the end; frames keep coming. */
  | { readonly to: 'ahead'; readonly op: number }
  /** An operation, in either direction; frames come when it is there. */
  | { readonly to: 'moment'; readonly op: number }
  /** Right after the next event of one of these kinds; back to where it began when there is none. */
  | { readonly to: 'next'; readonly kinds: readonly EventKind[] }
  /** Right after the latest event of one of these kinds before now; the same when there is none. */
  | { readonly to: 'previous'; readonly kinds: readonly EventKind[] };

/** What is done now. */
type Stage =
  /** To an operation; `from` is where it began. */
  | {
      readonly is: 'going';
      readonly from: number;
      readonly target: number;
      readonly unseen: boolean;
    }
  /** To the next event that is watched for. */
  | { readonly is: 'awaiting' }
  /** Through a stretch between keyframes, for the latest event up to its end. */
  | {
      readonly is: 'searching';
      readonly from: number;
      readonly end: number;
      /** Operation right after the latest event found in it, -1: none yet. */
      found: number;
    };

/** A journey begun no longer ago is not worth a word; in ms. */
const WORTH_TELLING_MS = 150;

/**
 * A run on its way. It is made in slices, and its owner makes them: `left` and `watch` say what the next
 * one may do, `after` hears what came of it. Between two slices the run stands at an operation like any
 * other, so that an abort needs no more than settling the ticket.
 */
export class Journey {
  /** What it looked for is not there: it goes, or went, back to where it began. */
  missed = false;
  private stage: Stage;
  /** Kinds of events that it looks for (setOfKinds). */
  private readonly kinds: number;
  /** Where to go back to; past its end when the run had ended. */
  private readonly origin: number;
  /** The latest operation that a search backwards looks at. */
  private readonly limit: number;

  /**
   * @param ticket the request that is answered when it is there
   * @param since wall clock, ms
   */
  constructor(
    private readonly run: LaneRun,
    destination: Destination,
    readonly ticket: Ticket<Arrival>,
    private readonly since: number,
  ) {
    const { sim, timeline } = run;
    this.origin = reachOf(sim);
    this.limit = sim.op - 1;
    this.kinds = 'kinds' in destination ? setOfKinds(destination.kinds) : 0;
    switch (destination.to) {
      case 'ahead':
        this.stage = { is: 'going', from: sim.op, target: destination.op, unseen: false };
        return;
      case 'moment': {
        const { op } = destination;
        // Ahead, a keyframe may be nearer than where the run stands; an ended run starts from one anyway.
        if (op < sim.op || sim.status !== 'running' || timeline.before(op).op > sim.op)
          timeline.rewind(sim, op);
        this.stage = { is: 'going', from: sim.op, target: op, unseen: true };
        return;
      }
      case 'next':
        this.stage = { is: 'awaiting' };
        return;
      case 'previous':
        this.stage = this.stretchTo(this.limit);
        return;
    }
  }

  /** No frames until it is there: half-way pictures would only flicker. */
  get unseen(): boolean {
    return this.stage.is === 'searching' || (this.stage.is === 'going' && this.stage.unseen);
  }

  /** Kinds of events that end the next slice (setOfKinds); 0: none. */
  get watch(): number {
    return this.stage.is === 'going' ? 0 : this.kinds;
  }

  /** Operations that the next slice may do. */
  get left(): number {
    const { stage } = this;
    if (stage.is === 'awaiting') return Infinity;
    return (stage.is === 'going' ? stage.target : stage.end) - this.run.sim.op;
  }

  /** How much of a long journey that nobody sees is done, 0 to 1; undefined: it is not worth telling. */
  share(now: number): number | undefined {
    const { stage } = this;
    if (now - this.since < WORTH_TELLING_MS) return undefined;
    switch (stage.is) {
      case 'going':
        return stage.unseen
          ? (this.run.sim.op - stage.from) / Math.max(1, stage.target - stage.from)
          : undefined;
      case 'awaiting':
        return undefined;
      case 'searching':
        // It goes from its limit back towards the start.
        return 1 - stage.from / Math.max(1, this.limit);
    }
  }

  /** A slice was made. @returns true when the run is there */
  after({ hit, left }: Sliced): boolean {
    const { stage } = this;
    const { sim } = this.run;
    const over = left <= 0 || sim.status !== 'running' || sim.awaitsHand;
    switch (stage.is) {
      case 'going':
        return over;
      case 'awaiting':
        if (!hit && over) this.goBack();
        return hit;
      case 'searching':
        if (hit) stage.found = this.run.sim.op;
        if (over) this.searched(stage.from, stage.found);
        return false;
    }
  }

  /** A stretch was looked through to its end: to its latest event, or through the one before it. */
  private searched(from: number, found: number): void {
    if (found >= 0) this.stage = this.wayTo(found);
    else if (from > 0) this.stage = this.stretchTo(from);
    else this.goBack();
  }

  private goBack(): void {
    this.missed = true;
    this.stage = this.wayTo(this.origin);
  }

  private wayTo(target: number): Stage {
    const { sim, timeline } = this.run;
    timeline.rewind(sim, target);
    return { is: 'going', from: sim.op, target, unseen: true };
  }

  /** The stretch from the latest keyframe before `end` to it; the run is brought to its beginning. */
  private stretchTo(end: number): Stage {
    const { sim, timeline } = this.run;
    timeline.rewind(sim, end - 1);
    return { is: 'searching', from: sim.op, end, found: -1 };
  }
}
