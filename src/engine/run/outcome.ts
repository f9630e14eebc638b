import type { Allocator } from '../allocators/contract.ts';
import type { Threads } from '../machine/threads.ts';
import { OP, OP_END, OP_HEAD, OP_KIND_MASK, OP_SLOT, OP_WORDS } from '../programs/program.ts';
import type { Outcome } from '../types.ts';

/**
 * What the latest operation of a run came to. Kept only while operations are done one at a time: an
 * operation may be several records, and other chains' records may come between them.
 */
export class OutcomeNotes {
  /** True while the caller does one operation at a time. */
  wanted = false;
  private readonly allocated: Int32Array;
  private readonly freed: Int32Array;
  private readonly latest = { chain: 0, slot: -1, freed: -1, life: 0 };

  constructor(chains: number) {
    this.allocated = new Int32Array(chains).fill(-1);
    this.freed = new Int32Array(chains).fill(-1);
  }

  /** Notes records that a chain has carried out. */
  note(chain: number, life: number, ops: Int32Array, from: number, count: number): void {
    const { allocated, freed, latest } = this;
    for (let i = 0, at = from; i < count; i++, at += OP_WORDS) {
      const kind = ops[at + OP_HEAD] & OP_KIND_MASK;
      if (kind === OP.free) freed[chain] = ops[at + OP_SLOT];
      else if (kind <= OP.memalign) allocated[chain] = ops[at + OP_SLOT];
      if ((ops[at + OP_HEAD] & OP_END) === 0) continue;
      latest.chain = chain;
      latest.slot = allocated[chain];
      latest.freed = freed[chain];
      latest.life = life;
      allocated[chain] = -1;
      freed[chain] = -1;
    }
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
  }
}
