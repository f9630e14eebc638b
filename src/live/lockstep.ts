import type { EventKind } from '../engine/telemetry/events.ts';
import { H } from '../worker/frame.ts';
import { reachOf, type Speed } from '../worker/protocol.ts';
import type { Lane } from './lane.ts';

/** Operations that a lane may be ahead of the slowest one, flat out. */
const AHEAD = 400_000;
/** The same when there are more lanes than cores to spare: shorter turns. */
const TURN = 120_000;
/** Paced play: lanes stay within this part of a second of each other. */
const AHEAD_S = 0.1;

/**
 * One to four lanes on the same operation stream. They run freely within a small distance of each
 * other (grants), and stand at equal operation counts whenever they stand still.
 */
export class Lockstep {
  readonly lanes: Lane[] = [];
  private speed: Speed = 'max';
  private playing: Speed | undefined;
  private hiddenWhilePlaying: Speed | undefined;
  /** The tab was hidden while playing (true) or is back (false). */
  onAutoPause: (paused: boolean) => void = () => {};

  constructor(private readonly makeLane: () => Lane) {
    this.resize(1);
    if (typeof document !== 'undefined')
      document.addEventListener('visibilitychange', this.onVisibility);
  }

  /** Makes or ends lanes until there are `count`. */
  resize(count: number): void {
    while (this.lanes.length > count) this.lanes.pop()?.dispose();
    while (this.lanes.length < count) {
      const lane = this.makeLane();
      lane.onProgress = () => this.regrant();
      this.lanes.push(lane);
    }
  }

  get busy(): boolean {
    return this.lanes.some((lane) => lane.busy);
  }
  /** True while some lane can still run. */
  get running(): boolean {
    return this.lanes.some((lane) => lane.hub.summary?.status === 'running');
  }

  /** Where the run stands: a lane that has ended stays behind those that go on. */
  get op(): number {
    return this.running ? this.furthest() : Math.max(0, ...this.lanes.map(opOf));
  }
  /** The operation to ask for to stand here again. */
  get reach(): number {
    return this.running ? this.op : Math.max(0, ...this.lanes.map(reachIn));
  }

  async play(speed: Speed): Promise<void> {
    this.speed = speed;
    this.playing = speed;
    this.regrant();
    await Promise.all(this.lanes.map((lane) => lane.play(speed)));
  }

  /** Stops all lanes at the operation of the one that is furthest. */
  async pause(): Promise<void> {
    this.playing = undefined;
    await Promise.all(this.lanes.map((lane) => lane.pause()));
    await this.align();
  }

  async stepOps(ops: number): Promise<void> {
    if (this.lanes.length === 1) return void (await this.lanes[0].stepOps(ops));
    await this.runTo(this.furthest() + ops);
  }

  /** Runs the given lane to the next event; the others follow. @returns false when there is none */
  async stepEvent(kinds: readonly EventKind[], lead: number): Promise<boolean> {
    this.playing = undefined;
    const found = (await this.lanes[lead]?.stepEvent(kinds)) === true;
    await this.align();
    return found;
  }

  async runTo(op: number): Promise<void> {
    this.playing = undefined;
    await Promise.all(this.lanes.map((lane) => lane.runTo(op)));
  }

  /** All lanes to an operation, in either direction. */
  async seek(op: number, coarse = false): Promise<void> {
    this.playing = undefined;
    await Promise.all(this.lanes.map((lane) => lane.seek(Math.max(0, op), coarse)));
  }

  /** The given lane back to its latest event of these kinds; the others follow. @returns false when there is none */
  async previousEvent(kinds: readonly EventKind[], lead: number): Promise<boolean> {
    this.playing = undefined;
    const found = (await this.lanes[lead]?.previousEvent(kinds)) === true;
    if (!found) return false;
    const op = opOf(this.lanes[lead]);
    await Promise.all(this.lanes.map((lane, i) => (i === lead ? undefined : lane.seek(op))));
    return true;
  }

  private async align(): Promise<void> {
    if (this.lanes.length === 1) return;
    const op = this.furthest();
    await Promise.all(
      this.lanes
        .filter((lane) => lane.hub.summary?.status === 'running' && opOf(lane) < op)
        .map((lane) => lane.runTo(op)),
    );
  }

  private furthest(): number {
    const running = this.lanes.filter((lane) => lane.hub.summary?.status === 'running');
    return Math.max(0, ...running.map(opOf));
  }

  /** Lets every lane run a little further than the slowest that still runs. */
  private regrant(): void {
    if (this.lanes.length === 1) {
      this.lanes[0].grant(Infinity);
      return;
    }
    const running = this.lanes.filter(
      ({ hub }) => (!hub.summary || hub.summary.status === 'running') && !awaitsHand(hub),
    );
    if (running.length === 0) return;
    const at = (lane: Lane): number => lane.hub.latest?.header[H.op] ?? 0;
    const least = Math.min(...running.map(at));
    if (this.speed !== 'max') {
      const ahead = Math.max(1, Math.ceil(this.speed * AHEAD_S));
      for (const lane of running) lane.grant(least + ahead);
      return;
    }
    // Flat out, lanes take turns on the cores that the page does not need: the slowest first.
    const cores = Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1);
    if (running.length <= cores) {
      for (const lane of running) lane.grant(least + AHEAD);
      return;
    }
    const turn = [...running].sort((a, b) => at(a) - at(b)).slice(0, cores);
    for (const lane of running) lane.grant(turn.includes(lane) ? least + TURN : at(lane));
  }

  private readonly onVisibility = (): void => {
    if (document.hidden && this.playing !== undefined && this.running) {
      this.hiddenWhilePlaying = this.playing;
      void this.pause();
      this.onAutoPause(true);
    } else if (!document.hidden && this.hiddenWhilePlaying !== undefined) {
      const speed = this.hiddenWhilePlaying;
      this.hiddenWhilePlaying = undefined;
      void this.play(speed);
      this.onAutoPause(false);
    }
  };
}

/** A lane that waits for the user's hand goes no further: nobody waits for it. */
const awaitsHand = ({ latest }: Lane['hub']): boolean => latest?.header[H.awaitsHand] === 1;
const opOf = (lane: Lane): number => lane.hub.summary?.op ?? 0;
const reachIn = ({ hub }: Lane): number => (hub.summary ? reachOf(hub.summary) : 0);
