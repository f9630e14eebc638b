import type { KnobValues } from '../../knobs/index.ts';
import { packWords, unpackWords } from '../packing.ts';
import {
  type HandCall,
  type HandPart,
  OP,
  OP_END,
  type Program,
  type SetUp,
  type Setup,
  writeOp,
} from '../program.ts';
import { HAND_SLOTS, parseStart } from './sizes.ts';

const CALLS = ['malloc', 'realloc', 'free'] as const;
const KIND: Readonly<Record<HandCall['act'], number>> = {
  malloc: OP.malloc,
  realloc: OP.realloc,
  free: OP.free,
};
/** Words of a call in the program's state: what, chain, slot, bytes, the operation at which it was given. */
const CALL_WORDS = 5;
/** A recipe has far fewer edits than this, and a run by hand no more operations. */
const MOST_OPS = 2 ** 31 - 1;

interface Given extends HandCall {
  readonly op: number;
}
/** Thread that allocates what is there at the start. */
const FIRST = 1;

/**
 * Threads that do what the user tells them. Calls are carried out in the order in which they came, one at a
 * time, whichever threads make them; all others stand meanwhile. A call is taken in only if it can be made
 * after those before it: its slot is then as it must be.
 */
export class ByHand implements Program, HandPart {
  readonly chains: number;
  readonly slots = HAND_SLOTS;
  readonly maxSlots = HAND_SLOTS;
  readonly independent = false;
  /** What is asked for is written, so that it is seen in what is resident. */
  readonly touchBytes = Infinity;
  news = 0;
  readonly bytes = new Int32Array(HAND_SLOTS);
  readonly by = new Int32Array(HAND_SLOTS);
  private readonly start: string;
  /** By chain: 1 once its thread has ended, or could not be created. */
  private readonly dead: Int32Array;
  private calls: Given[] = [];
  /** Place of the next call in `calls`. */
  private head = 0;

  constructor(knobs: Readonly<KnobValues>) {
    this.chains = 1 + knobs.handThreads;
    this.start = knobs.handStart;
    this.dead = new Int32Array(this.chains);
  }

  get byHand(): HandPart {
    return this;
  }
  get due(): Given | undefined {
    return this.calls[this.head];
  }

  *setup(on: Setup): SetUp {
    for (let chain = FIRST; chain < this.chains; chain++) {
      if (!on.start(chain)) this.dead[chain] = 1;
      yield;
    }
    const start = parseStart(this.start);
    if (!start.ok || this.dead[FIRST] !== 0) return;
    start.value.forEach(({ bytes }, slot) => {
      if (bytes > 0) on.malloc(FIRST, bytes, slot);
    });
    start.value.forEach(({ bytes, freed }, slot) => {
      if (freed) on.free(FIRST, slot);
      else if (bytes > 0) this.hold(slot, bytes, FIRST);
    });
  }

  private hold(slot: number, bytes: number, by: number): void {
    this.bytes[slot] = bytes;
    this.by[slot] = bytes > 0 ? by : 0;
  }

  whyNot({ act, chain, slot }: HandCall, before = Infinity): string | undefined {
    if (slot < 0 || slot >= HAND_SLOTS) return `There is no slot p${slot}.`;
    if (chain < FIRST || chain >= this.chains) return `There is no thread ${chain}.`;
    if (this.dead[chain] !== 0) return `Thread ${chain} has ended.`;
    const held = this.heldAfter(slot, before);
    if (act === 'malloc')
      return held === 0
        ? undefined
        : `p${slot} holds a block of ${held.toLocaleString('en-US')} B: free it first, or realloc it.`;
    return held === 0
      ? `p${slot} is empty: there is nothing to ${act === 'free' ? 'free' : 'resize'}.`
      : undefined;
  }

  give(call: HandCall, op: number): void {
    if (this.due === undefined) {
      this.calls = [];
      this.head = 0;
      this.news++;
    }
    this.calls.push({ ...call, op: Math.min(op, MOST_OPS) });
  }

  /** Bytes that a slot holds once the calls have been carried out that were given before operation `op`. */
  private heldAfter(slot: number, op: number): number {
    const last = this.calls.findLast(
      (call, i) => i >= this.head && call.slot === slot && call.op < op,
    );
    return last?.bytes ?? this.bytes[slot];
  }

  fill(chain: number, into: Int32Array, at: number): number {
    const { due } = this;
    if (due?.chain !== chain) return 0;
    writeOp(into, at, KIND[due.act] | OP_END, due.slot, due.bytes, 0);
    return 1;
  }

  settle(_chain: number, used: number): void {
    const { due } = this;
    if (used === 0 || due === undefined) return;
    this.head++;
    this.hold(due.slot, due.bytes, due.chain);
    this.news++;
  }

  sleeps(): boolean {
    return false;
  }
  wake(): boolean {
    return false;
  }

  /** Its calls are made by nobody; nor are those of others that they were to make possible. */
  ended(chain: number): void {
    this.dead[chain] = 1;
    const left = this.calls.slice(this.head);
    this.calls = [];
    this.head = 0;
    for (const call of left) if (this.whyNot(call) === undefined) this.calls.push(call);
    this.news++;
  }

  knobChanged(): void {}

  words(): Int32Array {
    const calls = this.calls
      .slice(this.head)
      .flatMap(({ act, chain, slot, bytes, op }) => [CALLS.indexOf(act), chain, slot, bytes, op]);
    return packWords([this.bytes, this.by, this.dead, Int32Array.from(calls)]);
  }

  restore(words: Int32Array): void {
    const [bytes, by, dead, calls] = unpackWords(words);
    this.bytes.set(bytes);
    this.by.set(by);
    this.dead.set(dead);
    this.head = 0;
    this.calls = [];
    for (let at = 0; at < calls.length; at += CALL_WORDS)
      this.calls.push({
        act: CALLS[calls[at]],
        chain: calls[at + 1],
        slot: calls[at + 2],
        bytes: calls[at + 3],
        op: calls[at + 4],
      });
    this.news++;
  }
}
