import { sampleAt, type XAxis } from '../../draw/area.ts';
import { EV } from '../../engine/telemetry/events.ts';
import type { LaneHub } from '../../live/hub.ts';
import type { AlignBy } from '../../state/store.ts';
import { type FrameView, H } from '../../worker/frame.ts';

const ADOPTED = [EV.pageAdopted, EV.superslabAdopted] as const;

/** Where a lane's horizontal axis has its zero, in operations or ns; 0 when the moment has not come. */
export function originOf(frame: FrameView, align: AlignBy): number {
  switch (align) {
    case 'op':
    case 'ns':
      return 0;
    case 'adoption': {
      const first = Math.min(...ADOPTED.map((kind) => orInfinity(frame.firsts[kind])));
      return first === Infinity ? 0 : first;
    }
    case 'oom':
      return Number.isNaN(frame.firsts[EV.oom]) ? 0 : frame.firsts[EV.oom];
  }
}
const orInfinity = (value: number): number => (Number.isNaN(value) ? Infinity : value);

/** The horizontal axis that an alignment draws. */
export const axisOf = (align: AlignBy): XAxis => (align === 'ns' ? 'ns' : 'op');

/** A little above a value: scales that lanes share stand still while values grow a little. */
function roundTop(own: number): number {
  if (!(own > 0)) return own;
  const unit = 2 ** Math.floor(Math.log2(own));
  return Math.ceil((own / unit) * 8) * (unit / 8);
}

/** What the charts of several lanes have in common: tops of their value axes, ends of their time axes. */
export class Axes {
  align: AlignBy = 'op';
  /** Operation of the first divergence, marked on every operation axis. */
  flag: number | undefined;
  /** Off: every lane scales its own axes. */
  shared = true;
  private readonly tops = new Map<string, Map<number, number>>();

  /** @param lanes the hubs of all lanes, those that the axes are common to */
  constructor(private readonly lanes: () => readonly Pick<LaneHub, 'latest' | 'redraw'>[]) {}

  reset(): void {
    this.tops.clear();
  }
  /** The newest frames of all lanes. */
  get frames(): FrameView[] {
    return this.lanes().flatMap(({ latest }) => latest ?? []);
  }
  /**
   * The top that all lanes' charts of this label use, given one lane's own. A lane that raises or lowers it has the
   * others drawn again: whatever came last, all stand at the same scale.
   */
  top(label: string, lane: number, own: number): number {
    if (!this.shared) return own;
    const tops = this.tops.get(label) ?? new Map<number, number>();
    this.tops.set(label, tops);
    const before = Math.max(0, ...tops.values());
    tops.set(lane, roundTop(own));
    const now = Math.max(...tops.values());
    if (now !== before) for (const hub of this.lanes()) hub.redraw();
    return now;
  }
  /** First and last value of the horizontal axis, and its zero. */
  domain(frame: FrameView): { from: number; to: number; origin: number } {
    const at = H[axisOf(this.align) === 'op' ? 'op' : 'virtualNs'];
    const origin = originOf(frame, this.align);
    if (!this.shared) return { from: 0, to: Math.max(1, frame.header[at]), origin };
    const all = this.frames.map((other) => ({
      before: originOf(other, this.align),
      last: other.header[at],
    }));
    return {
      from: origin - Math.max(...all.map(({ before }) => before)),
      to: origin + Math.max(1, ...all.map(({ before, last }) => last - before)),
      origin,
    };
  }
}

/** Value of a series at an operation: the latest sample not after it. */
export function valueAt(
  frame: FrameView,
  op: number,
  series: Parameters<typeof sampleAt>[2],
): number {
  const { samples } = frame.shape;
  if (samples === 0) return 0;
  // The last sample at or before the operation; quiet spells have samples of their own.
  let low = 0;
  let high = samples - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sampleAt(frame, middle, 'op') <= op) low = middle;
    else high = middle - 1;
  }
  return sampleAt(frame, low, series);
}
