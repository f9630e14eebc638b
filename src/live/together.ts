import { RUN_STATUS } from '../engine/telemetry/states.ts';
import { type FrameView, H } from '../worker/frame.ts';
import type { Lane } from './lane.ts';
import { invalidate } from './raf.ts';

/** Lanes on a journey need not come by one operation together: they are shown all the same after this long, ms. */
const HOLD_MS = 300;
/** Flat out, lanes meet about this often, ms. */
const MEET_MS = 40;
/** Meetings of paced play in a second. */
const MEETS_PER_S = 30;
/** Meetings never lie further apart than this for their cost, ms. */
const MOST_MS = 400;
/** What twice as many operations take more, as a part: below it the meeting itself dominates, ... */
const MEETING_COSTS = 0.4;
/** ... above it the operations do. */
const OPERATIONS_COST = 0.8;
const LEAST_STRIDE = 64;
const FIRST_STRIDE = 16_384;
const MOST_STRIDE = 400_000;

/** A lane goes on from what its frame shows. */
export const goesOn = ({ header }: FrameView): boolean =>
  RUN_STATUS[header[H.status]] === 'running' && header[H.awaitsHand] !== 1;

/**
 * Whether frames of several lanes may be compared: all that go on are at one operation, and those that have ended, or
 * wait, did so before it.
 */
export function standTogether(frames: readonly FrameView[]): boolean {
  const going = frames.filter(goesOn);
  const [first = undefined] = going;
  if (!first) return true;
  const op = first.header[H.op];
  return frames.every((frame) =>
    goesOn(frame) ? frame.header[H.op] === op : frame.header[H.op] <= op,
  );
}

/** Shows the frames of several lanes together: those of one operation, in one animation frame. */
export class Together {
  private since: number | undefined;

  /**
   * @param busy whether a lane is still on its way
   * @param meet whether they are certain to meet: they play
   */
  constructor(
    private readonly lanes: () => readonly Lane[],
    private readonly busy: () => boolean,
    private readonly meet: () => boolean,
  ) {}

  /** A frame has come that is not shown yet. */
  arrived(): void {
    if (this.agree()) this.show();
    else {
      this.since ??= performance.now();
      invalidate(this.look);
    }
  }

  private readonly look = (): void => {
    if (this.since === undefined) return;
    const late = !this.meet() && performance.now() - this.since > HOLD_MS;
    if (late || !this.busy() || this.agree()) this.show();
    else invalidate(this.look);
  };

  private agree(): boolean {
    const newest = this.lanes().map((lane) => lane.newest);
    return newest.every((frame) => frame !== undefined) && standTogether(newest);
  }

  private show(): void {
    this.since = undefined;
    for (const lane of this.lanes()) lane.show();
  }
}

/**
 * How far lanes that play run until they meet again. A meeting costs time of its own, however few operations lie before
 * it: for messages, and to paint all lanes. So every other stride is twice as long, and the two tell what operations
 * cost and what the meeting does.
 */
export class Stride {
  private ops = FIRST_STRIDE;
  private isLong = false;
  private metAt: number | undefined;
  /** How long the latest short stride took, ms. */
  private short: number | undefined;

  /** Operations to the next meeting, which is planned now. @param speed operations a second, or flat out */
  next(speed: number | 'max', now: number): number {
    if (speed !== 'max') return Math.max(1, Math.ceil(speed / MEETS_PER_S));
    if (this.metAt !== undefined) this.took(now - this.metAt);
    this.metAt = now;
    return this.isLong ? 2 * this.ops : this.ops;
  }

  private took(ms: number): void {
    if (!this.isLong) this.short = ms;
    else if (this.short !== undefined) {
      const more = (ms - this.short) / Math.max(1, this.short);
      // Twice the operations hardly took longer: it is the meetings that cost, so fewer of them.
      const meetings = more < MEETING_COSTS && ms < MOST_MS;
      if (ms < MEET_MS || meetings) this.ops = Math.min(MOST_STRIDE, 2 * this.ops);
      else if (ms > 2 * MEET_MS && (more > OPERATIONS_COST || ms > MOST_MS))
        this.ops = Math.max(LEAST_STRIDE, this.ops / 2);
    }
    this.isLong = !this.isLong;
  }

  /** The time until the next meeting is not to be learnt from: play was interrupted. */
  rest(): void {
    this.metAt = undefined;
    this.short = undefined;
    this.isLong = false;
  }
}
