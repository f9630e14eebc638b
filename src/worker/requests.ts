import type { ErrorCode } from '../base/result.ts';
import type { CallOf, FromAny, Rows } from './protocol.ts';

/** What a row returns when its reply comes later, through the ticket. */
export const LATER = Symbol('answered later');

/** A request that is to be settled, once; settling it again does nothing. */
export interface Ticket<Reply> {
  readonly id: number;
  resolve(value: Reply): void;
  reject(code: ErrorCode, message: string): void;
}

/** One function a row of the table: from the argument to the reply, or to LATER. */
export type Answers<Table extends Rows<Table>> = {
  readonly [Name in keyof Table]: (
    arg: Table[Name][0],
    ticket: Ticket<Table[Name][1]>,
  ) => Table[Name][1] | typeof LATER;
};

/** Thrown by a row that will not do what it is asked; anything else that is thrown is a fault of ours. */
export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The worker's side of requests: those that came and were not begun yet, and those that were begun and are
 * not settled yet. They are begun in their order, one at a turn, so that a `cancel` behind a request still
 * finds it waiting. Every one is settled once.
 */
export class Requests<Table extends Rows<Table>> {
  private readonly waiting: CallOf<Table>[] = [];
  private readonly open = new Set<number>();

  /** @param fault told of what a row has thrown, after its request was settled */
  constructor(
    private readonly post: (message: FromAny) => void,
    private readonly answers: Answers<Table>,
    private readonly fault: (error: unknown) => void,
  ) {}

  /** True when no request waits to be begun. */
  get idle(): boolean {
    return this.waiting.length === 0;
  }

  push(call: CallOf<Table>): void {
    this.open.add(call.id);
    this.waiting.push(call);
  }

  /** Whether one of these waits to be begun. */
  awaits(names: ReadonlySet<keyof Table>): boolean {
    return this.waiting.some(({ name }) => names.has(name));
  }

  /**
   * Begins the request that waits longest.
   * @param among only one of these, undefined: any
   * @returns false: there is none
   */
  next(among?: ReadonlySet<keyof Table>): boolean {
    const at = this.waiting.findIndex(({ name }) => among?.has(name) !== false);
    const [call] = at < 0 ? [] : this.waiting.splice(at, 1);
    if (call !== undefined) this.begin(call);
    return call !== undefined;
  }

  /** Settles requests of these names that came before another one and were not begun yet. */
  drop(names: ReadonlySet<keyof Table>, before: number, message: string): void {
    const stopped = this.waiting.filter(({ id, name }) => id < before && names.has(name));
    for (const { id } of stopped) this.cancel(id, message);
  }

  /** Settles a request that was not begun yet. @returns false when there is none of this id */
  cancel(id: number, message = 'stopped before it began'): boolean {
    const at = this.waiting.findIndex((call) => call.id === id);
    if (at < 0) return false;
    this.waiting.splice(at, 1);
    this.reject(id, 'E_ABORTED', message);
    return true;
  }

  /** Settles every request, begun or not; a Set may lose what is being walked over. */
  rejectAll(code: ErrorCode, message: string): void {
    this.waiting.length = 0;
    for (const id of this.open) this.reject(id, code, message);
  }

  private begin<Name extends keyof Table>(call: {
    readonly id: number;
    readonly name: Name;
    readonly arg: Table[Name][0];
  }): void {
    const { id } = call;
    try {
      const value = this.answers[call.name](call.arg, {
        id,
        resolve: (late) => this.resolve(id, late),
        reject: (code, message) => this.reject(id, code, message),
      });
      if (value !== LATER) this.resolve(id, value);
    } catch (error) {
      if (error instanceof Refusal) {
        this.reject(id, error.code, error.message);
        return;
      }
      this.reject(id, 'E_WORKER', messageOf(error));
      this.fault(error);
    }
  }

  private resolve(id: number, value: unknown): void {
    if (this.open.delete(id)) this.post({ t: 'reply', id, value });
  }

  private reject(id: number, code: ErrorCode, message: string): void {
    if (this.open.delete(id)) this.post({ t: 'error', id, code, message });
  }
}

/** The words of whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
