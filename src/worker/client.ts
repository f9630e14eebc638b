import type { ErrorCode } from '../base/result.ts';
import { asOp } from '../base/units.ts';
import type { Intervention } from '../engine/interventions.ts';
import type { KnobId, KnobValue } from '../engine/knobs/index.ts';
import { type Edit, withEdits } from '../engine/recipe.ts';
import { RUN_STATUS, type RunStatus } from '../engine/telemetry/states.ts';
import { type FrameView, H, viewFrame } from './frame.ts';
import {
  type CallName,
  type Calls,
  FRAME_CREDITS,
  type FromWorker,
  type LaneConfig,
  PROTOCOL_VERSION,
  reachOf,
  type Speed,
  type Summary,
  type ToWorker,
  WATCHDOG_MS,
} from './protocol.ts';

/** The part of a Worker that the client uses; tests give it a MessagePort. */
export interface WorkerLike {
  postMessage(message: ToWorker, transfer?: ArrayBuffer[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export class CallError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export interface ClientOptions {
  spawn(): WorkerLike;
  /** A newer frame. The view is valid until `onFrame` is called again. */
  onFrame(frame: FrameView): void;
  onSummary(summary: Summary): void;
  /** The worker was replaced; `op` is where the run goes on, `lasting` that it is given up. */
  onRestart(info: { op: number; reason: string; lasting: boolean }): void;
  /** ms; tests shorten it. */
  watchdogMs?: number;
}

interface Pending {
  readonly name: CallName;
  resolve(value: unknown): void;
  reject(error: CallError): void;
  /** Removes the abort listener. */
  clean(): void;
}

const FIRST_BUFFER_BYTES = 1 << 20;
/** Calls after which a run no longer plays. */
const MOVES: ReadonlySet<CallName> = new Set<CallName>([
  'pause',
  'step',
  'runTo',
  'seek',
  'previousEvent',
]);
/** Restarts without progress before the client gives up. */
const MAX_RESTARTS = 3;

export type Config = Omit<LaneConfig, 'protocol' | 'generation'>;

/**
 * The page's side of the protocol for one lane: requests that always settle, three frame buffers
 * that circulate, a watchdog, and a restart from the configuration when the worker dies.
 */
export class LaneClient {
  private worker: WorkerLike;
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private generation = 0;
  private config: Config | undefined;
  private shown: ArrayBuffer | undefined;
  private lastOp = 0;
  /** Where a new worker has to be brought to stand as this one. */
  private reach = 0;
  private restarts = 0;
  private restartOp = -1;
  private playingAt: Speed | undefined;
  private knobInFlight = false;
  private readonly knobQueue = new Map<KnobId, KnobValue>();
  private knobWaiters: { resolve(value: { op: number }): void; reject(error: unknown): void }[] =
    [];
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private pinged = false;
  private dead = false;
  /** While a new worker is brought to where the old one stood; commands wait for it. */
  private recovering: Promise<unknown> | undefined;

  constructor(private readonly options: ClientOptions) {
    this.worker = this.connect();
  }

  /** Frames and replies still owed. */
  get inFlight(): number {
    return this.pending.size + this.knobWaiters.length;
  }

  /** Starts a run; whatever was in flight settles with E_ABORTED. */
  async configure(config: Config, signal?: AbortSignal): Promise<Summary> {
    this.settleAll('E_ABORTED', 'another run began');
    this.config = config;
    this.playingAt = undefined;
    this.recovering = undefined;
    this.generation++;
    if (this.dead) this.revive();
    const summary = await this.send('configure', this.fullConfig(config), signal);
    return summary;
  }

  /** Any request. Rejects with a CallError; E_ABORTED when the signal fires first. */
  async call<N extends CallName>(
    name: N,
    arg: Calls[N][0],
    signal?: AbortSignal,
  ): Promise<Calls[N][1]> {
    // A command that overtook the recovery would stop it halfway.
    if (this.recovering) await this.recovering;
    if (name === 'play') this.playingAt = (arg as Calls['play'][0]).speed;
    if (name !== 'play' && MOVES.has(name)) this.playingAt = undefined;
    return this.send(name, arg, signal);
  }

  /**
   * Turns a knob at the current operation. At most one update is in flight; later ones merge, the
   * last value of a knob wins, and every caller gets the operation at which its change applied.
   */
  setKnob(knob: KnobId, value: KnobValue): Promise<{ op: number }> {
    this.knobQueue.set(knob, value);
    return new Promise((resolve, reject) => {
      this.knobWaiters.push({ resolve, reject });
      if (!this.knobInFlight) void this.flushKnobs();
    });
  }

  /** Lets play go on to this operation; see the protocol. */
  grant(op: number): void {
    if (!this.dead) this.worker.postMessage({ t: 'grant', op });
  }

  /** Ends the worker; requests in flight settle with E_ABORTED. */
  dispose(): void {
    this.dead = true;
    clearTimeout(this.watchdog);
    this.worker.terminate();
    this.settleAll('E_ABORTED', 'the lane was closed');
  }

  /** Replaces the worker as if it had died; for tests and for the fault card's retry. */
  restart(reason: string): void {
    if (!this.dead) this.replace(reason);
  }

  private async flushKnobs(): Promise<void> {
    const changes = [...this.knobQueue].map(([knob, value]) => ({ knob, value }));
    const waiters = this.knobWaiters;
    this.knobQueue.clear();
    this.knobWaiters = [];
    this.knobInFlight = true;
    try {
      if (this.recovering) await this.recovering;
      const reply = await this.send('setKnobs', { changes });
      // A worker that is replaced later must make the same changes at the same operation.
      this.remember(changes.map(({ knob, value }) => ({ op: reply.op, lane: 0, knob, value })));
      for (const waiter of waiters) waiter.resolve(reply);
    } catch (error) {
      for (const waiter of waiters) waiter.reject(error);
    } finally {
      this.knobInFlight = false;
    }
    if (this.knobWaiters.length > 0) await this.flushKnobs();
  }

  /** Deals a blow to the run where it stands; see the protocol. */
  async intervene(act: Intervention): Promise<Calls['intervene'][1]> {
    const reply = await this.call('intervene', act);
    if (reply.refused === undefined) this.remember([{ op: reply.op, lane: 0, ...act }]);
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
    return { ...config, protocol: PROTOCOL_VERSION, generation: this.generation };
  }

  private connect(): WorkerLike {
    const worker = this.options.spawn();
    worker.onmessage = (event) => {
      if (worker === this.worker) this.receive(event.data);
    };
    worker.onerror = (event) => {
      if (worker === this.worker) this.replace(event.message || 'the worker failed to start');
    };
    for (let i = 0; i < FRAME_CREDITS; i++) {
      const buffer = new ArrayBuffer(FIRST_BUFFER_BYTES);
      worker.postMessage({ t: 'credit', buffer }, [buffer]);
    }
    return worker;
  }

  private send<N extends CallName>(
    name: N,
    arg: Calls[N][0],
    signal?: AbortSignal,
  ): Promise<Calls[N][1]> {
    const id = this.nextId++;
    return new Promise<unknown>((resolve, reject) => {
      if (signal?.aborted || this.dead) {
        reject(new CallError('E_ABORTED', 'stopped before it began'));
        return;
      }
      const abort = (): void => {
        this.worker.postMessage({ t: 'cancel', id });
        this.take(id)?.reject(new CallError('E_ABORTED', 'stopped'));
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.pending.set(id, {
        name,
        resolve,
        reject,
        clean: () => signal?.removeEventListener('abort', abort),
      });
      this.worker.postMessage({ t: 'call', id, name, arg });
      this.guard();
    }) as Promise<Calls[N][1]>;
  }

  private take(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    pending?.clean();
    return pending;
  }

  private receive(message: FromWorker): void {
    this.pinged = false;
    this.guard();
    switch (message.t) {
      case 'reply':
        this.take(message.id)?.resolve(message.value);
        return;
      case 'error':
        this.take(message.id)?.reject(new CallError(message.code, message.message));
        return;
      case 'summary':
        if (message.summary.generation !== this.generation) return;
        this.progress(message.summary.op, message.summary.status);
        this.options.onSummary(message.summary);
        return;
      case 'frame':
        this.receiveFrame(message.generation, message.buffer);
        return;
      case 'fault':
        this.replace(message.message);
        return;
      case 'pong':
        return;
    }
  }

  private receiveFrame(generation: number, buffer: ArrayBuffer): void {
    if (generation !== this.generation) {
      this.giveBack(buffer);
      return;
    }
    const old = this.shown;
    this.shown = buffer;
    const frame = viewFrame(buffer);
    this.progress(frame.header[H.op], RUN_STATUS[frame.header[H.status]]);
    this.options.onFrame(frame);
    if (old) this.giveBack(old);
  }

  private giveBack(buffer: ArrayBuffer): void {
    this.worker.postMessage({ t: 'credit', buffer }, [buffer]);
  }

  private progress(op: number, status: RunStatus): void {
    this.lastOp = op;
    this.reach = reachOf({ op: asOp(op), status });
    if (op > this.restartOp) this.restarts = 0;
  }

  /** While something is owed, silence means trouble: ask once, then replace the worker. */
  private guard(): void {
    clearTimeout(this.watchdog);
    this.watchdog = undefined;
    if (this.dead || (this.pending.size === 0 && this.playingAt === undefined)) return;
    this.watchdog = setTimeout(() => {
      if (this.pinged) {
        this.replace('the worker did not answer');
        return;
      }
      this.pinged = true;
      this.worker.postMessage({ t: 'ping', id: 0 });
      this.guard();
    }, this.options.watchdogMs ?? WATCHDOG_MS);
  }

  private replace(reason: string): void {
    this.worker.terminate();
    this.settleAll('E_WORKER', reason);
    this.pinged = false;
    const lasting = ++this.restarts > MAX_RESTARTS;
    this.restartOp = this.lastOp;
    if (lasting || !this.config) {
      this.dead = true;
      this.options.onRestart({ op: this.lastOp, reason, lasting: true });
      return;
    }
    this.shown = undefined;
    this.worker = this.connect();
    this.generation++;
    this.options.onRestart({ op: this.lastOp, reason, lasting: false });
    const speed = this.playingAt;
    const config = this.fullConfig({ ...this.config, startAt: this.reach });
    const recovery = this.send('configure', config)
      .then(() => (speed === undefined ? undefined : this.send('play', { speed })))
      .catch(() => undefined) // a further fault comes back here through `replace`
      .finally(() => {
        if (this.recovering === recovery) this.recovering = undefined;
      });
    this.recovering = recovery;
  }

  private revive(): void {
    this.dead = false;
    this.restarts = 0;
    this.shown = undefined;
    this.worker = this.connect();
  }

  private settleAll(code: ErrorCode, message: string): void {
    // `take` removes the entry it is given, which a Map's iterator allows.
    for (const id of this.pending.keys()) this.take(id)?.reject(new CallError(code, message));
    const waiters = this.knobWaiters;
    this.knobWaiters = [];
    this.knobQueue.clear();
    for (const waiter of waiters) waiter.reject(new CallError(code, message));
  }
}
