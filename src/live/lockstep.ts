import type { EventKind } from '../engine/telemetry/events.ts';
import { H } from '../worker/frame.ts';
import { reachOf, type Speed } from '../worker/protocol.ts';
import type { Lane } from './lane.ts';
import { goesOn, Stride, Together } from './together.ts';

/**
 * One to four lanes on the same operation stream. Several that play meet again and again at one operation (grants),
 * and are shown as they were there; they stand at equal operation counts whenever they stand still.
 */
export class Lockstep {
  readonly lanes: Lane[] = [];
  private speed: Speed = 'max';
  private playing: Speed | undefined;
  private hiddenWhilePlaying: Speed | undefined;
  /** The operation at which lanes that play meet next. */
  private meet: number | undefined;
  private readonly stride = new Stride();
  private readonly together = new Together(
    () => this.lanes,
    () => this.busy,
    () => this.playing !== undefined,
  );
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
      lane.onProgress = () => {
        if (this.lanes.length > 1) this.together.arrived();
        this.regrant();
      };
      this.lanes.push(lane);
    }
    for (const lane of this.lanes) {
      lane.holds = this.lanes.length > 1;
      if (!lane.holds) lane.show();
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
    this.meet = undefined;
    this.stride.rest();
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

  /** Lets every lane run to where all meet next. */
  private regrant(): void {
    if (this.lanes.length === 1) {
      this.lanes[0].grant(Infinity);
      return;
    }
    // A frame that shows the end comes before word of it.
    const running = this.lanes.filter(({ newest }) => newest === undefined || goesOn(newest));
    if (running.length === 0) return;
    const at = (lane: Lane): number => lane.newest?.header[H.op] ?? 0;
    const least = Math.min(...running.map(at));
    const most = Math.max(...running.map(at));
    // Where one is ahead of the others, that is where they meet.
    if (this.meet === undefined || least >= this.meet || most > this.meet)
      this.meet = most > least ? most : least + this.stride.next(this.speed, performance.now());
    const { meet } = this;
    const cores = Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1);
    const behind = running.filter((lane) => at(lane) < meet);
    // Flat out, lanes take turns on the cores that the page does not need.
    const turn = this.speed === 'max' ? behind.slice(0, cores) : behind;
    for (const lane of running) lane.grant(turn.includes(lane) ? meet : at(lane));
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

const opOf = (lane: Lane): number => lane.hub.summary?.op ?? 0;
const reachIn = ({ hub }: Lane): number => (hub.summary ? reachOf(hub.summary) : 0);
