import type { KnobValues } from '../knobs/index.ts';
import type { ProgramDef } from './definition.ts';
import { LRAN2_STATE, lran2, lran2Init } from './lran2.ts';
import { OP, OP_END, type Program, type Setup, writeOp } from './program.ts';
import { SlotQueue } from './slot-queue.ts';
import { SlotSet } from './slot-set.ts';
import { packWords, unpackWords } from './words.ts';

/** Mail that may wait beyond twice the window before the sender has to wait, so that memory is bounded. */
const SLACK = 64;
const PAIR = [1, 2] as const;
const NONE = -1;

/** What the chain's next record is: an allocation, or the end of the operation that it began. */
const NEXT = { malloc: 0, end: 1 } as const;

/**
 * W3 and W4. Chains 1 and 2 are the pair: each allocates a block and hands it to the other, which frees the
 * oldest when more than `window` wait for it. Further chains are wakers: they sleep until each of the pair
 * has done `wakePeriod` operations more, then allocate a burst, keep what they allocate, free the oldest
 * when they hold more than `hold`, and sleep again. Generators are lran2 seeded with seed + 0, 1, … in
 * chain order.
 *
 * An operation is the allocation and then the free that it made due, if any; whether one is due is known
 * once the allocation has been carried out, so each is a fill of its own.
 *
 * When one of the pair has been killed, what waits for it stays live for ever. The other has nobody to hand
 * to: from then on its own blocks wait for itself.
 */
export class Pair implements Program {
  readonly chains: number;
  readonly independent = false;
  /** Both sides of a hand-over read and write the block. */
  readonly touchBytes = Infinity;
  news = 0;
  private readonly knobs: Readonly<KnobValues>;
  private readonly minSize: number;
  private readonly range: number;
  private readonly slotSet = new SlotSet();
  /** What waits for each chain, or what a waker holds; oldest first. */
  private readonly waiting: SlotQueue[];
  /** LRAN2_STATE words a chain; behind them the same again as it was before the chain's latest fill. */
  private readonly generators: Int32Array;
  /** By chain: NEXT; slot of the allocation under way; slot of the free that is due, or NONE. */
  private readonly next: Int32Array;
  private readonly slot: Int32Array;
  private readonly due: Int32Array;
  /** By chain: 1 once it has ended. */
  private readonly dead: Int32Array;
  /** Operations left of a waker's burst; 0: it sleeps. */
  private readonly burstLeft: Int32Array;
  /** Operations that each chain has done, and how many of the pair's wake each waker. */
  private readonly done: Float64Array;
  private readonly wakeAt: Float64Array;
  /** By chain: records of its latest fill that are not settled. */
  private readonly drawn: Int32Array;

  constructor(knobs: Readonly<KnobValues>, wakers: number) {
    this.knobs = knobs;
    this.chains = 3 + wakers;
    this.minSize = knobs.minSize;
    this.range = Math.abs(knobs.maxSize - knobs.minSize);
    this.waiting = Array.from({ length: this.chains }, () => new SlotQueue());
    this.generators = new Int32Array(2 * this.chains * LRAN2_STATE);
    this.next = new Int32Array(this.chains);
    this.slot = new Int32Array(this.chains).fill(NONE);
    this.due = new Int32Array(this.chains).fill(NONE);
    this.dead = new Int32Array(this.chains);
    this.burstLeft = new Int32Array(this.chains);
    this.done = new Float64Array(this.chains);
    this.wakeAt = new Float64Array(this.chains).fill(knobs.wakePeriod);
    this.drawn = new Int32Array(this.chains);
    for (let chain = 1; chain < this.chains; chain++)
      lran2Init(this.generators, chain * LRAN2_STATE, knobs.seed + chain - 1);
  }

  get slots(): number {
    return this.slotSet.limit;
  }
  /** Of each chain: what may wait for it or be held by it, and what it has in its hands. */
  get maxSlots(): number {
    return 2 * (this.most + 3) + (this.chains - 3) * (this.knobs.hold + 2);
  }

  setup(on: Setup): void {
    for (let chain = 1; chain < this.chains; chain++) if (!on.start(chain)) this.ended(chain);
  }

  fill(chain: number, into: Int32Array, at: number, _most: number): number {
    if (this.next[chain] === NEXT.end) {
      const due = this.due[chain];
      if (due === NONE) writeOp(into, at, OP.none | OP_END, 0, 0, 0);
      else writeOp(into, at, OP.free | OP_END, due, 0, 0);
    } else {
      if (this.mustWait(chain)) return 0;
      const { generators, range, minSize } = this;
      const base = chain * LRAN2_STATE;
      generators.copyWithin(this.chains * LRAN2_STATE + base, base, base + LRAN2_STATE);
      const size = range === 0 ? minSize : minSize + (lran2(generators, base) % range);
      this.slot[chain] = this.slotSet.take();
      writeOp(into, at, OP.malloc, this.slot[chain], size, 0);
    }
    this.drawn[chain] = 1;
    return 1;
  }

  settle(chain: number, used: number): void {
    if (this.drawn[chain] === 0) return;
    this.drawn[chain] = 0;
    if (this.next[chain] === NEXT.malloc) {
      if (used === 0) this.takeBack(chain);
      else this.allocated(chain);
    } else if (used > 0) this.freed(chain);
  }

  private takeBack(chain: number): void {
    const base = chain * LRAN2_STATE;
    const saved = this.chains * LRAN2_STATE + base;
    this.generators.copyWithin(base, saved, saved + LRAN2_STATE);
    this.slotSet.takeBack(this.slot[chain]);
    this.slot[chain] = NONE;
  }

  private allocated(chain: number): void {
    const { waiting } = this;
    this.slotSet.keep(this.slot[chain]);
    waiting[this.receiverOf(chain)].push(this.slot[chain]);
    this.slot[chain] = NONE;
    this.next[chain] = NEXT.end;
    this.takeDue(chain);
  }

  private freed(chain: number): void {
    if (this.due[chain] !== NONE) this.slotSet.give(this.due[chain]);
    this.due[chain] = NONE;
    this.next[chain] = NEXT.malloc;
    this.done[chain]++;
    if (this.isWaker(chain)) this.burstLeft[chain]--;
    else this.wakeDue();
  }

  /** Takes the oldest block that waits beyond what may wait. */
  private takeDue(chain: number): void {
    const mail = this.waiting[chain];
    const allowed = this.isWaker(chain) ? this.knobs.hold : this.knobs.window;
    if (mail.count <= allowed) return;
    this.due[chain] = mail.shift();
    if (mail.count === this.most) this.news++;
  }

  /** Blocks that may wait before the sender has to. */
  private get most(): number {
    return 2 * this.knobs.window + SLACK;
  }
  private isWaker(chain: number): boolean {
    return chain > PAIR[1];
  }
  private receiverOf(chain: number): number {
    const other = PAIR[0] + PAIR[1] - chain;
    return this.isWaker(chain) || this.dead[other] !== 0 ? chain : other;
  }
  private mustWait(chain: number): boolean {
    if (chain === 0) return true;
    if (this.isWaker(chain)) return this.burstLeft[chain] === 0;
    const receiver = this.receiverOf(chain);
    return receiver !== chain && this.waiting[receiver].count > this.most;
  }

  /** Operations that each living one of the pair has done at least. */
  private get rounds(): number {
    let least = Infinity;
    for (const chain of PAIR) if (this.dead[chain] === 0) least = Math.min(least, this.done[chain]);
    return least;
  }

  /** Sleepers whose period is over wake. */
  private wakeDue(): void {
    const { rounds } = this;
    for (let chain = PAIR[1] + 1; chain < this.chains; chain++) {
      if (this.burstLeft[chain] > 0 || this.dead[chain] !== 0 || rounds < this.wakeAt[chain])
        continue;
      this.wakeAt[chain] = rounds + this.knobs.wakePeriod;
      this.burstLeft[chain] = this.knobs.burst;
      this.news++;
    }
  }

  sleeps(chain: number): boolean {
    return this.isWaker(chain) && this.burstLeft[chain] === 0;
  }
  wake(chain: number, ops: number): boolean {
    if (!this.sleeps(chain) || this.dead[chain] !== 0) return false;
    this.burstLeft[chain] = ops;
    return true;
  }
  ended(chain: number): void {
    this.dead[chain] = 1;
    this.news++;
  }

  knobChanged(): void {
    const { rounds } = this;
    if (rounds === Infinity) return;
    for (let chain = PAIR[1] + 1; chain < this.chains; chain++)
      this.wakeAt[chain] = Math.min(this.wakeAt[chain], rounds + this.knobs.wakePeriod);
  }

  words(): Int32Array {
    return packWords([
      this.generators.subarray(0, this.chains * LRAN2_STATE),
      ...this.columns(),
      this.slotSet.words(),
      ...this.waiting.map((queue) => queue.words()),
    ]);
  }

  restore(words: Int32Array): void {
    const [generators, ...rest] = unpackWords(words);
    this.generators.set(generators);
    const columns = this.columns();
    for (const [i, column] of columns.entries()) column.set(rest[i]);
    this.slotSet.restore(rest[columns.length]);
    for (const [chain, queue] of this.waiting.entries())
      queue.restore(rest[columns.length + 1 + chain]);
    this.drawn.fill(0);
    this.news++;
  }

  private columns(): Int32Array[] {
    const { next, slot, due, dead, burstLeft, done, wakeAt } = this;
    return [
      next,
      slot,
      due,
      dead,
      burstLeft,
      new Int32Array(done.buffer),
      new Int32Array(wakeAt.buffer),
    ];
  }
}

const OPERATION = 'an allocation, and the free that it made due';
const EXCHANGE = ['minSize', 'maxSize', 'seed', 'window'] as const;

export const pairDef: ProgramDef = {
  id: 'pair',
  label: 'Pair exchange',
  help: 'Two threads hand every block to the other, which frees the oldest when more than a window of them wait.',
  operation: OPERATION,
  leavesOut: ['The queue by which blocks are handed over, and its memory.'],
  knobs: EXCHANGE,
  chainsOf: () => 3,
  create: (knobs) => new Pair(knobs, 0),
};

export const wakersDef: ProgramDef = {
  id: 'wakers',
  label: 'Pair and wakers',
  help: 'The pair exchange, and threads that sleep, wake with the pair’s operations, allocate a burst, keep a number of blocks and sleep again.',
  operation: OPERATION,
  leavesOut: pairDef.leavesOut,
  knobs: [...EXCHANGE, 'wakers', 'wakePeriod', 'burst', 'hold'],
  chainsOf: (knobs) => 3 + knobs.wakers,
  create: (knobs) => new Pair(knobs, knobs.wakers),
};
