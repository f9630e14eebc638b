import { RUN_STATUS } from '../engine/telemetry/states.ts';
import { type FrameView, H } from '../worker/frame.ts';
import type { Lane } from './lane.ts';
import { invalidate } from './raf.ts';

/** A lane goes on from what its frame shows. */
export const goesOn = ({ header }: FrameView): boolean =>
  RUN_STATUS[header[H.status]] === 'running' && header[H.awaitsHand] !== 1;

/** A lane that goes on comes before one that waits for the user's hand, and that before one that has ended. */
const liveness = (frame: FrameView): number =>
  goesOn(frame) ? 2 : RUN_STATUS[frame.header[H.status]] === 'running' ? 1 : 0;

/**
 * The lane that shows where a run of several lanes stands: of those that go on the furthest, and among equals the given one.
 * A lane that has ended says nothing of a run whose others go on.
 * @param frames the newest of each lane; undefined: none yet
 * @returns its index; undefined: no lane has a frame
 */
export function leadOf(
  frames: readonly (FrameView | undefined)[],
  given: number,
): number | undefined {
  const known = frames.flatMap((frame, lane) => (frame ? [{ frame, lane }] : []));
  known.sort(
    (a, b) =>
      liveness(b.frame) - liveness(a.frame) ||
      b.frame.header[H.op] - a.frame.header[H.op] ||
      Number(b.lane === given) - Number(a.lane === given) ||
      a.lane - b.lane,
  );
  return known[0]?.lane;
}

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

/**
 * Of each lane a frame, so that they may be compared: the latest that all have come to.
 * @param lanes frames of each, oldest first
 * @returns undefined: there are none
 */
export function latestTogether(
  lanes: readonly (readonly FrameView[])[],
): readonly FrameView[] | undefined {
  const newest = lanes.flatMap((frames) => frames.slice(-1));
  if (newest.length < lanes.length) return undefined;
  const op = Math.min(...newest.filter(goesOn).map(({ header }) => header[H.op]));
  const there = lanes.map((frames) => frames.findLast(({ header }) => header[H.op] <= op));
  const found = there.filter((frame) => frame !== undefined);
  return found.length === lanes.length && standTogether(found) ? found : undefined;
}

/** Shows the frames of several lanes together: those of one operation, in one animation frame. */
export class Together {
  private looks = false;

  /** @param busy whether a lane is still on its way */
  constructor(
    private readonly lanes: () => readonly Lane[],
    private readonly busy: () => boolean,
  ) {}

  /** A frame has come that is not shown yet. */
  arrived(): void {
    if (this.show() || this.looks) return;
    this.looks = true;
    invalidate(this.look);
  }

  private readonly look = (): void => {
    this.looks = false;
    if (this.show()) return;
    // Who stands somewhere else and is not on its way, stands there.
    if (!this.busy()) for (const lane of this.lanes()) lane.show();
    else this.arrived();
  };

  /** @returns false: there is nothing to compare yet */
  private show(): boolean {
    const there = this.lanes().filter(({ isGivenUp }) => !isGivenUp);
    const frames = latestTogether(there.map((lane) => lane.frames));
    if (!frames) return false;
    there.forEach((lane, i) => {
      lane.show(frames[i]);
    });
    return true;
  }
}
