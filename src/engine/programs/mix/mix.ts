import type { KnobValues } from '../../knobs/index.ts';
import { packWords, unpackWords } from '../packing.ts';
import {
  OP,
  OP_END,
  OP_KIND_MASK,
  type OpKind,
  type Program,
  type SetUp,
  type Setup,
} from '../program.ts';
import { RecordQueue } from '../record-queue.ts';
import { SlotQueue } from '../slot-queue.ts';
import { SlotSet } from '../slot-set.ts';
import { XOSHIRO_STATE, xoshiroBelow, xoshiroInit } from '../xoshiro.ts';
import { blocksOfSender, lawOf, mostHanded, phasesOf, sendersOf, unitOf } from './bounds.ts';
import { LiveSets } from './live-sets.ts';
import type { Phase, PhaseList } from './phases.ts';
import { type SizeDraw, sizeDraw } from './size-draw.ts';

const NOBODY = -1;
const NOTHING = new Int32Array(0);
const US_PER_MS = 1000;
/** Frees that a consumer decides on at a time: each is an operation. */
const CONSUMER_FREES = 64;

/** Why a chain has decided on nothing. */
const WAIT = { none: 0, line: 1, asleep: 2 } as const;

/** What planning came to: records of an operation, records that are none, or nothing. */
const PLAN = { nothing: 0, control: 1, operation: 2 } as const;
type Plan = (typeof PLAN)[keyof typeof PLAN];

/**
 * The general program. Chains are producers, then consumers, then threads that do both. A thread that
 * allocates (a *sender*) keeps a live set of its own, walks through the phases, and parts with blocks: it frees
 * them or hands them over, in batches, to a thread that frees (a *receiver*).
 *
 * A chain decides on its next operation when it has completed one, or when what it waits for has come about;
 * what it has decided stays. So everything depends on the order in which records are carried out, and on
 * nothing else. A sender waits in line while too many of its blocks are on their way, or at the gate between
 * two phases that all begin together. It sleeps when it is not its turn in a pool and after its last phase. A
 * receiver without mail sleeps; one that waits for something else frees its mail meanwhile.
 *
 * When a thread has been killed, its live set stays live for ever; what waited for it goes to another receiver.
 * A sender with nobody left to hand to frees its blocks itself.
 */
export class Mix implements Program {
  readonly chains: number;
  readonly maxSlots: number;
  independent: boolean;
  /** Both sides of a hand-over read and write the block. */
  readonly touchBytes = Infinity;
  news = 0;
  private readonly knobs: Readonly<KnobValues>;
  private readonly producers: number;
  private readonly consumers: number;
  private readonly senders: number;
  private readonly list: PhaseList;
  /** Whether a pass through the phases comes to an end. */
  private readonly endless: boolean;
  private readonly draw: SizeDraw;
  /** Blocks or bytes in one of what phases count in. */
  private readonly unit: number;
  /** Most that one block adds to it. */
  private readonly largest: number;
  private readonly mostHanded: number;
  /** By sender: its slots in use. Slot = number in the set × senders + sender. */
  private readonly sets: SlotSet[];
  private readonly live: LiveSets;
  /**
   * By chain: blocks that are handed over when its operation is complete; blocks collected for a hand-over;
   * blocks that wait to be freed by it; what it has decided on.
   */
  private readonly parting: SlotQueue[];
  private readonly collected: SlotQueue[];
  private readonly mail: SlotQueue[];
  private readonly planned: RecordQueue[];
  private readonly generators: Int32Array;
  /** By chain: 1 once it has ended. */
  private readonly dead: Int32Array;
  private readonly wait: Int32Array;
  /** By sender's chain: place in the list of phases, 1 once that phase has begun, 1 after the last. */
  private readonly phase: Int32Array;
  private readonly begun: Int32Array;
  private readonly finished: Int32Array;
  /** Phases that it has passed over in a row, because there was nothing to do. */
  private readonly skipped: Int32Array;
  /** Phases that it has done, operations of the present phase and of the present life or turn. */
  private readonly done: Float64Array;
  private readonly phaseOps: Float64Array;
  private readonly lifeOps: Float64Array;
  /** What it keeps while it holds, in blocks or bytes. */
  private readonly target: Float64Array;
  /** Blocks collected, on their way and not freed yet. */
  private readonly handed: Int32Array;
  /** Operations left of a user's burst. */
  private readonly extra: Int32Array;
  /** Chain whose turn it is in a pool. */
  private readonly active = new Int32Array([NOBODY]);
  /** Living receivers, in order. */
  private receivers: number[] = [];
  /** Chains that are to look again whether they can go on, and whether there are any. */
  private readonly poked: Uint8Array;
  private anyPoked = false;

  constructor(knobs: Readonly<KnobValues>) {
    this.knobs = knobs;
    this.producers = knobs.producers;
    this.consumers = knobs.consumers;
    this.senders = sendersOf(knobs);
    this.chains = 1 + this.senders + knobs.consumers;
    this.list = phasesOf(knobs);
    this.endless = this.list.phases.some(
      (phase) =>
        (phase.kind === 'hold' && phase.ops === Infinity) ||
        (phase.kind === 'idle' && phase.us === Infinity),
    );
    const law = lawOf(knobs);
    this.draw = sizeDraw(law);
    this.unit = unitOf(knobs);
    this.largest = this.unit > 1 ? law.to : 1;
    this.mostHanded = mostHanded(knobs);
    this.maxSlots = this.senders * blocksOfSender(knobs);
    const { chains } = this;
    const each = <T>(make: () => T): T[] => Array.from({ length: chains }, make);
    this.sets = Array.from({ length: this.senders }, () => new SlotSet());
    this.live = new LiveSets(chains, this.unit > 1 ? this.maxSlots : 0);
    this.parting = each(() => new SlotQueue());
    this.collected = each(() => new SlotQueue());
    this.mail = each(() => new SlotQueue());
    this.planned = each(() => new RecordQueue());
    this.generators = new Int32Array(chains * XOSHIRO_STATE);
    for (let chain = 1; chain < chains; chain++)
      xoshiroInit(this.generators, chain * XOSHIRO_STATE, knobs.seed, chain);
    this.dead = new Int32Array(chains);
    this.wait = new Int32Array(chains);
    this.phase = new Int32Array(chains);
    this.begun = new Int32Array(chains);
    this.finished = new Int32Array(chains);
    this.skipped = new Int32Array(chains);
    this.done = new Float64Array(chains);
    this.phaseOps = new Float64Array(chains);
    this.lifeOps = new Float64Array(chains);
    this.target = new Float64Array(chains).fill(knobs.liveSet * this.unit);
    this.handed = new Int32Array(chains);
    this.extra = new Int32Array(chains);
    this.poked = new Uint8Array(chains);
    this.independent = this.crossesNothing();
  }

  /** While nothing gets from one thread to another, no thread waits for another either. */
  private crossesNothing(): boolean {
    const { producers, consumers, handOver, arrivals } = this.knobs;
    // Who ends for good leaves what it holds to another.
    const bequeaths = arrivals === 'once';
    const shared = producers + consumers + handOver > 0 || bequeaths || this.pool || this.together;
    return !shared && this.handed.every((count) => count === 0);
  }
  private get pool(): boolean {
    return this.knobs.arrivals === 'pool';
  }
  private get together(): boolean {
    return this.knobs.phasing === 'together' && !this.pool;
  }

  get slots(): number {
    let slots = 0;
    for (const [sender, { limit }] of this.sets.entries())
      if (limit > 0) slots = Math.max(slots, (limit - 1) * this.senders + sender + 1);
    return slots;
  }

  private isConsumer(chain: number): boolean {
    return chain > this.producers && chain <= this.producers + this.consumers;
  }
  private isReceiver(chain: number): boolean {
    return chain > this.producers;
  }
  /** Number of a sender's chain among the senders, and back. */
  private senderOf(chain: number): number {
    return chain <= this.producers ? chain - 1 : chain - 1 - this.consumers;
  }
  private chainOfSlot(slot: number): number {
    const sender = slot % this.senders;
    return sender < this.producers ? sender + 1 : sender + 1 + this.consumers;
  }

  *setup(on: Setup): SetUp {
    const { knobs } = this;
    for (let chain = 1; chain < this.chains; chain++) {
      if (!on.start(chain)) this.dead[chain] = 1;
      yield;
    }
    this.listReceivers();
    if (this.pool) this.active[0] = this.nextInPool(this.chains - 1);
    for (let chain = 1; chain < this.chains; chain++) {
      const later = knobs.phasing === 'staggered' && !this.pool && !this.isConsumer(chain);
      const us = later ? Math.round(this.senderOf(chain) * knobs.staggerMs * US_PER_MS) : 0;
      if (us > 0) this.planned[chain].push(OP.sleep, 0, us, 0);
      this.plan(chain);
    }
    this.lookAgain();
  }

  private listReceivers(): void {
    this.receivers = [];
    for (let chain = 1; chain < this.chains; chain++)
      if (this.isReceiver(chain) && this.dead[chain] === 0) this.receivers.push(chain);
  }

  fill(chain: number, into: Int32Array, at: number, most: number): number {
    return this.planned[chain].copy(into, at, most);
  }

  settle(chain: number, used: number): void {
    const queue = this.planned[chain];
    for (let i = 0; i < used; i++) {
      const head = queue.headAt(0);
      const slot = queue.slotAt(0);
      const size = queue.sizeAt(0);
      const kind = (head & OP_KIND_MASK) as OpKind;
      queue.shift();
      if (kind === OP.malloc) this.allocated(chain, slot, size);
      else if (kind === OP.free) this.freed(chain, slot);
      else if (kind === OP.exit) this.gone(chain);
      if ((head & OP_END) !== 0) this.completed(chain);
    }
    if (used > 0) {
      this.plan(chain);
      this.lookAgain();
    }
  }

  private allocated(chain: number, slot: number, size: number): void {
    const { knobs, generators } = this;
    let short = false;
    if (knobs.lifetime === 'mixed') {
      const share = knobs.longShare / 100;
      short =
        this.list.phases[this.phase[chain]].kind === 'grow'
          ? this.live.shortOf(chain) < share * this.live.count(chain)
          : xoshiroBelow(generators, chain * XOSHIRO_STATE, 100) >= knobs.longShare;
    }
    this.live.add(chain, slot, size, short);
  }

  /** What an operation parts with is on its way. */
  private completed(chain: number): void {
    const parting = this.parting[chain];
    while (parting.count > 0) {
      this.collected[chain].push(parting.shift());
      if (this.collected[chain].count >= this.knobs.batch) this.handOverRest(chain);
    }
  }

  private freed(chain: number, slot: number): void {
    const owner = this.chainOfSlot(slot);
    this.sets[slot % this.senders].give(Math.floor(slot / this.senders));
    if (owner === chain) return;
    this.handed[owner]--;
    this.poke(owner);
  }

  // Deciding what comes next

  /** Decides on the chain's next records, unless it has already; notes why if there are none. */
  private plan(chain: number): void {
    const queue = this.planned[chain];
    if (queue.count > 0 || this.dead[chain] !== 0) return;
    this.wait[chain] = WAIT.none;
    if (this.isConsumer(chain)) {
      this.planFrees(chain, CONSUMER_FREES, OP.free | OP_END);
      if (queue.count === 0) this.wait[chain] = WAIT.asleep;
      return;
    }
    const plan = this.planOwn(chain);
    if (plan === PLAN.control) return;
    if (this.isReceiver(chain)) this.planFrees(chain, this.knobs.batch, OP.free);
    if (queue.count > 0) queue.end();
  }

  private planFrees(chain: number, most: number, head: number): void {
    const mail = this.mail[chain];
    for (let i = 0; i < most && mail.count > 0; i++)
      this.planned[chain].push(head, mail.shift(), 0, 0);
  }

  /** What a sender does of its own accord. */
  private planOwn(chain: number): Plan {
    const queue = this.planned[chain];
    const outside = this.finished[chain] !== 0 || (this.pool && this.active[0] !== chain);
    if (this.extra[chain] > 0 && outside) return this.planHold(chain);
    if (outside) return this.sleep(chain);
    if (this.isLifeOver(chain)) return this.planEnd(chain);
    for (;;) {
      if (this.begun[chain] === 0 && !this.begin(chain)) {
        this.wait[chain] = WAIT.line;
        return queue.count > 0 ? PLAN.control : PLAN.nothing;
      }
      const plan = this.planPhase(chain, this.list.phases[this.phase[chain]]);
      if (plan !== undefined) return plan;
      this.leavePhase(chain);
      if (this.finished[chain] !== 0 || (this.pool && this.active[0] !== chain))
        return this.sleep(chain);
    }
  }

  private sleep(chain: number): Plan {
    this.wait[chain] = WAIT.asleep;
    return this.planned[chain].count > 0 ? PLAN.control : PLAN.nothing;
  }

  /** Begins the chain's phase. @returns false: the others have not done the one before */
  private begin(chain: number): boolean {
    if (this.together)
      for (let other = 1; other < this.chains; other++)
        if (this.isAtWork(other) && this.done[other] < this.done[chain]) return false;
    this.begun[chain] = 1;
    this.phaseOps[chain] = 0;
    const phase = this.list.phases[this.phase[chain]];
    if (phase.kind === 'grow') this.target[chain] = (phase.to ?? this.knobs.liveSet) * this.unit;
    if (phase.kind === 'shrink')
      this.target[chain] = Math.min(this.target[chain], phase.to * this.unit);
    this.planned[chain].push(OP.mark, 0, 0, this.phase[chain]);
    return true;
  }
  private isAtWork(chain: number): boolean {
    return !this.isConsumer(chain) && this.dead[chain] === 0 && this.finished[chain] === 0;
  }

  /** The next records of a phase; undefined: it is done. */
  private planPhase(chain: number, phase: Phase): Plan | undefined {
    switch (phase.kind) {
      case 'grow':
        if (this.live.held(chain) >= this.target[chain]) return undefined;
        this.planMalloc(chain, this.draw(this.generators, chain * XOSHIRO_STATE));
        return PLAN.operation;
      case 'hold':
        return this.phaseOps[chain] < phase.ops ? this.planHold(chain) : undefined;
      case 'shrink':
        if (this.live.held(chain) <= this.target[chain]) return undefined;
        return this.planShrink(chain, phase.order);
      case 'idle':
        if (this.phaseOps[chain] > 0) return undefined;
        this.phaseOps[chain] = 1;
        this.handOverRest(chain);
        if (phase.us === Infinity) {
          this.finish(chain);
          return this.sleep(chain);
        }
        this.planned[chain].push(OP.sleep, 0, phase.us, 0);
        return PLAN.control;
    }
  }

  private planMalloc(chain: number, size: number): void {
    const sender = this.senderOf(chain);
    const slot = this.sets[sender].take() * this.senders + sender;
    this.planned[chain].push(OP.malloc, slot, size, 0);
    this.count(chain);
  }

  private count(chain: number): void {
    this.phaseOps[chain]++;
    this.lifeOps[chain]++;
    if (this.extra[chain] > 0) this.extra[chain]--;
  }

  /** An allocation, and what has to go so that no more than the target is kept. */
  private planHold(chain: number): Plan {
    const { live, unit } = this;
    const target = Math.max(1, this.target[chain]);
    // Whether it must wait is asked before a size is drawn: sizes do not depend on how often it waited.
    if (this.mustWait(chain) && live.held(chain) + this.largest > target)
      return this.waitInLine(chain);
    const size = this.draw(this.generators, chain * XOSHIRO_STATE);
    const added = unit > 1 ? size : 1;
    const full = live.held(chain) + added > target;
    this.planMalloc(chain, size);
    if (!full) return PLAN.operation;
    for (let gone = 0; live.count(chain) > 0; gone++) {
      if (gone >= this.knobs.discard && live.held(chain) + added <= target) break;
      if (gone > 0 && this.mustWait(chain)) break;
      this.part(chain, live.takeVictim(chain, this.knobs, this.generators));
    }
    return PLAN.operation;
  }

  private planShrink(chain: number, order: 'oldest' | 'random'): Plan {
    const { live } = this;
    if (this.mustWait(chain)) return this.waitInLine(chain);
    const { count } = this.planned[chain];
    for (let gone = 0; gone < this.knobs.discard && live.held(chain) > this.target[chain]; gone++) {
      if (gone > 0 && this.mustWait(chain)) break;
      this.part(chain, live.take(chain, order, this.generators));
    }
    if (this.planned[chain].count === count) this.planned[chain].push(OP.none, 0, 0, 0);
    this.count(chain);
    return PLAN.operation;
  }

  private waitInLine(chain: number): Plan {
    this.wait[chain] = WAIT.line;
    return this.planned[chain].count > 0 ? PLAN.control : PLAN.nothing;
  }

  private leavePhase(chain: number): void {
    this.handOverRest(chain);
    this.begun[chain] = 0;
    this.done[chain]++;
    this.skipped[chain] = this.phaseOps[chain] > 0 ? 0 : this.skipped[chain] + 1;
    this.phase[chain]++;
    if (this.phase[chain] === this.list.phases.length) {
      this.phase[chain] = 0;
      // A pass in which there was nothing to do would be followed by others like it.
      const idlePass = this.skipped[chain] >= this.list.phases.length;
      if (!this.list.repeat || idlePass) this.finish(chain);
      else if (this.pool && !this.endless) this.passTurn(chain);
    }
    if (this.together) this.pokeAll();
  }

  /** The chain has gone through its phases, and sleeps for ever. */
  private finish(chain: number): void {
    this.finished[chain] = 1;
    this.handOverRest(chain);
    if (this.active[0] === chain) this.passTurn(chain);
    if (this.together) this.pokeAll();
  }

  // Lives and turns

  private isLifeOver(chain: number): boolean {
    const { arrivals, lifeOps } = this.knobs;
    if (this.lifeOps[chain] < lifeOps) return false;
    if (arrivals !== 'pool') return arrivals !== 'forever';
    return this.endless;
  }

  /** The life, or the turn, of a sender is over. */
  private planEnd(chain: number): Plan {
    const { arrivals, pauseMs } = this.knobs;
    const queue = this.planned[chain];
    this.lifeOps[chain] = 0;
    this.handOverRest(chain);
    if (arrivals === 'pool') {
      this.passTurn(chain);
      return this.active[0] === chain ? this.planOwn(chain) : this.sleep(chain);
    }
    if (arrivals === 'once') {
      this.handOverAll(chain);
      queue.push(OP.exit, 0, 0, 0);
      return PLAN.control;
    }
    queue.push(OP.succeed, 0, 0, 0);
    if (arrivals === 'pause')
      queue.push(OP.sleep, 0, Math.max(1, Math.round(pauseMs * US_PER_MS)), 0);
    return PLAN.control;
  }

  private passTurn(chain: number): void {
    this.lifeOps[chain] = 0;
    this.active[0] = this.nextInPool(chain);
    if (this.active[0] !== NOBODY) this.poke(this.active[0]);
  }
  /** The next sender after a chain that has work to do, itself the last; or NOBODY. */
  private nextInPool(chain: number): number {
    for (let step = 1; step <= this.chains; step++) {
      const next = (chain + step) % this.chains;
      if (next > 0 && this.isAtWork(next)) return next;
    }
    return NOBODY;
  }

  // Handing over

  /** A block leaves the chain's live set: it is freed, or on its way to another. */
  private part(chain: number, slot: number): void {
    if (!this.handsOver(chain)) {
      this.planned[chain].push(OP.free, slot, 0, 0);
      return;
    }
    this.handed[chain]++;
    this.parting[chain].push(slot);
  }

  private handsOver(chain: number): boolean {
    if (!this.hasReceiver(chain)) return false;
    if (chain <= this.producers) return true;
    return xoshiroBelow(this.generators, chain * XOSHIRO_STATE, 100) < this.knobs.handOver;
  }
  private hasReceiver(chain: number): boolean {
    const { receivers } = this;
    return receivers.length > 1 || (receivers.length === 1 && receivers[0] !== chain);
  }
  /** Whether the chain may come to hand over a block, and too many of its own are on their way. */
  private mustWait(chain: number): boolean {
    const mayHandOver = chain <= this.producers || this.knobs.handOver > 0;
    return mayHandOver && this.handed[chain] >= this.mostHanded && this.hasReceiver(chain);
  }

  /** Hands over what the chain has collected. With nobody to take it, it goes back to the live set. */
  private handOverRest(chain: number): void {
    const out = this.collected[chain];
    if (out.count === 0) return;
    if (!this.hasReceiver(chain)) {
      this.handed[chain] -= out.count;
      while (out.count > 0) this.live.putBack(chain, out.shift());
      return;
    }
    const to = this.receiverFor(chain);
    while (out.count > 0) this.mail[to].push(out.shift());
    this.poke(to);
  }

  /** All that the chain still holds, before it ends; nobody to take it: it stays live. */
  private handOverAll(chain: number): void {
    if (!this.hasReceiver(chain)) return;
    while (this.live.count(chain) > 0) {
      this.handed[chain]++;
      this.parting[chain].push(this.live.take(chain, 'oldest', this.generators));
    }
    this.completed(chain);
    this.handOverRest(chain);
  }

  /** The receiver of a sender's next batch; there is one. */
  private receiverFor(chain: number): number {
    const { receivers } = this;
    const self = receivers.indexOf(chain);
    const others = receivers.length - (self < 0 ? 0 : 1);
    let place = 0;
    switch (this.knobs.handTo) {
      case 'next':
        place = this.senderOf(chain) % others;
        break;
      case 'random':
        place = xoshiroBelow(this.generators, chain * XOSHIRO_STATE, others);
        break;
      case 'one':
        break;
    }
    return receivers[self >= 0 && place >= self ? place + 1 : place];
  }

  // Waiting

  private poke(chain: number): void {
    this.poked[chain] = 1;
    this.anyPoked = true;
  }
  private pokeAll(): void {
    for (let chain = 1; chain < this.chains; chain++) this.poke(chain);
  }
  /** Those for whom something has come about look again whether they can go on. */
  private lookAgain(): void {
    while (this.anyPoked) {
      this.anyPoked = false;
      for (let chain = 1; chain < this.chains; chain++) {
        if (this.poked[chain] === 0) continue;
        this.poked[chain] = 0;
        if (this.planned[chain].count > 0 || this.dead[chain] !== 0) continue;
        this.plan(chain);
        if (this.planned[chain].count > 0) this.news++;
      }
    }
  }

  sleeps(chain: number): boolean {
    return this.wait[chain] === WAIT.asleep;
  }
  wake(chain: number, ops: number): boolean {
    if (this.dead[chain] !== 0 || this.isConsumer(chain) || !this.sleeps(chain)) return false;
    this.extra[chain] = ops;
    this.poke(chain);
    this.lookAgain();
    if (this.planned[chain].count > 0) return true;
    this.extra[chain] = 0;
    return false;
  }

  ended(chain: number): void {
    if (this.dead[chain] === 0) this.gone(chain);
    this.lookAgain();
  }

  /** The chain has ended. What waited for it goes to others, its own stays live. */
  private gone(chain: number): void {
    const queue = this.planned[chain];
    this.dead[chain] = 1;
    this.listReceivers();
    for (let i = 0; i < queue.count; i++) {
      const slot = queue.slotAt(i);
      const isFree = (queue.headAt(i) & OP_KIND_MASK) === OP.free;
      if (isFree && this.chainOfSlot(slot) !== chain) this.forward(slot);
    }
    queue.clear();
    while (this.mail[chain].count > 0) this.forward(this.mail[chain].shift());
    if (this.active[0] === chain) this.passTurn(chain);
    this.pokeAll();
  }

  /**
   * A block that waited for one that has ended goes to another, or back to the live set that it came from; with
   * neither left it stays live.
   */
  private forward(slot: number): void {
    const owner = this.chainOfSlot(slot);
    if (!this.hasReceiver(owner)) {
      if (this.dead[owner] !== 0) return;
      this.handed[owner]--;
      this.live.putBack(owner, slot);
      this.poke(owner);
      return;
    }
    const to = this.receiverFor(owner);
    this.mail[to].push(slot);
    this.poke(to);
  }

  knobChanged(): void {
    this.independent = this.crossesNothing();
    this.pokeAll();
    this.lookAgain();
  }

  // State

  words(): Int32Array {
    return packWords([...this.columns(), ...this.keepers().map((keeper) => keeper.words())]);
  }

  restore(words: Int32Array): void {
    const parts = unpackWords(words);
    for (const column of this.columns()) column.set(parts.shift() ?? NOTHING);
    for (const keeper of this.keepers()) keeper.restore(parts.shift() ?? NOTHING);
    this.listReceivers();
    this.independent = this.crossesNothing();
    this.news++;
  }

  private columns(): Int32Array[] {
    const doubles = [this.done, this.phaseOps, this.lifeOps, this.target];
    return [
      this.generators,
      this.dead,
      this.wait,
      this.phase,
      this.begun,
      this.finished,
      this.skipped,
      this.handed,
      this.extra,
      this.active,
      ...doubles.map((column) => new Int32Array(column.buffer)),
    ];
  }
  private keepers() {
    return [
      ...this.sets,
      this.live,
      ...this.parting,
      ...this.collected,
      ...this.mail,
      ...this.planned,
    ];
  }
}
