import type { Allocator } from '../allocators/contract.ts';
import type { Threads } from '../machine/threads.ts';
import { OP, OP_END, OP_HEAD, OP_KIND_MASK, OP_SLOT, OP_WORDS } from '../programs/program.ts';
import type { Outcome, RecordOutcome } from '../types.ts';

/**
 * What the latest operation of a run came to. An operation may be several records, and records of other
 * chains may come between them; so the slots of operations under way are remembered, and while the
 * caller does one operation at a time each record is kept with the block that it was about.
 */
export class OutcomeNotes {
  /** Records since the caller's latest step of one operation, oldest first. */
  records: RecordOutcome[] = [];
  private oneByOne = false;
  private readonly allocated: Int32Array;
  private readonly freed: Int32Array;
  private readonly latest = { chain: 0, slot: -1, freed: -1, life: 0 };

  constructor(chains: number) {
    this.allocated = new Int32Array(chains).fill(-1);
    this.freed = new Int32Array(chains).fill(-1);
  }

  /** A call of the run begins. @param oneByOne the caller does one operation and will ask for it */
  begin(oneByOne: boolean): void {
    this.oneByOne = oneByOne;
    if (this.records.length > 0) this.records = [];
  }

  /** Notes the last `count` records, up to word `end`, that a chain has carried out. */
  note(
    allocator: Allocator,
    chain: number,
    life: number,
    ops: Int32Array,
    end: number,
    count: number,
  ): void {
    let from = end - count * OP_WORDS;
    if (!this.oneByOne && count > 0) {
      // Only what belongs to an operation that is not over matters to a later step.
      const first = from;
      for (from = end; from > first && (ops[from - OP_WORDS + OP_HEAD] & OP_END) === 0; )
        from -= OP_WORDS;
      if (from > first) {
        this.allocated[chain] = -1;
        this.freed[chain] = -1;
      }
    }
    for (let at = from; at < end; at += OP_WORDS) this.record(allocator, chain, life, ops, at);
  }

  /** The same, of a record that completes its operation. */
  noteEnd(chain: number): void {
    this.allocated[chain] = -1;
    this.freed[chain] = -1;
  }

  /** Notes one record that leaves its operation under way, while operations are not asked for one by one. */
  noteOne(chain: number, ops: Int32Array, at: number): void {
    const kind = ops[at + OP_HEAD] & OP_KIND_MASK;
    if (kind === OP.free) this.freed[chain] = ops[at + OP_SLOT];
    else if (kind < OP.free) this.allocated[chain] = ops[at + OP_SLOT];
  }

  private record(
    allocator: Allocator,
    chain: number,
    life: number,
    ops: Int32Array,
    at: number,
  ): void {
    const { allocated, freed, latest } = this;
    const kind = ops[at + OP_HEAD] & OP_KIND_MASK;
    const slot = ops[at + OP_SLOT];
    if (kind <= OP.free) {
      if (kind === OP.free) freed[chain] = slot;
      else allocated[chain] = slot;
      if (this.oneByOne) {
        const { row, block } = allocator.served(chain, kind === OP.free ? -1 : slot);
        this.records.push({ chain, life, slot, freed: kind === OP.free, row, block });
      }
    }
    if ((ops[at + OP_HEAD] & OP_END) === 0) return;
    latest.chain = chain;
    latest.slot = allocated[chain];
    latest.freed = freed[chain];
    latest.life = life;
    allocated[chain] = -1;
    freed[chain] = -1;
  }

  /** The latest operation that was noted. */
  last(threads: Threads, allocator: Allocator): Outcome {
    const { chain, slot, freed, life } = this.latest;
    const served = allocator.served(chain, slot);
    return { chain, k: threads.ops[chain] - 1, ...served, slot, freed, life };
  }

  snapshot() {
    return { allocated: this.allocated.slice(), freed: this.freed.slice() };
  }
  restore(saved: ReturnType<OutcomeNotes['snapshot']>): void {
    this.allocated.set(saved.allocated);
    this.freed.set(saved.freed);
    this.records = [];
  }
}
