import {
  isControl,
  OP_ARG,
  OP_HEAD,
  OP_KIND_MASK,
  OP_SIZE,
  OP_WORDS,
  type Program,
} from '../programs/program.ts';

/** Not at all; in line for what others do; asleep until something happens. */
export const WAIT = { no: 0, stands: 1, sleeps: 2 } as const;
/**
 * Records drawn at a time, if the program may be drawn ahead: four turns of Larson at the usual quantum.
 * With many chains fewer, so that all batches together stay in the processor's cache.
 */
const BATCH = 512;
const BATCH_OF_MANY = 128;
const FEW_CHAINS = 8;

/**
 * The records that chains are working through: one batch a chain, drawn from the program when the one
 * before is used up. What was drawn ahead can be given back at any time (`settleAll`), so that digests
 * and snapshots do not depend on how far ahead that was.
 */
export class Streams {
  readonly ops: Int32Array;
  private readonly batch: number;
  /** Word of each chain's next record. */
  readonly at: Int32Array;
  /** Records of the batch not carried out yet. */
  readonly left: Int32Array;
  /** WAIT of each chain: why it has no records. */
  readonly waiting: Uint8Array;
  private readonly filled: Int32Array;
  /** The program's news when the waiting chains were last asked. */
  private seenNews = 0;

  constructor(private readonly program: Program) {
    const { chains } = program;
    this.batch = chains <= FEW_CHAINS ? BATCH : BATCH_OF_MANY;
    this.ops = new Int32Array(chains * this.batch * OP_WORDS);
    this.at = new Int32Array(chains);
    this.left = new Int32Array(chains);
    this.filled = new Int32Array(chains);
    this.waiting = new Uint8Array(chains);
  }

  /** Draws the chain's next records if it has none. @returns false: it must wait */
  ready(chain: number): boolean {
    if (this.left[chain] > 0) return true;
    const { program, ops, batch } = this;
    const base = chain * batch * OP_WORDS;
    if (this.filled[chain] > 0) this.settle(chain);
    const count = program.fill(chain, ops, base, batch);
    this.filled[chain] = count;
    this.left[chain] = count;
    this.at[chain] = base;
    if (count > 0) this.waiting[chain] = WAIT.no;
    else this.waiting[chain] = program.sleeps(chain) ? WAIT.sleeps : WAIT.stands;
    return count > 0;
  }

  /** The allocator has carried out `count` records of the chain. */
  used(chain: number, count: number): void {
    if (count === 0) return;
    this.at[chain] += count * OP_WORDS;
    this.left[chain] -= count;
    // Others may wait for what was done: it is told at once, not when more is drawn.
    if (!this.program.independent) this.settle(chain);
  }

  /** The run has dealt with the control record that is next. */
  usedControl(chain: number): void {
    this.at[chain] += OP_WORDS;
    this.left[chain]--;
    if (!this.program.independent) this.settle(chain);
  }

  private settle(chain: number): void {
    const used = this.filled[chain] - this.left[chain];
    this.filled[chain] = 0;
    this.left[chain] = 0;
    this.program.settle(chain, used);
  }

  /** Gives back what was drawn ahead, of one chain. */
  giveBack(chain: number): void {
    if (this.filled[chain] > 0) this.settle(chain);
  }
  settleAll(): void {
    for (let chain = 0; chain < this.at.length; chain++) this.giveBack(chain);
  }

  /** True once after the program had news for waiting chains. */
  hasNews(): boolean {
    const { news } = this.program;
    if (news === this.seenNews) return false;
    this.seenNews = news;
    return true;
  }

  /** True when the chain's next record is the run's own business. */
  isControl(chain: number): boolean {
    return isControl(this.ops[this.at[chain] + OP_HEAD]);
  }
  /** Kind of the chain's next record. */
  kind(chain: number): number {
    return this.ops[this.at[chain] + OP_HEAD] & OP_KIND_MASK;
  }
  arg(chain: number): number {
    return this.ops[this.at[chain] + OP_ARG];
  }
  size(chain: number): number {
    return this.ops[this.at[chain] + OP_SIZE] >>> 0;
  }
  /** After a restore: nothing is drawn, the waiting are as saved. */
  reset(waiting: Uint8Array): void {
    this.left.fill(0);
    this.filled.fill(0);
    this.waiting.set(waiting);
    this.seenNews = this.program.news;
  }
}
