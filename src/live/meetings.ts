/** Flat out, lanes meet about this often, ms. */
const MEET_MS = 32;
/** Meetings of paced play in a second. */
const MEETS_PER_S = 30;
/** Meetings never lie further apart than this for their cost, ms. */
const MOST_MS = 250;
/** A part of the time that workers have: if they work less they mostly wait for the page, ... */
const WAITING = 0.7;
/** ... if they work more, hardly ever. */
const WORKING = 0.8;
const LEAST_STRIDE = 64;
const FIRST_STRIDE = 16_384;
const MOST_STRIDE = 2_000_000;
/**
 * Meetings that are planned ahead, flat out: while the page hears of one and paints it, lanes are on their way to the
 * next.
 */
const AHEAD = 2;

/**
 * How far lanes that move run until they meet again. A meeting costs time of its own, however few operations lie before
 * it: for messages, and to paint all lanes. Strides grow until workers work most of the time in spite of that, and for
 * no more than that, so that meetings are seen often.
 */
export class Stride {
  /** Operations. */
  length = FIRST_STRIDE;
  private last: { readonly at: number; readonly worked: number } | undefined;

  /**
   * All have met.
   * @param now ms
   * @param worked ms that they have worked so far, all together
   * @param workers that could have worked at once
   */
  met(now: number, worked: number, workers: number): void {
    const { last } = this;
    this.last = { at: now, worked };
    if (!last || worked < last.worked) return;
    const ms = now - last.at;
    const part = (worked - last.worked) / Math.max(1e-3, ms * workers);
    if (ms < MEET_MS || (part < WAITING && ms < MOST_MS))
      this.length = Math.min(MOST_STRIDE, 2 * this.length);
    else if (ms > 2 * MEET_MS && (part > WORKING || ms > MOST_MS))
      this.length = Math.max(LEAST_STRIDE, this.length / 2);
    else return;
    // The next meeting lies at the end of a stride that was planned before.
    this.last = undefined;
  }

  /** The time until the next meeting is not to be learnt from: the way there was interrupted. */
  rest(): void {
    this.last = undefined;
  }

  /** What was learnt is of another run. */
  forget(): void {
    this.rest();
    this.length = FIRST_STRIDE;
  }
}

/** A lane as it was seen last. */
export interface Seen {
  readonly op: number;
  /** Wall time that its run has been moved on for, ms. */
  readonly worked: number;
}

/**
 * Where several lanes that move meet: all come by the same operations, and none is further ahead of the slowest than
 * the meetings that are planned. Flat out, they take turns on the cores that the page does not need, and one more: so
 * that one works while the page hears of another.
 */
export class Meetings {
  private readonly stride = new Stride();
  /** Operations at which they meet next, in order. */
  private planned: number[] = [];
  /** By lane: the operation up to which it may go. */
  private granted: number[] = [];
  private speed: number | 'max' = 'max';
  private target = Infinity;

  /** @param workers lanes that work at once, flat out */
  constructor(private readonly workers: () => number) {}

  /**
   * The lanes begin to move.
   * @param speed operations a second, or flat out
   * @param target where they go; they play on without one
   */
  begin(speed: number | 'max', target = Infinity): void {
    this.speed = speed;
    this.target = target;
    this.planned = [];
    this.granted = [];
    this.stride.rest();
  }

  /** Another run begins. */
  forget(): void {
    this.stride.forget();
  }

  /**
   * Where each lane may go, and is to be shown on its way.
   * @param lanes undefined: it goes no further, and nobody waits for it
   * @param now ms
   */
  plan(lanes: readonly (Seen | undefined)[], now: number): readonly (readonly number[])[] {
    const going = lanes.filter((lane) => lane !== undefined);
    if (going.length === 0) return lanes.map(() => []);
    this.extend(going, now);
    if (this.speed !== 'max' || going.length <= this.workers()) this.grantAll(lanes);
    else this.grantTurns(lanes);
    return lanes.map((lane, i) => {
      if (lane === undefined) return [];
      return this.planned.filter((op) => op > lane.op && op <= this.granted[i]);
    });
  }

  /** Meetings that all have come to are over, others are planned. */
  private extend(going: readonly Seen[], now: number): void {
    const { planned, stride, target } = this;
    const least = Math.min(...going.map(({ op }) => op));
    const most = Math.max(...going.map(({ op }) => op));
    while (planned.length > 0 && planned[0] <= least) {
      planned.shift();
      const worked = going.reduce((sum, lane) => sum + lane.worked, 0);
      if (this.speed === 'max') stride.met(now, worked, Math.min(this.workers(), going.length));
    }
    // Where one is ahead of all that is planned, that is where they meet.
    if (most > (planned.at(-1) ?? least)) planned.push(most);
    const ahead = this.speed === 'max' ? AHEAD : 1;
    for (let last = planned.at(-1) ?? least; planned.length < ahead && last < target; ) {
      last = Math.min(target, last + this.length);
      planned.push(last);
    }
  }

  private get length(): number {
    const { speed, stride } = this;
    return speed === 'max' ? stride.length : Math.max(1, Math.ceil(speed / MEETS_PER_S));
  }

  private grantAll(lanes: readonly unknown[]): void {
    const last = this.planned.at(-1) ?? 0;
    this.granted = lanes.map(() => last);
  }

  /** Those furthest behind first, a stride each; who is on its way stays so. */
  private grantTurns(lanes: readonly (Seen | undefined)[]): void {
    const { planned } = this;
    const granted = lanes.map((_, i) => this.granted[i] ?? 0);
    this.granted = granted;
    const places = lanes.flatMap((lane, i) => (lane === undefined ? [] : [{ op: lane.op, i }]));
    // A worker that took another's place may stand before meetings that are over.
    const works = ({ op, i }: { op: number; i: number }): boolean =>
      planned.some((meeting) => meeting > op && meeting <= granted[i]);
    let free = this.workers() - places.filter(works).length;
    for (const { op, i } of places.filter((at) => !works(at)).sort((a, b) => a.op - b.op)) {
      const next = free > 0 ? planned.find((meeting) => meeting > op) : undefined;
      granted[i] = next ?? op;
      if (next !== undefined) free--;
    }
  }
}
