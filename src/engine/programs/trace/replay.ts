import { packWords, unpackWords } from '../packing.ts';
import { OP, OP_END, OP_WORDS, type Program, type SetUp, type Setup, writeOp } from '../program.ts';
import type { TraceEvents } from './events.ts';
import type { TracePlan } from './plan.ts';

/** What is due at an event, in this order. */
const PHASE = { call: 0, start: 1, exit: 2 } as const;
const NOBODY = 0;
/** The largest size of a record. */
const MOST_SIZE = 2 ** 48 - 1;
/** log2 of the largest alignment that is asked for. */
const MOST_ALIGN = 21;

/**
 * Does what a trace says, in its order: each call waits for the one before it, so that blocks are allocated before they are freed by
 * whichever thread. Whoever makes the call before a thread's first one creates it; a thread that the trace ends does so after
 * its last call. Slots are those of the trace, so that the state is little more than a place in it.
 *
 * Of a thread that was killed, or could not be created, allocations are left out with all that is done to their blocks, and
 * reallocs; the blocks that it was to free are freed by the first thread that lives.
 */
export class Replay implements Program {
  readonly chains: number;
  readonly slots: number;
  readonly maxSlots: number;
  readonly independent = false;
  /** The program will have written what it asked for. */
  readonly touchBytes = Infinity;
  news = 0;
  private readonly events: TraceEvents;
  /** Where it is: an event, and what of it is due. */
  private event = 0;
  private phase: number = PHASE.call;
  /** Chain whose turn it is; NOBODY: the trace is over, or nobody is left. */
  private actor = NOBODY;
  /** By chain: its life and one; 0: no thread. */
  private readonly alive: Int32Array;
  /** Whether threads have died before their time. */
  private broken = false;
  /** A bit a slot: its allocation was left out. */
  private missing = new Int32Array(0);

  constructor(private readonly plan: TracePlan) {
    this.events = plan.events;
    this.chains = plan.chains;
    this.slots = Math.max(1, plan.events.slots);
    this.maxSlots = this.slots;
    this.alive = new Int32Array(plan.chains);
  }

  *setup(on: Setup): SetUp {
    const { begin, chainOf } = this.plan;
    const { initial, carried } = this.events;
    for (let life = 0; life < begin.length; life++) {
      if (begin[life] !== 0) continue;
      if (on.start(chainOf[life])) this.alive[chainOf[life]] = life + 1;
      else this.broken = true;
      yield;
    }
    for (const { slot, size, life } of initial) {
      // Whoever allocated it may be gone: then it is main's.
      const chain = life < carried ? chainOf[life] : NOBODY;
      on.malloc(this.alive[chain] === life + 1 ? chain : NOBODY, sizeOf(size), slot);
      yield;
    }
    this.skip();
  }

  /** Whether a chain has a life as its thread. */
  private isNext(chain: number, life: number): boolean {
    return this.alive[chain] === life + 1;
  }

  private startsAfter(event: number): boolean {
    const next = event + 1;
    if (next >= this.events.count) return false;
    return this.plan.begin[this.events.lifeAt(next)] === next;
  }

  private exitsAfter(event: number): boolean {
    const life = this.events.lifeAt(event);
    return this.plan.ends[life] !== 0 && this.plan.last[life] === event;
  }

  /** Goes to what is due next. */
  private step(): void {
    const { event, phase } = this;
    if (phase === PHASE.call && this.startsAfter(event)) this.phase = PHASE.start;
    else if (phase < PHASE.exit && this.exitsAfter(event)) this.phase = PHASE.exit;
    else {
      this.phase = PHASE.call;
      this.event = event + 1;
    }
  }

  /** Goes on to what somebody can do, and finds out who. */
  private skip(): void {
    const { events, plan } = this;
    for (;;) {
      if (this.event >= events.count) {
        this.actor = NOBODY;
        return;
      }
      const life = events.lifeAt(this.event);
      const chain = plan.chainOf[life];
      const lives = this.isNext(chain, life);
      if (lives && !(this.broken && this.isOfMissing())) {
        this.actor = chain;
        return;
      }
      if (!this.leftOut()) {
        this.actor = this.substitute();
        return;
      }
      this.step();
    }
  }

  private isMissing(slot: number): boolean {
    return (this.missing[slot >> 5] & (1 << (slot & 31))) !== 0;
  }

  /** Whether the call that is due is about a block whose allocation was left out. */
  private isOfMissing(): boolean {
    if (this.phase !== PHASE.call) return false;
    const kind = this.events.kindAt(this.event);
    const allocates = kind !== OP.free && kind !== OP.realloc;
    return !allocates && this.isMissing(this.events.slotAt(this.event));
  }

  /** Of what its own thread cannot do: true when nobody does it, which is noted. */
  private leftOut(): boolean {
    if (this.phase === PHASE.exit) return true;
    if (this.phase === PHASE.start) return false;
    const { events, event } = this;
    const slot = events.slotAt(event);
    const kind = events.kindAt(event);
    if (kind === OP.realloc) return true;
    if (kind !== OP.free) {
      this.setMissing(slot, true);
      return true;
    }
    if (!this.isMissing(slot)) return false;
    this.setMissing(slot, false);
    return true;
  }

  private setMissing(slot: number, missing: boolean): void {
    if (this.missing.length === 0) this.missing = new Int32Array((this.slots + 31) >> 5);
    if (missing) this.missing[slot >> 5] |= 1 << (slot & 31);
    else this.missing[slot >> 5] &= ~(1 << (slot & 31));
  }

  /** The first thread that lives, in place of one that does not. */
  private substitute(): number {
    for (let chain = 1; chain < this.chains; chain++) if (this.alive[chain] !== 0) return chain;
    return NOBODY;
  }

  fill(chain: number, into: Int32Array, at: number, most: number): number {
    if (chain !== this.actor) return 0;
    const { event, phase, plan, events } = this;
    if (phase === PHASE.start) {
      writeOp(into, at, OP.start, 0, 0, plan.chainOf[events.lifeAt(event + 1)]);
      return 1;
    }
    if (phase === PHASE.exit) {
      writeOp(into, at, OP.exit, 0, 0, 0);
      return 1;
    }
    const life = events.lifeAt(event);
    const end = this.broken ? event + 1 : Math.min(events.count, event + most);
    let next = event;
    let word = at;
    while (next < end && events.lifeAt(next) === life) {
      this.write(next, into, word);
      word += OP_WORDS;
      if (this.startsAfter(next) || this.exitsAfter(next)) return next + 1 - event;
      next++;
    }
    return next - event;
  }

  private write(event: number, into: Int32Array, at: number): void {
    const { events } = this;
    const kind = events.kindAt(event);
    const slot = events.slotAt(event);
    if (kind === OP.free) {
      writeOp(into, at, OP.free | OP_END, slot, 0, 0);
      return;
    }
    const align = kind === OP.memalign ? Math.min(events.alignAt(event), MOST_ALIGN) : 0;
    const as = kind === OP.memalign && align === 0 ? OP.malloc : kind;
    writeOp(into, at, as | OP_END, slot, sizeOf(events.sizeAt(event)), align);
  }

  settle(chain: number, used: number): void {
    if (used === 0) return;
    const { plan, events } = this;
    if (this.phase === PHASE.start) {
      const life = events.lifeAt(this.event + 1);
      this.alive[plan.chainOf[life]] = life + 1;
    } else if (this.phase === PHASE.exit) this.alive[chain] = 0;
    else this.event += used - 1;
    this.step();
    this.skip();
    if (this.actor !== chain) this.news++;
  }

  /** With the last call of the trace its threads come to rest; before it they stand in line for each other. */
  sleeps(): boolean {
    return this.event >= this.events.count;
  }
  wake(): boolean {
    return false;
  }

  ended(chain: number): void {
    this.alive[chain] = 0;
    this.broken = true;
    this.skip();
    this.news++;
  }

  knobChanged(): void {}

  words(): Int32Array {
    const place = Int32Array.of(this.event, this.phase, this.broken ? 1 : 0);
    return packWords([place, this.alive, this.missing]);
  }

  restore(words: Int32Array): void {
    const [place, alive, missing] = unpackWords(words);
    this.event = place[0];
    this.phase = place[1];
    this.broken = place[2] !== 0;
    this.alive.set(alive);
    this.missing = missing.slice();
    this.skip();
    this.news++;
  }
}

/** A block of no bytes is one all the same; no model has room for more than the largest. */
const sizeOf = (size: number): number => Math.min(Math.max(1, size), MOST_SIZE);
