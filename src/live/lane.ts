import type { Intervention } from '../engine/interventions.ts';
import type { KnobId, KnobValue } from '../engine/knobs/index.ts';
import type { EventKind, EventRecord } from '../engine/telemetry/events.ts';
import type {
  Autopsy,
  BlocksDetail,
  HandDetail,
  SpanDetail,
  ThreadDetail,
} from '../engine/types.ts';
import { type Config, LaneClient, type LaneWorker } from '../worker/client.ts';
import { type FrameView, H } from '../worker/frame.ts';
import { CallError } from '../worker/link.ts';
import {
  type Calls,
  type ExportKind,
  reachOf,
  type Speed,
  type Summary,
} from '../worker/protocol.ts';
import { spawnLane } from '../worker/spawn.ts';
import { LaneHub } from './hub.ts';

export interface RestartInfo {
  readonly op: number;
  readonly reason: string;
  readonly lasting: boolean;
}

/** One lane as the views see it: commands, questions, and a hub with its frames. */
export class Lane {
  readonly hub = new LaneHub();
  private readonly client: LaneClient;
  private opening: AbortController | undefined;
  private closed = false;
  onRestart: (info: RestartInfo) => void = () => {};
  /** Frames wait for those of other lanes: `show` shows one. */
  holds = false;
  private last: FrameView | undefined;
  /** A frame came in: the run may have moved. */
  onProgress: () => void = () => {};

  /** @param now wall clock in ms; tests turn it */
  constructor(spawn: () => LaneWorker = spawnLane, now?: () => number) {
    this.client = new LaneClient({
      spawn,
      ...(now ? { now } : {}),
      onFrame: (frame) => {
        this.last = frame;
        if (!this.holds) this.hub.setFrame(frame);
        this.onProgress();
      },
      holds: () => this.holds,
      onSummary: (summary) => {
        this.hub.setSummary(summary);
      },
      onRestart: (info) => this.onRestart(info),
    });
  }

  /** The newest frame of the run that is under way, shown or not. */
  get newest(): FrameView | undefined {
    return this.last?.header[H.generation] === this.client.run ? this.last : undefined;
  }

  /** Frames of the run that is under way, oldest first: the one that is shown, and those that wait to be. */
  get frames(): readonly FrameView[] {
    const { latest } = this.hub;
    const unshown = this.client.unshown;
    return latest?.header[H.generation] === this.client.run ? [latest, ...unshown] : unshown;
  }

  /** Shows a frame that waits, the newest unless said, if it is not shown yet. */
  show(frame = this.client.unshown.at(-1)): void {
    if (!frame || frame === this.hub.latest) return;
    this.hub.setFrame(frame);
    this.client.show(frame);
  }

  /** True while a request is in flight or the run moves. */
  get busy(): boolean {
    return this.client.inFlight > 0 || this.plays;
  }

  /** Its worker was lost too often to be replaced: a command tries again. */
  get isGivenUp(): boolean {
    return this.client.isGivenUp;
  }

  /**
   * Where the run stands. Summaries come only when play starts or stops: while it plays, the newest frame of the
   * same run knows better. On its way to a moment, or back from a fault, it is where it is going.
   */
  get op(): number {
    const { destination } = this.client;
    if (destination !== undefined) return destination;
    const { last } = this;
    const { summary } = this.hub;
    if (!summary) return 0;
    const same = last !== undefined && last.header[H.generation] === summary.generation;
    return summary.playing && same ? Math.max(summary.op, last.header[H.op]) : summary.op;
  }

  /** The furthest operation that it has been at, as far as it has told. */
  get horizon(): number {
    return Math.max(this.op, this.hub.summary?.horizon ?? 0, this.newest?.header[H.horizon] ?? 0);
  }

  /** On its way to a moment, or back from a fault. */
  get isGoing(): boolean {
    return this.client.destination !== undefined;
  }

  /** The operation to ask for to stand there again. */
  get reach(): number {
    const { summary } = this.hub;
    if (this.client.destination !== undefined || !summary || summary.status === 'running')
      return this.op;
    return reachOf(summary);
  }

  /** Whether it moves, by itself or on a journey; what it told of another run does not count. */
  get plays(): boolean {
    const { summary } = this.hub;
    if (this.closed) return false;
    return summary?.generation === this.client.present ? summary.playing : this.client.plays;
  }

  /** Whether it can go on, as far as it has told. */
  get runs(): boolean {
    return this.hub.summary?.status === 'running';
  }

  /** Starts a run; `startAt` brings it to an operation before anything else. */
  async open(config: Config): Promise<Summary> {
    this.opening?.abort();
    this.opening = new AbortController();
    const summary = await this.client.configure(config, this.opening.signal);
    this.hub.setSummary(summary);
    return summary;
  }

  /** A reply that tells where the run stands is known at once, whatever messages are still on their way. */
  private async stand<T extends Summary>(asked: Promise<T>): Promise<T | undefined> {
    const summary = await quiet(asked);
    if (summary) this.hub.setSummary(summary);
    return summary;
  }

  play(speed: Speed): Promise<unknown> {
    return this.stand(this.client.call('play', { speed }));
  }

  pause(): Promise<unknown> {
    return this.stand(this.client.call('pause', undefined));
  }

  stepOps(ops: number): Promise<unknown> {
    return this.stand(this.client.call('step', { by: 'op', ops }));
  }

  /** To right after the next event of these kinds. @returns false when there is none, and nothing moved */
  async stepEvent(kinds: readonly EventKind[]): Promise<boolean> {
    return (await this.stand(this.client.call('step', { by: 'event', kinds })))?.missed !== true;
  }

  /** To an operation, in either direction. */
  seek(op: number, coarse = false): Promise<unknown> {
    return this.stand(this.client.call('seek', { op, coarse }));
  }

  /** Back to right after the latest event of these kinds. @returns false when there is none, and nothing moved */
  async previousEvent(kinds: readonly EventKind[]): Promise<boolean> {
    return (await this.stand(this.client.call('previousEvent', { kinds })))?.missed !== true;
  }

  provenance(span: number, slab: number, block: number, signal?: AbortSignal) {
    return this.client.call('provenance', { span, slab, block }, signal);
  }

  runTo(op: number): Promise<unknown> {
    return this.stand(this.client.call('runTo', { op }));
  }

  setKnob(id: KnobId, value: KnobValue): Promise<{ op: number }> {
    return this.client.setKnob(id, value);
  }

  intervene(act: Intervention): Promise<Calls['intervene'][1]> {
    return this.client.intervene(act);
  }

  /** Settles once the run stands or plays where it was last asked to. */
  arrived(): Promise<void> {
    return this.client.arrived();
  }

  /** What the user's hand sees; undefined: the program makes its own calls. */
  hand(signal?: AbortSignal): Promise<HandDetail | undefined> {
    return this.client.call('hand', undefined, signal);
  }

  /** What moved in a stretch of the run; see the protocol. */
  stage(asked: Calls['stage'][0], signal?: AbortSignal): Promise<Calls['stage'][1]> {
    return this.client.call('stage', asked, signal);
  }

  threads(): Promise<readonly ThreadDetail[]> {
    return this.client.call('threads', undefined);
  }

  inspectSpan(index: number, signal?: AbortSignal): Promise<SpanDetail | undefined> {
    return this.client.call('inspectSpan', { index }, signal);
  }

  inspectBlocks(
    span: number,
    slab: number,
    signal?: AbortSignal,
  ): Promise<BlocksDetail | undefined> {
    return this.client.call('inspectBlocks', { span, slab }, signal);
  }

  events(
    first: number,
    last: number,
    kinds?: readonly EventKind[],
    most?: number,
  ): Promise<readonly EventRecord[]> {
    return this.client.call('events', {
      first,
      last,
      ...(kinds ? { kinds } : {}),
      ...(most === undefined ? {} : { most }),
    });
  }

  causes(seq: number): Promise<readonly EventRecord[]> {
    return this.client.call('causes', { seq });
  }

  exportText(as: ExportKind, name: string): Promise<Calls['exportText'][1]> {
    return this.client.call('exportText', { as, name });
  }

  autopsy(): Promise<Autopsy> {
    return this.client.call('autopsy', undefined);
  }

  digest(): Promise<{ op: number; digest: string }> {
    return this.client.call('digest', undefined);
  }

  audit(): Promise<readonly string[]> {
    return this.client.call('audit', undefined);
  }

  /** Where it meets other lanes next, in order: it goes no further than the last; undefined: it is alone. */
  grant(points: readonly number[] | undefined): void {
    this.client.grant(points);
  }

  /** Ends the worker as a crash would; the client replaces it. */
  crashForTest(): void {
    this.client.restart('ended by a test');
  }

  dispose(): void {
    this.closed = true;
    this.client.dispose();
  }
}

/** Commands that a newer command stops are no error to anybody. */
async function quiet<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof CallError && (error.code === 'E_ABORTED' || error.code === 'E_WORKER')) {
      return undefined;
    }
    throw error;
  }
}
