import { count } from '../../draw/format.ts';
import { goesOn, standTogether } from '../../live/together.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { verdictOf } from '../lane/header.tsx';

/** Which of several lanes the comparison may set against each other. */
export interface Compared {
  /** Of each lane, whether its values are compared. */
  readonly lanes: readonly boolean[];
  /** The lane that the others' differences are from; undefined: none are compared. */
  readonly from: number | undefined;
  /** All lanes are at one operation, and in one state. */
  readonly alike: boolean;
}

/**
 * Lanes are compared at one operation, the furthest: a run that ended before it has less of everything because it did less.
 * Of lanes on their way to one operation nothing is compared, and one lane alone has nobody to be compared with.
 */
export function comparedOf(frames: readonly FrameView[]): Compared {
  const op = Math.max(...frames.map(({ header }) => header[H.op]));
  const there = frames.map(({ header }) => header[H.op] === op);
  const some = standTogether(frames) && there.filter(Boolean).length > 1;
  const lanes = there.map((is) => some && is);
  const [first] = frames;
  return {
    lanes,
    from: some ? lanes.indexOf(true) : undefined,
    alike: frames.every(
      (frame) =>
        frame.header[H.op] === op &&
        frame.header[H.status] === first.header[H.status] &&
        goesOn(frame) === goesOn(first),
    ),
  };
}

/** Which lanes are compared, where not all are: empty where they are. @param letters of the lanes */
export function comparedText({ lanes, from }: Compared, letters: ArrayLike<string>): string {
  if (from === undefined) return 'not compared: apart';
  if (lanes.every(Boolean)) return '';
  const others = lanes.flatMap((is, i) => (is && i !== from ? letters[i] : []));
  return `compared: ${others.join(', ')} with ${letters[from]}`;
}

/** Where one lane of those stands: "paused, op 9,580,000". */
export const standsAt = (frame: FrameView): string =>
  `${verdictOf(frame).text}, op ${count(frame.header[H.op])}`;

/**
 * Why what two lanes did is not subtracted; undefined: they are at one operation.
 * @param letters of the lanes
 */
export function apartText(
  frames: readonly [FrameView, FrameView],
  letters: readonly [string, string],
): string | undefined {
  const [a, b] = frames;
  if (a.header[H.op] === b.header[H.op]) return undefined;
  return `Numbers of events are not compared: ${letters[0]} is at another operation than ${letters[1]} (${letters
    .map((letter, i) => `${letter}: ${standsAt(frames[i])}`)
    .join('; ')}).`;
}
