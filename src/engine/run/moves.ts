import { asBytes, asNs } from '../../base/units.ts';
import type { Move, MoveAct, MovePlace } from '../moves.ts';
import { OP, OP_HEAD, OP_KIND_MASK, OP_SLOT, sizeOfOp } from '../programs/program.ts';
import { C } from '../telemetry/counters.ts';
import type { Run } from './run.ts';

/** Counters that tell whose hand a block went to. */
const REMOTE = [C.remoteFrees, C.runtimeRemoteFrees] as const;

/** A record that a chain has begun and that may take several calls. */
interface Begun {
  readonly act: MoveAct;
  readonly slot: number;
  readonly bytes: number;
  readonly from: MovePlace | undefined;
  /** Whether it was counted as a remote free so far. */
  remote: boolean;
}

/**
 * What moved, record by record, while somebody watches: the run then hands its allocator one record at a time, and this
 * looks where the record's block was before and is afterwards, and what was counted and raised meanwhile. It only
 * looks. A run that nobody watches does not have it, and its loops know nothing of it.
 */
export class MoveLog {
  private readonly begun: (Begun | undefined)[];
  /** Events that have been told. */
  private seen: number;
  private before = 0;

  constructor(
    private readonly run: Run,
    private readonly tell: (move: Move) => void,
  ) {
    this.begun = Array.from({ length: run.chains }, () => undefined);
    this.seen = run.events.next;
  }

  /** The run stands elsewhere: nothing is under way that was seen to begin. */
  forget(): void {
    this.begun.fill(undefined);
    this.seen = this.run.events.next;
  }

  /** The allocator is about to be handed what stands at word `at`, or with `count` 0 its own work. */
  begin(chain: number, ops: Int32Array, at: number, count: number): void {
    const { allocator } = this.run;
    this.rest();
    this.before = this.remotes();
    // Of a record that was under way when the watch began, what it still says of itself must do.
    const goesOn = allocator.busy[chain] !== 0 && this.begun[chain] !== undefined;
    if (count === 0 || goesOn) return;
    const kind = ops[at + OP_HEAD] & OP_KIND_MASK;
    const slot = ops[at + OP_SLOT];
    const size = sizeOfOp(ops, at);
    this.begun[chain] = {
      act: actOf(kind, size),
      slot,
      bytes: kind < OP.free ? size : 0,
      from: kind === OP.free || kind === OP.realloc ? this.placeOf(chain, slot) : undefined,
      remote: false,
    };
  }

  /** It was: so many records are over. */
  end(chain: number, done: number): void {
    const begun = this.begun[chain];
    if (begun !== undefined && this.remotes() > this.before) begun.remote = true;
    if (done === 0 || begun === undefined) {
      this.rest(chain);
      return;
    }
    this.begun[chain] = undefined;
    if (begun.act === 'none') this.rest(chain);
    else {
      const to =
        begun.act === 'free' || begun.slot < 0 ? undefined : this.placeOf(chain, begun.slot);
      this.push(chain, { ...begun, to, runtime: false });
    }
  }

  /** The runtime is about to free a thread table. @returns to be called when it has */
  frees(chain: number, slot: number): () => void {
    this.rest();
    const before = this.remotes();
    const from = this.placeOf(chain, slot);
    return () => {
      const remote = this.remotes() > before;
      const what = { act: 'free', slot, bytes: 0, from, to: undefined, remote } as const;
      this.push(chain, { ...what, runtime: true });
    };
  }

  /** The runtime has allocated a thread table. */
  allocated(chain: number, slot: number, bytes: number): void {
    const to = this.placeOf(chain, slot);
    const what = { act: 'malloc', slot, bytes, from: undefined, to, remote: false } as const;
    this.push(chain, { ...what, runtime: true });
  }

  /** Tells of events that belong to no record: threads begin and end, timers, what is done in steps. */
  rest(chain = -1): void {
    const { events } = this.run;
    if (this.seen >= events.next) return;
    const life = events.get(this.seen)?.life ?? 0;
    const whose = chain >= 0 ? chain : life >= 0 ? this.run.threads.chainOf(life) : 0;
    const none = { act: 'none', slot: -1, bytes: 0, from: undefined, to: undefined } as const;
    this.push(whose, { ...none, remote: false, runtime: false });
  }

  private push(
    chain: number,
    what: Omit<Begun, 'bytes'> & {
      readonly bytes: number;
      readonly to: MovePlace | undefined;
      readonly runtime: boolean;
    },
  ): void {
    const { events, threads } = this.run;
    const first = this.seen;
    this.seen = events.next;
    this.tell({
      ...what,
      bytes: asBytes(what.bytes),
      chain,
      life: threads.life[chain],
      ns: asNs(threads.clock[chain]),
      firstEvent: first,
      endEvent: events.next,
    });
  }

  private remotes(): number {
    const { counters } = this.run;
    return REMOTE.reduce((sum, counter) => sum + counters[counter], 0);
  }

  /** Where the block of a slot is; undefined: it has none, or another heap holds it. */
  private placeOf(chain: number, slot: number): MovePlace | undefined {
    if (slot < 0) return undefined;
    const { row, block } = this.run.allocator.served(chain, slot);
    return row < 0 ? undefined : { row, block };
  }
}

/** Of a kind of record, as the table of OP has them. */
function actOf(kind: number, size: number): MoveAct {
  switch (kind) {
    case OP.malloc:
    case OP.calloc:
    case OP.memalign:
      return 'malloc';
    case OP.realloc:
      return size === 0 ? 'free' : 'realloc';
    case OP.free:
      return 'free';
    default:
      return 'none';
  }
}
