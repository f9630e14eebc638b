import type { KnobValues } from '../../engine/knobs/index.ts';
import { prepareSimulation } from '../../engine/simulation.ts';
import type { Simulation } from '../../engine/types.ts';
import type { FromJob, ToJob } from '../jobs.ts';
import type { WorkerLike } from '../link.ts';
import type { Begin, FromLane, ToLane } from '../protocol.ts';
import { type AnyPort, serve } from '../serve.ts';

type To = Begin | ToLane | ToJob;
type From = FromLane | FromJob;

export interface ChannelOptions {
  /** The worker's clock, ms; undefined: the machine's. */
  readonly clock?: { readonly now: number };
  prepareSimulation?(knobs: KnobValues): Simulation;
  /** Told before each turn of the worker, and after it. */
  onTurn?(isOver: boolean): void;
}

/** A worker in this thread: what a worker's script does, behind a real MessageChannel. */
export class ChannelWorker implements WorkerLike<ToLane | ToJob, From> {
  onmessage: ((event: MessageEvent<From>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  onmessageerror: ((event: MessageEvent) => void) | null = null;
  /** Everything that the page sent, and what it got. */
  readonly sent: To[] = [];
  readonly got: From[] = [];
  terminated = false;
  /** Hears nothing any more, but looks alive. */
  deaf = false;
  private readonly channel = new MessageChannel();

  constructor({
    clock,
    onTurn,
    prepareSimulation: prepare = prepareSimulation,
  }: ChannelOptions = {}) {
    const { port1, port2 } = this.channel;
    port1.onmessage = (event: MessageEvent<From>) => {
      this.got.push(event.data);
      this.onmessage?.(event);
    };
    const port: AnyPort = {
      onmessage: null,
      postMessage: (message, transfer = []) => port2.postMessage(message, transfer),
    };
    port2.onmessage = (event: MessageEvent<To>) => {
      if (!this.deaf) port.onmessage?.(event);
    };
    serve(port, {
      prepareSimulation: prepare,
      now: () => (clock ? clock.now : performance.now()),
      schedule: (turn) =>
        setImmediate(() => {
          if (this.terminated || this.deaf) return;
          onTurn?.(false);
          turn();
          onTurn?.(true);
        }),
    });
  }

  postMessage(message: To, transfer: ArrayBuffer[] = []): void {
    this.sent.push(message);
    if (!this.terminated) this.channel.port1.postMessage(message, transfer);
  }

  terminate(): void {
    this.terminated = true;
    this.channel.port1.close();
    this.channel.port2.close();
  }

  /** Dies as a worker does whose script throws. */
  die(message: string): void {
    this.terminated = true;
    this.onerror?.({ message } as ErrorEvent);
  }
}

/** Lets messages and turns go on until something holds. Throws when it never does. */
export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400_000 && !holds(); i++) await new Promise((next) => setImmediate(next));
  if (!holds()) throw new Error(`never: ${holds}`);
}
