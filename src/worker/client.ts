import { unreachable } from '../base/assert.ts';
import { asOp } from '../base/units.ts';
import type { Intervention } from '../engine/interventions.ts';
import type { KnobId, KnobValue } from '../engine/knobs/index.ts';
import { type Edit, withEdits } from '../engine/recipe.ts';
import { RUN_STATUS } from '../engine/telemetry/states.ts';
import { type FrameView, H, viewFrame } from './frame.ts';
import { type KnobChange, KnobUpdates } from './knob-updates.ts';
import { begin, CallError, Deferred, Watchdog, type WorkerLike } from './link.ts';
import {
  type CallName,
  type Calls,
  callOf,
  FRAME_CREDITS,
  type FromLane,
  type LaneConfig,
  type Speed,
  type Summary,
  type ToLane,
  WATCHDOG_MS,
} from './protocol.ts';
import { baseOf, headingOf, type Pending, Standing } from './standing.ts';

export type LaneWorker = WorkerLike<ToLane, FromLane>;

export interface ClientOptions {
  spawn(): LaneWorker;
  /** A newer frame. The view is valid while it is among the `unshown`, or the one that was shown last. */
  onFrame(frame: FrameView): void;
  /** Frames are not shown as they come, but by `show`. */
  holds?(): boolean;
  onSummary(summary: Summary): void;
  /** The worker was replaced; `op` is where the run goes on, `lasting` that it is given up. */
  onRestart(info: { op: number; reason: string; lasting: boolean }): void;
  /** ms; tests shorten it. */
  readonly watchdogMs?: number;
  /** Wall clock in ms; tests turn it. */
  now?(): number;
}

/** Another worker is brought to where the run stood, or was going. */
interface Recovery {
  /** Of the request that brings it there. */
  readonly id: number;
  readonly done: Promise<void>;
  /** It makes up for a journey: a pause may end it. */
  readonly travels: boolean;
  /** Where the run stands as far as anybody who looks is concerned. */
  readonly place: number;
}

const FIRST_BUFFER_BYTES = 1 << 20;
/** Frames that wait to be shown: with the one that is shown they leave the worker a buffer. */
const MOST_WAITING = FRAME_CREDITS - 2;
/** Calls after which a run no longer plays. */
const MOVES: ReadonlySet<CallName> = new Set<CallName>([
  'pause',
  'step',
  'runTo',
  'seek',
  'previousEvent',
]);
const EDITS: ReadonlySet<CallName> = new Set<CallName>(['setKnobs', 'intervene']);
/** Calls that revive a run that was given up; questions do not. */
const COMMANDS: ReadonlySet<CallName> = new Set<CallName>([...MOVES, ...EDITS, 'play']);
/**
 * A question that was lost with so many workers may be what ends them. An edit is asked again until the run is
 * given up: what a user did is not dropped for a fault that may be another's.
 */
const MOST_LOSSES = 2;
export type Config = Omit<LaneConfig, 'generation'>;

/**
 * The page's side of the protocol for one lane: requests that always settle, four frame buffers
 * that circulate, a watchdog, and a restart from the configuration when the worker dies. What a lost worker
 * owed is asked of the next one, once that stands where it was asked, so that nobody who asks need know.
 */
export class LaneClient {
  private worker: LaneWorker;
  private readonly watchdog: Watchdog;
  private readonly now: () => number;
  private nextId = 1;
  /** Requests that the present worker has. */
  private readonly pending = new Map<number, Pending>();
  /** Requests that wait for the present worker to stand where the one before it was lost. */
  private readonly held = new Map<number, Pending>();
  private generation = 0;
  private config: Config | undefined;
  private standing = new Standing(0);
  private shown: ArrayBuffer | undefined;
  /** Frames that are not shown, oldest first. */
  private waiting: FrameView[] = [];
  private playingAt: Speed | undefined;
  /** Where it meets other lanes; undefined: it is alone. */
  private granted: readonly number[] | undefined;
  private readonly knobs = new KnobUpdates((changes) => this.setKnobs(changes));
  /** There is no worker: it died too often, or speaks another protocol; or the lane was closed, for good. */
  private state: 'alive' | 'givenUp' | 'closed' = 'alive';
  /** While a new worker is brought to where the old one stood, or was going. */
  private recovering: Recovery | undefined;

  constructor(private readonly options: ClientOptions) {
    this.now = options.now ?? (() => performance.now());
    this.watchdog = new Watchdog(
      options.watchdogMs ?? WATCHDOG_MS,
      () => this.worker.postMessage({ t: 'ping', id: 0 }),
      () => this.replace('the worker did not answer'),
    );
    this.worker = this.connect();
  }

  /** Requests that are not settled. */
  get inFlight(): number {
    return this.pending.size + this.held.size + this.knobs.waiting;
  }

  /** Counts runs, and workers that took one over: what it told before is of another. */
  get present(): number {
    return this.generation;
  }

  /** It plays, or will once it has recovered. */
  get plays(): boolean {
    return this.playingAt !== undefined;
  }

  /** There is no worker, and there will be none before a command asks for one. */
  get isGivenUp(): boolean {
    return this.state === 'givenUp';
  }

  /**
   * The operation where the run will stand, while it is opened there, on its way to it as to a moment, or back
   * to it after a fault; undefined: it stands, or goes on and is seen to.
   */
  get destination(): number | undefined {
    const last = this.owed().findLast(({ heading }) => heading !== undefined);
    if (last && (last.name === 'seek' || last.name === 'configure') && last.heading !== 'unknown')
      return last.heading;
    return this.recovering?.place;
  }

  /** Of the run that is under way; frames and summaries of others are dropped. */
  get run(): number {
    return this.generation;
  }

  /** Starts a run; whatever was in flight settles with E_ABORTED. */
  configure(config: Config, signal?: AbortSignal): Promise<Summary> {
    this.settleAll(new CallError('E_ABORTED', 'another run began'));
    this.config = config;
    this.standing = new Standing(config.startAt);
    this.playingAt = undefined;
    this.generation++;
    for (const { buffer } of this.waiting.splice(0)) this.giveBack(buffer);
    if (this.state === 'givenUp') this.revive();
    // It waits for the other lanes from the start on, if there are any.
    this.granted = this.options.holds?.() === true ? [] : undefined;
    this.postGrant();
    return this.send('configure', this.fullConfig(config), signal);
  }

  /**
   * Any request. Rejects with a CallError; E_ABORTED when the signal fires first. A command, not a question,
   * also revives a run that was given up.
   */
  call<N extends CallName>(name: N, arg: Calls[N][0], signal?: AbortSignal): Promise<Calls[N][1]> {
    if (this.state === 'givenUp' && COMMANDS.has(name)) this.tryAgain();
    if (name === 'play') this.playingAt = (arg as Calls['play'][0]).speed;
    if (MOVES.has(name)) this.playingAt = undefined;
    const waits = this.recovering !== undefined && !this.overtakes(name, arg);
    if (this.recovering && !waits) this.supersedeHeld();
    return this.send(name, arg, signal, waits);
  }

  /**
   * Turns a knob at the current operation. At most one update is in flight; later ones merge, the
   * last value of a knob wins, and every caller gets the operation at which its change applied.
   */
  setKnob(knob: KnobId, value: KnobValue): Promise<{ op: number }> {
    return this.knobs.turn(knob, value);
  }

  /** Deals a blow to the run where it stands; see the protocol. */
  async intervene(act: Intervention): Promise<Calls['intervene'][1]> {
    const reply = await this.call('intervene', act);
    if (reply.refused === undefined) this.remember([{ op: reply.op, lane: 0, ...act }]);
    return reply;
  }

  /** Settles once no request is in flight that takes the run somewhere. */
  async arrived(): Promise<void> {
    for (;;) {
      const moving: Promise<unknown>[] = this.owed()
        .filter(({ heading }) => heading !== undefined)
        .map(({ deferred }) => deferred.promise);
      if (this.recovering) moving.push(this.recovering.done);
      if (moving.length === 0) return;
      await Promise.allSettled(moving);
    }
  }

  /** Where it meets other lanes next; see the protocol. */
  grant(points: readonly number[] | undefined): void {
    if (String(points) === String(this.granted)) return;
    this.granted = points;
    this.postGrant();
  }

  private postGrant(): void {
    const { generation, granted: points } = this;
    if (this.state === 'alive') this.worker.postMessage({ t: 'grant', generation, points });
  }

  /** Frames that came and are not shown, oldest first; a worker that died took its own with it. */
  get unshown(): readonly FrameView[] {
    return this.waiting;
  }

  /** Ends the worker; requests in flight settle with E_ABORTED. */
  dispose(): void {
    this.state = 'closed';
    this.watchdog.stop();
    this.worker.terminate();
    this.settleAll(new CallError('E_ABORTED', 'the lane was closed'));
  }

  /** Replaces the worker as if it had died; for tests. */
  restart(reason: string): void {
    if (this.state === 'alive') this.replace(reason);
  }

  private async setKnobs(changes: readonly KnobChange[]): Promise<{ op: number }> {
    const reply = await this.call('setKnobs', { changes });
    // A worker that is replaced later must make the same changes at the same operation.
    this.remember(changes.map((change) => ({ op: reply.op, lane: 0, ...change })));
    return reply;
  }

  /** Notes edits that the worker has made. */
  private remember(made: readonly Edit[]): void {
    const [first] = made;
    if (!this.config || !first) return;
    // One run has one lane, whichever it is on screen.
    const edits = this.config.edits.map((edit) => ({ ...edit, lane: 0 }));
    this.config = { ...this.config, edits: withEdits(edits, first.op, 0, made) };
  }

  private fullConfig(config: Config): LaneConfig {
    return { ...config, generation: this.generation };
  }

  private connect(): LaneWorker {
    const worker = this.options.spawn();
    const current = (): boolean => worker === this.worker && this.state === 'alive';
    begin<ToLane, FromLane>(
      worker,
      'lane',
      (message) => {
        if (current()) this.receive(message);
      },
      (reason) => {
        if (current()) this.replace(reason);
      },
    );
    for (let i = 0; i < FRAME_CREDITS; i++) {
      const buffer = new ArrayBuffer(FIRST_BUFFER_BYTES);
      worker.postMessage({ t: 'credit', buffer }, [buffer]);
    }
    return worker;
  }

  /** @param waits it is not sent before the run has recovered */
  private send<N extends CallName>(
    name: N,
    arg: Calls[N][0],
    signal?: AbortSignal,
    waits = false,
  ): Promise<Calls[N][1]> {
    const id = this.nextId++;
    const deferred = new Deferred<Calls[N][1]>(signal, () => {
      if (this.held.delete(id)) return;
      this.pending.delete(id);
      this.worker.postMessage({ t: 'cancel', id });
    });
    if (this.state !== 'alive')
      deferred.reject(new CallError('E_ABORTED', 'there is no worker for it'));
    if (!deferred.settled) {
      const request: Pending = {
        id,
        name,
        arg,
        deferred: deferred as Deferred<unknown>,
        heading: headingOf(name, arg),
        origin: this.recovering?.place ?? this.standing.reach,
        losses: 0,
      };
      if (waits) this.held.set(id, request);
      else this.post(request);
    }
    return deferred.promise;
  }

  private post(request: Pending): void {
    const { id, name, arg } = request;
    this.pending.set(id, request);
    this.worker.postMessage(callOf<Calls, CallName>(id, name, arg as Calls[CallName][0]));
    this.watchdog.watch(true);
  }

  /** All requests that are not settled, in the order in which they were made; not the one that recovers. */
  private owed(): Pending[] {
    return [...this.pending.values(), ...this.held.values()]
      .filter(({ id }) => id !== this.recovering?.id)
      .sort((a, b) => a.id - b.id);
  }

  private take(id: number): Deferred<unknown> | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    return pending?.deferred;
  }

  private receive(message: FromLane): void {
    switch (message.t) {
      case 'reply':
        this.take(message.id)?.resolve(message.value);
        break;
      case 'error':
        this.take(message.id)?.reject(new CallError(message.code, message.message));
        break;
      case 'summary':
        this.receiveSummary(message.summary);
        break;
      case 'frame':
        this.receiveFrame(message.generation, message.buffer);
        break;
      case 'fault':
        this.replace(message.message, message.code === 'E_PROTOCOL');
        return;
      case 'pong':
        break;
      default:
        unreachable(message);
    }
    this.watchdog.heard(this.pending.size > 0 || this.playingAt !== undefined);
  }

  private receiveSummary(summary: Summary): void {
    if (summary.generation !== this.generation) return;
    this.standing.heard(summary.op, summary.status);
    this.options.onSummary(summary);
  }

  private receiveFrame(generation: number, buffer: ArrayBuffer): void {
    if (generation !== this.generation) {
      this.giveBack(buffer);
      return;
    }
    const frame = viewFrame(buffer);
    this.waiting.push(frame);
    const missed = this.waiting.length > MOST_WAITING ? this.waiting.shift() : undefined;
    if (missed) this.giveBack(missed.buffer);
    this.standing.heard(asOp(frame.header[H.op]), RUN_STATUS[frame.header[H.status]]);
    this.options.onFrame(frame);
    if (this.options.holds?.() !== true) this.show(frame);
  }

  /** A frame that waited is the one that is seen now: those before it go back. */
  show(frame: FrameView): void {
    const at = this.waiting.indexOf(frame);
    if (at < 0) return;
    for (const { buffer } of this.waiting.splice(0, at + 1).slice(0, -1)) this.giveBack(buffer);
    if (this.shown) this.giveBack(this.shown);
    this.shown = frame.buffer;
  }

  private giveBack(buffer: ArrayBuffer): void {
    this.worker.postMessage({ t: 'credit', buffer }, [buffer]);
  }

  /** The worker is of no more use: another one takes its run over, unless that would be no better. */
  private replace(reason: string, hopeless = false): void {
    this.worker.terminate();
    this.watchdog.stop();
    const owed = this.owed();
    const last = owed.findLast(({ heading }) => heading !== undefined);
    const seen = this.recovering?.place ?? this.standing.reach;
    // Where the run was on its way to is still wanted, and so is what it was to look for from where it stood.
    const base = baseOf(last, seen);
    const place = this.destination ?? (last?.name === 'runTo' ? seen : base);
    this.standing.reach = base;
    const lasting = this.standing.lostWorker(this.now()) || hopeless || !this.config;
    this.endRecovery(reason);
    this.pending.clear();
    this.held.clear();
    if (lasting) {
      this.state = 'givenUp';
      this.playingAt = undefined;
      const error = new CallError('E_WORKER', reason);
      this.refuse(owed, error);
      this.knobs.rejectAll(error);
    } else {
      this.hold(owed, last, reason);
      const travels = last !== undefined && last.name !== 'pause' && last.name !== 'play';
      this.takeOver(place, travels);
    }
    this.options.onRestart({ op: place, reason, lasting });
  }

  /** What a lost worker owed is asked of the next one, but for what that cannot or should not be asked. */
  private hold(owed: readonly Pending[], last: Pending | undefined, reason: string): void {
    for (const request of owed) {
      const { id, heading, deferred } = request;
      request.losses++;
      if (heading !== undefined && request !== last)
        deferred.reject(new CallError('E_ABORTED', 'superseded'));
      else if (heading === undefined && !EDITS.has(request.name) && request.losses >= MOST_LOSSES)
        deferred.reject(new CallError('E_WORKER', reason));
      else this.held.set(id, request);
    }
  }

  /** A new worker, at once on its way to where the run is to stand; then it gets what is still owed. */
  private takeOver(place: number, travels: boolean): void {
    if (!this.config) return;
    this.revive();
    this.generation++;
    // Where other lanes are it must not overtake them.
    this.postGrant();
    const id = this.nextId;
    const config = this.fullConfig({ ...this.config, startAt: this.standing.reach });
    const done: Promise<void> = this.send('configure', config).then(
      (summary) => {
        if (this.recovering?.id === id) this.goOn((request) => request.resolve(summary));
      },
      (error: Error) => {
        if (this.recovering?.id === id) this.goOn((request) => request.reject(error));
      },
    );
    this.recovering = { id, done, travels, place };
  }

  /**
   * The new worker stands where it was to be brought: it gets what waited for that.
   * @param open settles the request to open the run, which that has answered
   */
  private goOn(open: (request: Deferred<unknown>) => void): void {
    this.recovering = undefined;
    const held = [...this.held.values()];
    this.held.clear();
    const moved = [...this.pending.values(), ...held].some(({ heading }) => heading !== undefined);
    for (const request of held) {
      if (request.name === 'configure') open(request.deferred);
      else this.post(request);
    }
    const speed = this.playingAt;
    // A fault on the way comes back here through `replace`.
    if (speed !== undefined && !moved) this.send('play', { speed }).catch(() => undefined);
  }

  /** A recovery that comes to nothing, since its worker was lost, too, or is not wanted any more: whoever waits for it goes on. */
  private endRecovery(why: string): void {
    const { recovering } = this;
    this.recovering = undefined;
    if (recovering) this.take(recovering.id)?.reject(new CallError('E_ABORTED', why));
  }

  /** A run that was given up: somebody wants to go on with it. */
  private tryAgain(): void {
    this.standing.forgive();
    this.takeOver(this.standing.reach, false);
  }

  private revive(): void {
    this.state = 'alive';
    this.shown = undefined;
    this.waiting = [];
    this.worker = this.connect();
  }

  /**
   * Commands that need not wait for a recovery: another destination, and a pause of the journey that it makes
   * up for; unless an edit waits for the place where it was made.
   */
  private overtakes<N extends CallName>(name: N, arg: Calls[N][0]): boolean {
    if ([...this.held.values()].some((request) => EDITS.has(request.name))) return false;
    if (name === 'seek') return (arg as Calls['seek'][0]).coarse !== true;
    return name === 'pause' && this.recovering?.travels === true;
  }

  /** Journeys that wait are of no more use once another one has overtaken them. */
  private supersedeHeld(): void {
    for (const [id, { heading, deferred }] of this.held) {
      if (heading === undefined) continue;
      this.held.delete(id);
      deferred.reject(new CallError('E_ABORTED', 'superseded'));
    }
  }

  private refuse(requests: readonly Pending[], error: CallError): void {
    for (const { deferred } of requests) deferred.reject(error);
  }

  private settleAll(error: CallError): void {
    const requests = this.owed();
    this.endRecovery(error.message);
    this.pending.clear();
    this.held.clear();
    this.refuse(requests, error);
    this.knobs.rejectAll(error);
  }
}
