import { sampleAt, type XAxis } from '../../draw/area.ts';
import { EV } from '../../engine/telemetry/events.ts';
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

/** What the charts of several lanes have in common: tops of their value axes, ends of their time axes. */
export class Axes {
  align: AlignBy = 'op';
  /** Operation of the first divergence, marked on every operation axis. */
  flag: number | undefined;
  /** Off: every lane scales its own axes. */
  shared = true;
  private readonly tops = new Map<string, Map<number, number>>();
  private readonly before = new Map<number, number>();
  private readonly after = new Map<number, number>();

  reset(): void {
    this.tops.clear();
    this.before.clear();
    this.after.clear();
  }
  /** The top that all lanes' charts of this label use, given one lane's own. */
  top(label: string, lane: number, own: number): number {
    const tops = this.tops.get(label) ?? new Map<number, number>();
    tops.set(lane, own);
    this.tops.set(label, tops);
    return this.shared ? Math.max(...tops.values()) : own;
  }
  /** First and last value of the horizontal axis, and its zero. */
  domain(lane: number, frame: FrameView): { from: number; to: number; origin: number } {
    const origin = originOf(frame, this.align);
    const last = frame.header[axisOf(this.align) === 'op' ? H.op : H.virtualNs];
    this.before.set(lane, origin);
    this.after.set(lane, last - origin);
    if (!this.shared) return { from: 0, to: Math.max(1, last), origin };
    return {
      from: origin - Math.max(...this.before.values()),
      to: origin + Math.max(1, ...this.after.values()),
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
