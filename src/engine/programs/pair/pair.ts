import type { KnobValues } from '../../knobs/index.ts';
import { LRAN2_STATE, lran2, lran2Init } from '../larson/lran2.ts';
import { packWords, unpackWords } from '../packing.ts';
import {
  OP,
  OP_ARG,
  OP_END,
  OP_FREE,
  OP_HEAD,
  OP_KIND_MASK,
  OP_MALLOC,
  OP_SIZE,
  OP_SLOT,
  OP_WORDS,
  type Program,
  type SetUp,
  type Setup,
} from '../program.ts';
import { SlotQueue } from '../slot-queue.ts';
import { SlotSet } from '../slot-set.ts';

/** Mail that may wait beyond twice the window before the sender has to wait, so that memory is bounded. */
const SLACK = 64;
/** The pair. */
const FIRST = 1;
const SECOND = 2;
const NONE = -1;
const NOTHING = new Int32Array(0);
/** Records that a chain decides on at once: an allocation, or after it two frees. */
const MOST_PLANNED = 2;
const PLAN_WORDS = MOST_PLANNED * OP_WORDS;

/**
 * W3 and W4. Chains 1 and 2 are the pair: each allocates a block and hands it to the other, which frees the
 * oldest when more than `window` wait for it. Further chains are wakers: they sleep until each of the pair
 * has done `wakePeriod` operations more, then allocate a burst, keep what they allocate, free the oldest
 * when they hold more than `hold`, and sleep again. Generators are lran2 seeded with seed + 0, 1, … in
 * chain order.
 *
 * An operation is the allocation and then the free that it made due, if any; whether one is due is known
 * once the allocation has been carried out. A chain decides on its next operation when it has completed one,
 * or when what it waited for has come about.
 *
 * One of the pair whose other is slower, or stalled, stands in line while more than twice the window (and some)
 * wait there, so that both go on at equal rates and memory is bounded.
 *
 * When one of the pair has been killed, what waited for it waits for the other, and so do that one's own
 * blocks from then on: it frees two for each that it allocates until no more than the window wait. When both have
 * been killed, the sleepers have nobody left to wake with: they free what they hold (the first of them also what
 * waited for the pair) and sleep for ever.
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
  /**
   * What each chain has decided on and not carried out: PLAN_WORDS words a chain, the place of the oldest record
   * among them, and how many records there are. It stays whatever others do, so that drawing records and
   * taking them back is nothing but copying.
   */
  private readonly plans: Int32Array;
  private readonly planAt: Int32Array;
  private readonly planned: Int32Array;
  /** LRAN2_STATE words a chain. */
  private readonly generators: Int32Array;
  /** By chain: 1 once it has ended. */
  private readonly dead: Int32Array;
  /** Operations left of a waker's burst; 0: it sleeps. */
  private readonly burstLeft: Int32Array;
  /** Operations that each chain has done, and how many of the pair's wake each waker. */
  private readonly done: Float64Array;
  private readonly wakeAt: Float64Array;

  constructor(knobs: Readonly<KnobValues>, wakers: number) {
    this.knobs = knobs;
    this.chains = 3 + wakers;
    this.minSize = knobs.minSize;
    this.range = Math.abs(knobs.maxSize - knobs.minSize);
    this.waiting = Array.from({ length: this.chains }, () => new SlotQueue());
    this.plans = new Int32Array(this.chains * PLAN_WORDS);
    this.planAt = new Int32Array(this.chains);
    this.planned = new Int32Array(this.chains);
    this.generators = new Int32Array(this.chains * LRAN2_STATE);
    this.dead = new Int32Array(this.chains);
    this.burstLeft = new Int32Array(this.chains);
    this.done = new Float64Array(this.chains);
    this.wakeAt = new Float64Array(this.chains).fill(knobs.wakePeriod);
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

  *setup(on: Setup): SetUp {
    for (let chain = 1; chain < this.chains; chain++) {
      if (!on.start(chain)) this.dead[chain] = 1;
      yield;
    }
    for (let chain = 1; chain < this.chains; chain++) this.plan(chain);
  }

  /** Decides on the chain's next allocation, unless it has decided already or must wait. */
  private plan(chain: number): void {
    if (this.planned[chain] > 0 || this.dead[chain] !== 0) return;
    if (this.mustWait(chain)) {
      if (this.isWaker(chain) && this.pairIsGone) this.planFree(chain);
      return;
    }
    const { generators, range, minSize } = this;
    const size = range === 0 ? minSize : minSize + (lran2(generators, chain * LRAN2_STATE) % range);
    this.push(chain, OP_MALLOC, this.slotSet.take(), size);
  }
  /** The sleeper has nothing to wait for any more: its oldest goes, if it has any. */
  private planFree(chain: number): void {
    if (this.waiting[chain].count > 0)
      this.push(chain, OP_FREE | OP_END, this.takeOldest(chain), 0);
  }
  /** Adds a record to what the chain has decided on; sizes are below 2^32. */
  private push(chain: number, head: number, slot: number, size: number): void {
    const { plans } = this;
    if (this.planned[chain] === 0) this.planAt[chain] = chain * PLAN_WORDS;
    const at = this.planAt[chain] + this.planned[chain]++ * OP_WORDS;
    plans[at + OP_HEAD] = head;
    plans[at + OP_SLOT] = slot;
    plans[at + OP_SIZE] = size;
    plans[at + OP_ARG] = 0;
  }
  /** What the chain waited for may have come about. */
  private retry(chain: number): void {
    const before = this.planned[chain];
    this.plan(chain);
    if (this.planned[chain] > before) this.news++;
  }

  fill(chain: number, into: Int32Array, at: number, most: number): number {
    const { plans } = this;
    const from = this.planAt[chain];
    const planned = this.planned[chain];
    const count = planned < most ? planned : most;
    for (let word = 0; word < count * OP_WORDS; word += OP_WORDS) {
      into[at + word + OP_HEAD] = plans[from + word + OP_HEAD];
      into[at + word + OP_SLOT] = plans[from + word + OP_SLOT];
      into[at + word + OP_SIZE] = plans[from + word + OP_SIZE];
      into[at + word + OP_ARG] = plans[from + word + OP_ARG];
    }
    return count;
  }

  settle(chain: number, used: number): void {
    const { plans, planAt, planned } = this;
    for (let i = 0; i < used; i++) {
      const at = planAt[chain];
      const head = plans[at + OP_HEAD];
      const slot = plans[at + OP_SLOT];
      const kind = head & OP_KIND_MASK;
      planAt[chain] = at + OP_WORDS;
      planned[chain]--;
      if (kind === OP_MALLOC) this.allocated(chain, slot);
      else if (kind === OP_FREE) this.slotSet.give(slot);
      if ((head & OP_END) !== 0) this.completed(chain);
    }
  }

  private allocated(chain: number, slot: number): void {
    const receiver = this.receiverOf(chain);
    this.waiting[receiver].push(slot);
    const due = this.takeDue(chain);
    if (due === NONE) {
      this.push(chain, OP.none | OP_END, 0, 0);
      return;
    }
    // What the dead one has left waits here, too.
    const more = receiver === chain && !this.isWaker(chain) ? this.takeDue(chain) : NONE;
    if (more !== NONE) this.push(chain, OP_FREE, more, 0);
    this.push(chain, OP_FREE | OP_END, due, 0);
  }

  private completed(chain: number): void {
    this.done[chain]++;
    if (!this.isWaker(chain)) this.wakeSleepers();
    else if (this.burstLeft[chain] > 0) this.burstLeft[chain]--;
    this.plan(chain);
  }

  /** Takes the oldest block that waits beyond what may wait. @returns its slot, or NONE */
  private takeDue(chain: number): number {
    const mail = this.waiting[chain];
    const allowed = this.isWaker(chain) ? this.knobs.hold : this.knobs.window;
    return mail.count > allowed ? this.takeOldest(chain) : NONE;
  }
  private takeOldest(chain: number): number {
    const mail = this.waiting[chain];
    const oldest = mail.shift();
    if (!this.isWaker(chain) && mail.count === this.most) this.retry(FIRST + SECOND - chain);
    return oldest;
  }

  /** Blocks that may wait before the sender has to. */
  private get most(): number {
    return 2 * this.knobs.window + SLACK;
  }
  private isWaker(chain: number): boolean {
    return chain > SECOND;
  }
  private receiverOf(chain: number): number {
    const other = FIRST + SECOND - chain;
    return this.isWaker(chain) || this.dead[other] !== 0 ? chain : other;
  }
  private get pairIsGone(): boolean {
    return this.dead[FIRST] !== 0 && this.dead[SECOND] !== 0;
  }
  private mustWait(chain: number): boolean {
    if (this.isWaker(chain)) return this.burstLeft[chain] === 0;
    const receiver = this.receiverOf(chain);
    return receiver !== chain && this.waiting[receiver].count > this.most;
  }

  /** Wakers sleep; one of the pair only waits for the other. */
  sleeps(chain: number): boolean {
    return this.isWaker(chain);
  }
  wake(chain: number, ops: number): boolean {
    if (!this.isWaker(chain) || this.dead[chain] !== 0) return false;
    this.burstLeft[chain] = Math.max(this.burstLeft[chain], ops);
    this.retry(chain);
    return true;
  }

  /** Operations that each living one of the pair has done at least. */
  private get rounds(): number {
    const { dead, done } = this;
    const first = dead[FIRST] === 0 ? done[FIRST] : Infinity;
    const second = dead[SECOND] === 0 ? done[SECOND] : Infinity;
    return first < second ? first : second;
  }

  /** Sleepers whose period is over wake. */
  private wakeSleepers(): void {
    const { chains, burstLeft, dead, wakeAt, rounds } = this;
    for (let chain = SECOND + 1; chain < chains; chain++) {
      if (rounds < wakeAt[chain] || burstLeft[chain] > 0 || dead[chain] !== 0) continue;
      wakeAt[chain] = rounds + this.knobs.wakePeriod;
      burstLeft[chain] = this.knobs.burst;
      this.retry(chain);
    }
  }

  ended(chain: number): void {
    this.dead[chain] = 1;
    const heir = this.heirOf(chain);
    const words = this.planWords(chain);
    for (let at = 0; at < words.length; at += OP_WORDS) {
      const kind = words[at + OP_HEAD] & OP_KIND_MASK;
      const slot = words[at + OP_SLOT];
      if (kind === OP_MALLOC) this.slotSet.give(slot);
      else if (kind === OP_FREE && heir !== NONE) this.waiting[heir].push(slot);
    }
    this.planned[chain] = 0;
    if (heir !== NONE) {
      const left = this.waiting[chain];
      while (left.count > 0) this.waiting[heir].push(left.shift());
    }
    for (let other = 1; other < this.chains; other++) this.retry(other);
  }
  /**
   * Who frees what waited for one of the pair that has ended: the other, else the first sleeper, and when
   * that one ends the next; or NONE. What a sleeper held while the pair lived stays where it is.
   */
  private heirOf(chain: number): number {
    if (this.isWaker(chain) && !this.pairIsGone) return NONE;
    const other = FIRST + SECOND - chain;
    if (!this.isWaker(chain) && this.dead[other] === 0) return other;
    const sleeper = this.dead.indexOf(0, SECOND + 1);
    return sleeper < 0 ? NONE : sleeper;
  }

  knobChanged(): void {
    const { rounds } = this;
    if (rounds === Infinity) return;
    for (let chain = SECOND + 1; chain < this.chains; chain++)
      this.wakeAt[chain] = Math.min(this.wakeAt[chain], rounds + this.knobs.wakePeriod);
  }

  words(): Int32Array {
    return packWords([
      ...this.columns(),
      this.slotSet.words(),
      ...this.waiting.map((queue) => queue.words()),
      ...Array.from(this.planned, (_, chain) => this.planWords(chain)),
    ]);
  }
  private planWords(chain: number): Int32Array {
    const from = this.planAt[chain];
    return this.plans.slice(from, from + this.planned[chain] * OP_WORDS);
  }

  restore(words: Int32Array): void {
    const parts = unpackWords(words);
    for (const column of this.columns()) column.set(parts.shift() ?? NOTHING);
    for (const keeper of [this.slotSet, ...this.waiting]) keeper.restore(parts.shift() ?? NOTHING);
    for (let chain = 0; chain < this.chains; chain++) {
      const plan = parts.shift() ?? NOTHING;
      this.planAt[chain] = chain * PLAN_WORDS;
      this.planned[chain] = plan.length / OP_WORDS;
      this.plans.set(plan, chain * PLAN_WORDS);
    }
    this.news++;
  }

  private columns(): Int32Array[] {
    const { generators, dead, burstLeft, done, wakeAt } = this;
    return [
      generators,
      dead,
      burstLeft,
      new Int32Array(done.buffer),
      new Int32Array(wakeAt.buffer),
    ];
  }
}
