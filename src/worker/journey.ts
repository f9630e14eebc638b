import type { EventKind } from '../engine/telemetry/events.ts';
import { type Arrival, reachOf, type Summary } from './protocol.ts';
import type { Ticket } from './requests.ts';
import type { LaneRun, Lookout, Sliced, Stretch } from './slice.ts';

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
      /** Where in it the latest event is that was found so far. */
      found: Stretch | undefined;
    }
  /** An operation at a time through a stretch in which there is one, to right after the first or the last. */
  | {
      readonly is: 'narrowing';
      readonly stretch: Stretch;
      readonly want: 'first' | 'last';
      /** Right after the latest that was found in it, -1: none yet. */
      found: number;
    };

/** Operations after which a search looks whether it has come upon something. */
const LOOK_EVERY = 512;

/** A journey begun no longer ago is not worth a word; in ms. */
const WORTH_TELLING_MS = 150;

/**
 * A run on its way. It is made in slices, and its owner makes them: `left` and `lookout` say what the next
 * one may do, `after` hears what came of it. Between two slices the run stands at an operation like any
 * other, so that an abort needs no more than settling the ticket.
 */
export class Journey {
  /** What it looked for is not there: it goes, or went, back to where it began. */
  missed = false;
  private stage: Stage;
  /** Kinds of events that it looks for. */
  private readonly kinds: readonly EventKind[];
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
    this.kinds = 'kinds' in destination ? destination.kinds : [];
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
    const { stage } = this;
    if (stage.is === 'going') return stage.unseen;
    return stage.is !== 'awaiting';
  }

  /** What the next slice looks out for, if anything. */
  get lookout(): Lookout | undefined {
    const { stage, kinds } = this;
    if (stage.is === 'going') return undefined;
    if (stage.is !== 'narrowing') return { kinds, every: LOOK_EVERY };
    return this.run.sim.op < stage.stretch.from ? undefined : { kinds, every: 1 };
  }

  /** Operations that the next slice may do. */
  get left(): number {
    return this.target - this.run.sim.op;
  }

  /** Where the present stage ends at the latest. */
  private get target(): number {
    const { stage } = this;
    const { op } = this.run.sim;
    if (stage.is === 'going') return stage.target;
    if (stage.is === 'awaiting') return Infinity;
    if (stage.is === 'searching') return stage.end;
    const { from, to } = stage.stretch;
    if (op < from) return from;
    // The operation that ends a run is not counted: it takes one more to come upon that.
    return op < to ? to : op + 1;
  }

  /** It goes ahead in company: where other lanes wait it waits, too. */
  get meets(): boolean {
    return this.stage.is === 'going' && !this.stage.unseen;
  }

  /** How much of a long journey that nobody sees is done; undefined: it is not worth telling. */
  share(now: number): Summary['journey'] {
    const { stage } = this;
    if (now - this.since < WORTH_TELLING_MS) return undefined;
    switch (stage.is) {
      case 'going':
        return stage.unseen
          ? (this.run.sim.op - stage.from) / Math.max(1, stage.target - stage.from)
          : undefined;
      case 'awaiting':
      case 'narrowing':
        return 'looking';
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
        if (hit) this.narrow(hit, 'first');
        else if (over) this.goBack();
        return false;
      case 'searching':
        if (hit) stage.found = hit;
        if (over) this.searched(stage.from, stage.found);
        return false;
      case 'narrowing':
        if (hit) stage.found = sim.op;
        if (hit && stage.want === 'first') return true;
        if (sim.op < stage.stretch.to || stage.found < 0) return false;
        if (stage.found === sim.op) return true;
        this.stage = this.wayTo(stage.found);
        return false;
    }
  }

  /** A stretch was looked through to its end: to its latest event, or through the one before it. */
  private searched(from: number, found: Stretch | undefined): void {
    if (found) this.narrow(found, 'last');
    else if (from > 0) this.stage = this.stretchTo(from);
    else this.goBack();
  }

  /** There is one in this stretch: the run goes back to its beginning, then through it step by step. */
  private narrow(stretch: Stretch, want: 'first' | 'last'): void {
    const { sim, timeline } = this.run;
    timeline.rewind(sim, stretch.from);
    this.stage = { is: 'narrowing', stretch, want, found: -1 };
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
    return { is: 'searching', from: sim.op, end, found: undefined };
  }
}
