import type { FromJob, JobName, Jobs, ToJob } from './jobs.ts';
import { begin, CallError, Deferred, Watchdog, type WorkerLike } from './link.ts';
import { callOf, WATCHDOG_MS } from './protocol.ts';

export interface PoolOptions {
  spawn(): WorkerLike<ToJob, FromJob>;
  /** Workers at most; see `poolSize`. */
  readonly size: number;
  /** ms; tests shorten it. */
  readonly watchdogMs?: number;
  /** A worker without a job is ended after this long, ms: what its last runs took is given back. */
  readonly restMs?: number;
}

export interface JobOptions {
  /** Jobs of a larger number begin first; 0 unless said otherwise. */
  readonly priority?: number;
  /** Gives the job up: it settles with E_ABORTED at once, wherever it is. */
  readonly signal?: AbortSignal;
  /** How much is done, 0 to 1; it starts again when the job is taken up by another worker. */
  onProgress?(share: number): void;
}

/** Workers for the cores that the page does not need itself. @param cores as the browser tells; undefined: unknown */
export const poolSize = (cores: number | undefined): number => Math.max(1, (cores ?? 2) - 1);

/** A job is begun at most this often; after that it fails, because it may be what ends its workers. */
const MOST_ATTEMPTS = 2;
const REST_MS = 30_000;

interface Job {
  readonly priority: number;
  readonly deferred: Deferred<unknown>;
  attempts: number;
  onProgress(share: number): void;
  message(id: number): ToJob;
}

/** One worker of the pool. */
interface Hand {
  readonly worker: WorkerLike<ToJob, FromJob>;
  readonly watchdog: Watchdog;
  /** The request it was given and has not settled; it may outlive its job, which may be given up. */
  owes: number | undefined;
  job: Job | undefined;
  rest: ReturnType<typeof setTimeout> | undefined;
}

/**
 * The page's side of jobs: a few workers, started when there is something to do, and a queue by priority.
 * Every job settles: with its answer, with E_ABORTED when it is given up, or with the code of what went
 * wrong. A job whose worker dies or falls silent is taken up by another one.
 */
export class Pool {
  /** By priority, then in the order they came. */
  private readonly waiting: Job[] = [];
  private readonly hands = new Set<Hand>();
  private nextId = 1;
  private disposed = false;

  constructor(private readonly options: PoolOptions) {}

  /** Workers that there are now. */
  get workers(): number {
    return this.hands.size;
  }

  /** Has a job done. Rejects with a CallError. */
  run<Name extends JobName>(
    name: Name,
    ask: Jobs[Name][0],
    { priority = 0, signal, onProgress }: JobOptions = {},
  ): Promise<Jobs[Name][1]> {
    const deferred = new Deferred<Jobs[Name][1]>(signal, () => this.giveUp(job));
    const job: Job = {
      priority,
      deferred: deferred as Deferred<unknown>,
      attempts: 0,
      onProgress: (share) => onProgress?.(share),
      message: (id) => callOf<Jobs, Name>(id, name, ask),
    };
    if (this.disposed) deferred.reject(new CallError('E_ABORTED', 'the pool was closed'));
    if (!deferred.settled) {
      this.enqueue(job);
      this.assign();
    }
    return deferred.promise;
  }

  /** Ends all workers; jobs settle with E_ABORTED. */
  dispose(): void {
    this.disposed = true;
    const error = new CallError('E_ABORTED', 'the pool was closed');
    for (const job of this.waiting.splice(0)) job.deferred.reject(error);
    for (const hand of this.hands) {
      this.end(hand);
      hand.job?.deferred.reject(error);
    }
  }

  /** Behind jobs of its priority, or before them when it was begun already. */
  private enqueue(job: Job): void {
    const behind = (other: Job): boolean =>
      other.priority < job.priority || (other.priority === job.priority && job.attempts > 0);
    const at = this.waiting.findIndex(behind);
    this.waiting.splice(at < 0 ? this.waiting.length : at, 0, job);
  }

  /** The job was aborted and is settled. */
  private giveUp(job: Job): void {
    const at = this.waiting.indexOf(job);
    if (at >= 0) this.waiting.splice(at, 1);
    for (const hand of this.hands) {
      if (hand.job !== job || hand.owes === undefined) continue;
      hand.job = undefined;
      // It is free again when it says so.
      hand.worker.postMessage({ t: 'cancel', id: hand.owes });
    }
  }

  /** Gives jobs to workers that have none, and starts workers while there may be more. */
  private assign(): void {
    while (this.waiting.length > 0) {
      let hand = [...this.hands].find(({ owes }) => owes === undefined);
      if (!hand && this.hands.size >= this.options.size) return;
      const job = this.waiting.shift();
      if (!job) return;
      try {
        hand ??= this.hire();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        job.deferred.reject(new CallError('E_WORKER', `no worker could be started: ${reason}`));
        continue;
      }
      this.give(hand, job);
    }
  }

  private give(hand: Hand, job: Job): void {
    clearTimeout(hand.rest);
    const id = this.nextId++;
    job.attempts++;
    hand.job = job;
    hand.owes = id;
    hand.worker.postMessage(job.message(id));
    hand.watchdog.watch(true);
  }

  private hire(): Hand {
    const worker = this.options.spawn();
    const hand: Hand = {
      worker,
      watchdog: new Watchdog(
        this.options.watchdogMs ?? WATCHDOG_MS,
        () => worker.postMessage({ t: 'ping', id: 0 }),
        () => this.lose(hand, new CallError('E_WORKER', 'the worker did not answer')),
      ),
      owes: undefined,
      job: undefined,
      rest: undefined,
    };
    this.hands.add(hand);
    begin<ToJob, FromJob>(
      worker,
      'job',
      (message) => this.receive(hand, message),
      (reason) => this.lose(hand, new CallError('E_WORKER', reason)),
    );
    return hand;
  }

  private receive(hand: Hand, message: FromJob): void {
    if (!this.hands.has(hand)) return;
    switch (message.t) {
      case 'reply':
        if (message.id === hand.owes) {
          hand.job?.deferred.resolve(message.value);
          this.free(hand);
        }
        break;
      case 'error':
        if (message.id === hand.owes) {
          hand.job?.deferred.reject(new CallError(message.code, message.message));
          this.free(hand);
        }
        break;
      case 'progress':
        if (message.id === hand.owes) hand.job?.onProgress(message.share);
        break;
      case 'fault':
        this.lose(hand, new CallError(message.code, message.message));
        return;
      case 'pong':
        break;
    }
    hand.watchdog.heard(hand.owes !== undefined);
  }

  private free(hand: Hand): void {
    hand.job = undefined;
    hand.owes = undefined;
    hand.rest = setTimeout(() => this.end(hand), this.options.restMs ?? REST_MS);
    this.assign();
  }

  /** A worker is of no more use. Its job goes to another one, unless that would be no better. */
  private lose(hand: Hand, error: CallError): void {
    if (!this.hands.has(hand)) return;
    this.end(hand);
    const { job } = hand;
    if (job && !job.deferred.settled) {
      if (error.code === 'E_PROTOCOL' || job.attempts >= MOST_ATTEMPTS) job.deferred.reject(error);
      else this.enqueue(job);
    }
    this.assign();
  }

  private end(hand: Hand): void {
    this.hands.delete(hand);
    clearTimeout(hand.rest);
    hand.watchdog.stop();
    hand.worker.terminate();
  }
}
