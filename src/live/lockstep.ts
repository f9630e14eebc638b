import type { EventKind } from '../engine/telemetry/events.ts';
import type { Config } from '../worker/client.ts';
import { H } from '../worker/frame.ts';
import type { Speed } from '../worker/protocol.ts';
import type { Lane } from './lane.ts';
import { Meetings } from './meetings.ts';
import { goesOn, Together } from './together.ts';

/** Where the page itself is: a hidden tab pauses what plays. */
export interface Tab {
  readonly hidden: boolean;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
}
const pageTab = (): Tab | undefined => (typeof document === 'undefined' ? undefined : document);

/** Lanes that work at once, flat out: as the page leaves cores, and one that works while the page hears of another. */
const workers = (): number => Math.max(2, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1);

/**
 * One to four lanes on the same operation stream. Several that go ahead, because they play or to come to a place, meet
 * again and again at one operation, and are shown as they were there; they stand at equal operation counts whenever they stand still. The latest
 * command counts: what an earlier one had still to do is dropped.
 */
export class Lockstep {
  readonly lanes: Lane[] = [];
  private playing: Speed | undefined;
  /** Counts commands. */
  private latest = 0;
  /** Commands that are not done. */
  private under = 0;
  /** The operation that the latest command brings the lanes to, while it does. */
  private heading: number | undefined;
  /** What a play or a pause that is under way comes to. */
  private wanted: boolean | undefined;
  /** Nothing is under way in which lanes would meet. */
  private apart = false;
  /** A run is being opened, to be played. */
  private opening = false;
  /** What to go on with when the tab is back, unless another command came in between. */
  private resume: { readonly speed: Speed; readonly after: number } | undefined;
  private readonly meetings: Meetings;
  private readonly together = new Together(
    () => this.lanes,
    () => this.busy,
  );
  /** The tab was hidden while playing (true) or is back (false). */
  onAutoPause: (paused: boolean) => void = () => {};
  /** All that was commanded is done: whether the lanes got where they were sent shows in where they are. */
  onDone: () => void = () => {};
  /** A command that nobody waits for has failed. */
  onFault: (error: unknown) => void = () => {};

  constructor(
    private readonly makeLane: () => Lane,
    private readonly tab = pageTab(),
    cores = workers,
  ) {
    this.meetings = new Meetings(cores);
    this.resize(1);
    tab?.addEventListener('visibilitychange', this.onVisibility);
  }

  /** Makes or ends lanes until there are `count`. */
  resize(count: number): void {
    while (this.lanes.length > count) this.lanes.pop()?.dispose();
    while (this.lanes.length < count) {
      const lane = this.makeLane();
      lane.onProgress = () => {
        if (this.lanes.length < 2) return;
        this.together.arrived();
        if (!this.apart) this.regrant();
      };
      this.lanes.push(lane);
    }
    for (const lane of this.lanes) {
      lane.holds = this.lanes.length > 1;
      if (!lane.holds) lane.show();
    }
  }

  get busy(): boolean {
    return this.under > 0 || this.lanes.some((lane) => lane.busy);
  }
  /** A command is being carried out. */
  get isCommanded(): boolean {
    return this.under > 0;
  }
  /** True while some lane can still run. */
  get running(): boolean {
    return this.lanes.some(({ runs }) => runs);
  }

  /**
   * Where the run stands, or is going as to a moment: at the furthest lane, since a pause brings all there that can
   * still run. One that has ended, or waits for the user's hand, stays behind.
   */
  get op(): number {
    return this.heading ?? Math.max(0, ...this.lanes.map(({ op }) => op));
  }
  /** The operation to ask for to stand here again. */
  get reach(): number {
    return this.heading ?? Math.max(0, ...this.lanes.map(({ reach }) => reach));
  }

  /** The lanes are on their way to a moment, as opposed to going on from where they are. */
  get isGoing(): boolean {
    return this.heading !== undefined || this.lanes.some(({ isGoing }) => isGoing);
  }

  /**
   * Opens a run in each lane; what was wanted of the run before is over.
   * @param speed to play at once they are open, unless another command came before; undefined: they stand
   */
  open(configs: readonly Config[], speed?: Speed): Promise<void> {
    return this.command(async (isLatest) => {
      this.playing = speed;
      this.opening = speed !== undefined;
      const opened = configs.map((config, i) => this.lanes[i].open(config));
      this.meetings.forget();
      this.goTo(configs[0]?.startAt ?? 0);
      await Promise.all(opened);
      if (!isLatest()) return;
      this.opening = false;
      if (speed !== undefined && this.running) await this.start(speed);
    });
  }

  /** Plays from where the lanes stand, or as soon as they are where they were sent. */
  play(speed: Speed): Promise<void> {
    const going = this.isGoing;
    return this.command(async (isLatest) => {
      this.playing = speed;
      this.wanted = true;
      if (going) await Promise.all(this.lanes.map((lane) => lane.arrived()));
      if (isLatest()) await this.start(speed);
    });
  }

  /**
   * Whether the lanes play, as was last asked for: what they have told of themselves is older than a play or a pause that
   * is under way. One that is being opened will.
   */
  get plays(): boolean {
    return this.wanted ?? (this.opening || this.lanes.some(({ plays }) => plays));
  }

  /** Stops all lanes at the operation of the one that is furthest. */
  pause(): Promise<void> {
    return this.command((isLatest) => {
      this.wanted = false;
      return this.halt(isLatest);
    });
  }

  /** So many operations ahead, or back, of where the run stands or was sent. */
  stepOps(ops: number): Promise<void> {
    const from = this.heading;
    return this.command(async (isLatest) => {
      if (from === undefined) {
        if (this.moves) await this.halt(isLatest);
        if (!isLatest()) return;
      }
      const ahead = from === undefined && ops >= 0;
      await this.bring(Math.max(0, (from ?? this.op) + ops), ahead, isLatest);
    });
  }

  /** Runs the given lane to the next event; the others follow. @returns false when there is none */
  stepEvent(kinds: readonly EventKind[], lead: number): Promise<boolean> {
    return this.find(lead, (lane) => lane.stepEvent(kinds));
  }

  /** The given lane back to its latest event of these kinds; the others follow. @returns false when there is none */
  previousEvent(kinds: readonly EventKind[], lead: number): Promise<boolean> {
    return this.find(lead, (lane) => lane.previousEvent(kinds));
  }

  /** All lanes ahead to an operation, or to their ends, seen on the way. */
  runTo(op: number): Promise<void> {
    return this.command(async (isLatest) => {
      this.goTo(op);
      await Promise.all(this.lanes.map((lane) => lane.runTo(op)));
      await this.level(isLatest);
    });
  }

  /** All lanes to an operation, in either direction. */
  seek(op: number, coarse = false): Promise<void> {
    return this.command(async (isLatest) => {
      if (coarse) await Promise.all(this.lanes.map((lane) => lane.seek(Math.max(0, op), true)));
      else await this.bring(Math.max(0, op), false, isLatest);
    });
  }

  /** Has a lane that was given up tried again; all lanes stand at one operation then. */
  revive(): Promise<void> {
    return this.command((isLatest) => this.halt(isLatest));
  }

  /** Runs a command: from now on it is the latest. @param work is told whether it still is */
  private async command<T>(work: (isLatest: () => boolean) => Promise<T>): Promise<T> {
    const mine = ++this.latest;
    this.playing = undefined;
    this.wanted = undefined;
    this.opening = false;
    this.heading = undefined;
    this.under++;
    try {
      return await work(() => this.latest === mine);
    } finally {
      this.under--;
      if (this.latest === mine) {
        this.heading = undefined;
        this.wanted = undefined;
        if (this.playing === undefined) this.release();
      }
      if (this.under === 0) this.onDone();
    }
  }

  /** Nobody meets anybody: a lane that dies now comes back to where it stood by itself. */
  private release(): void {
    this.apart = true;
    for (const lane of this.lanes) lane.grant(undefined);
  }

  private async start(speed: Speed): Promise<void> {
    this.playing = speed;
    this.apart = false;
    this.meetings.begin(speed);
    this.regrant();
    await Promise.all(this.lanes.map((lane) => lane.play(speed)));
  }

  /**
   * Brings all lanes to an operation. What several lanes have come by already, if they have been further, is gone through
   * as each can; beyond that they go in common strides.
   * @param ahead it lies ahead of all of them
   */
  private async bring(op: number, ahead: boolean, isLatest: () => boolean): Promise<void> {
    this.heading = op;
    const { lanes } = this;
    if (!ahead) {
      const here = Math.max(0, ...lanes.map((lane) => lane.op));
      const known = Math.min(...lanes.map(({ runs, horizon }) => (runs ? horizon : Infinity)));
      const first = lanes.length === 1 || op <= here ? op : Math.min(op, Math.max(here, known));
      // From keyframes, unseen; whose run is over begins anew.
      if (first > here || op <= here) await Promise.all(lanes.map((lane) => lane.seek(first)));
      if (!isLatest() || first === op) return;
    }
    this.goTo(op);
    await Promise.all(lanes.map((lane) => lane.runTo(op)));
  }

  /** All lanes are about to go ahead to an operation, in common strides. */
  private goTo(op: number): void {
    this.apart = false;
    this.meetings.begin('max', op);
    this.regrant();
  }

  /** Stops all lanes where the furthest is. */
  private async halt(isLatest: () => boolean): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.pause()));
    await this.level(isLatest);
  }

  /** One lane looks for something from where all stand, and all go where it was found. */
  private find(lead: number, look: (lane: Lane) => Promise<boolean>): Promise<boolean> {
    return this.command(async (isLatest) => {
      if (this.moves) await this.halt(isLatest);
      const lane = this.lanes[lead];
      // Whom a newer command stopped has nothing to say.
      if (!isLatest() || !lane) return true;
      const found = await look(lane);
      if (!isLatest()) return true;
      if (!found || this.lanes.length === 1) return found;
      const { reach } = lane;
      this.heading = reach;
      await Promise.all(
        this.lanes.map((other) => (other === lane ? undefined : other.seek(reach))),
      );
      return true;
    });
  }

  /** Lanes that still run and are behind go where the furthest is, until all that still run stand there. */
  private async level(isLatest: () => boolean): Promise<void> {
    if (this.lanes.length === 1) return;
    let before = '';
    while (isLatest()) {
      await Promise.all(this.lanes.map((lane) => lane.arrived()));
      // One that ran ahead to its end is not come back from: the others go beyond it, where a link shows it ended.
      const op = this.reach;
      const behind = this.lanes.filter(
        (lane) => lane.runs && !lane.isGivenUp && !awaitsHand(lane) && lane.op < op,
      );
      const now = behind.map((lane) => `${this.lanes.indexOf(lane)}:${lane.op}`).join();
      // One that gets nowhere is not waited for.
      if (!isLatest() || now === before) return;
      before = now;
      this.goTo(op);
      await Promise.all(behind.map((lane) => lane.runTo(op)));
    }
  }

  private get moves(): boolean {
    return this.lanes.some(({ hub, plays }) => plays || hub.summary === undefined);
  }

  /** Lets every lane run to where all meet next. */
  private regrant(): void {
    const { lanes } = this;
    if (lanes.length === 1) {
      lanes[0].grant(undefined);
      return;
    }
    // A frame that shows the end comes before word of it.
    const seen = lanes.map(({ newest, isGivenUp }) => {
      if (isGivenUp || (newest !== undefined && !goesOn(newest))) return undefined;
      const { [H.op]: op = 0, [H.workedMs]: worked = 0 } = newest?.header ?? [];
      return { op, worked };
    });
    this.meetings.plan(seen, performance.now()).forEach((points, lane) => {
      lanes[lane].grant(points);
    });
  }

  private readonly onVisibility = (): void => {
    const hidden = this.tab?.hidden === true;
    if (hidden && this.playing !== undefined && this.running) {
      const speed = this.playing;
      this.pause().catch(this.onFault);
      this.resume = { speed, after: this.latest };
      this.onAutoPause(true);
    } else if (!hidden && this.resume !== undefined) {
      const { speed, after } = this.resume;
      this.resume = undefined;
      if (after !== this.latest) return;
      this.play(speed).catch(this.onFault);
      this.onAutoPause(false);
    }
  };
}

/** A lane that waits for the user's hand goes no further: nobody waits for it. */
const awaitsHand = ({ newest }: Lane): boolean => newest?.header[H.awaitsHand] === 1;
