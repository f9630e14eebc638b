import type { ErrorCode } from '../base/result.ts';
import { type Begin, PROTOCOL_VERSION, type Role } from './protocol.ts';

/** The part of a Worker that the page's side uses; tests give it a MessagePort. */
export interface WorkerLike<To, From> {
  postMessage(message: To | Begin, transfer?: ArrayBuffer[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<From>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  /** A message came that cannot be read. */
  onmessageerror: ((event: MessageEvent) => void) | null;
}

/** How a request ended that was not answered. */
export class CallError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Tells a new worker what it is to be, and listens to it.
 * @param lost told when the worker cannot go on; not of its own `fault` messages
 */
export function begin<To, From>(
  worker: WorkerLike<To, From>,
  role: Role,
  heard: (message: From) => void,
  lost: (reason: string) => void,
): void {
  worker.onmessage = (event) => heard(event.data);
  worker.onerror = (event) => lost(event.message || 'the worker failed to start');
  worker.onmessageerror = () => lost('the worker sent what cannot be read');
  worker.postMessage({ t: 'begin', role, protocol: PROTOCOL_VERSION });
}

/** A promise that is settled once: by its owner, or with E_ABORTED by its signal. It leaves no listener behind. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  private settle: { resolve(value: T): void; reject(error: Error): void } | undefined;
  private readonly abort = (): void => {
    this.reject(new CallError('E_ABORTED', 'stopped'));
    this.onAbort();
  };

  /** @param onAbort called after the signal has settled it */
  constructor(
    private readonly signal: AbortSignal | undefined,
    private readonly onAbort: () => void = () => undefined,
  ) {
    this.promise = new Promise<T>((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    if (signal?.aborted) this.reject(new CallError('E_ABORTED', 'stopped before it began'));
    else signal?.addEventListener('abort', this.abort, { once: true });
  }

  get settled(): boolean {
    return this.settle === undefined;
  }

  resolve(value: T): void {
    this.take()?.resolve(value);
  }

  reject(error: Error): void {
    this.take()?.reject(error);
  }

  private take(): typeof this.settle {
    const { settle } = this;
    this.settle = undefined;
    this.signal?.removeEventListener('abort', this.abort);
    return settle;
  }
}

/** While something is owed, silence means trouble: a worker is asked for a sign of life, then given up. */
export class Watchdog {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = false;

  /**
   * @param ms how long a worker may be silent
   * @param ask sends a ping
   * @param giveUp called when there was no answer
   */
  constructor(
    private readonly ms: number,
    private readonly ask: () => void,
    private readonly giveUp: () => void,
  ) {}

  /** The worker was heard. @param owed whether more is to be expected */
  heard(owed: boolean): void {
    this.asked = false;
    this.watch(owed);
  }

  /** From now on something is owed, or nothing is. */
  watch(owed: boolean): void {
    clearTimeout(this.timer);
    if (!owed) return;
    this.timer = setTimeout(() => {
      if (this.asked) {
        this.giveUp();
        return;
      }
      this.asked = true;
      this.ask();
      this.watch(true);
    }, this.ms);
  }

  /** Nothing is owed any more, to anybody. */
  stop(): void {
    this.heard(false);
  }
}
