import { asBytes, asNs, asOp } from '../../../base/units.ts';
import { REG_NOW, REG_OP } from '../../machine/registers.ts';
import { C } from '../../telemetry/counters.ts';
import { ACE, CRASH, EV, NO_CAUSE, REFUSAL } from '../../telemetry/events.ts';
import type { RefillLog } from '../../types.ts';
import {
  BLOCK_INDEX,
  BLOCK_LIBC,
  BLOCK_NONE,
  BLOCK_OTHER,
  BLOCK_SIZE,
  BLOCK_WORDS,
  CAPACITY,
  LIVE,
  NONE,
  REMOTE_COUNT,
  SLAB_INDEX,
  SLAB_SS,
  SS_ACQUIRED,
  SS_WORDS,
} from './layout.ts';
import { TinyOwners } from './owners.ts';

/** ENOMEM of Linux. */
const ENOMEM = 12;

/**
 * What is served outside the SuperSlabs, and how it comes back: requests above the top class, and those for which a
 * refill got no memory (S-12, S-31 to S-35).
 */
export class TinyMixing extends TinyOwners {
  /** The C library serves a request that the heap refused (D1). */
  mallocFallback(size: number, slot: number, life: number, nullEvent: number): void {
    this.mallocOther(size, slot);
    this.counters[C.otherMallocs]--;
    this.counters[C.libcFallbacks]++;
    const event = this.emit(EV.libcFallback, life, this.classIndex(size), size, 0, nullEvent);
    if (this.mixed === undefined) return;
    this.counters[C.mixedPointers]++;
    this.blocks[slot * BLOCK_WORDS] = BLOCK_LIBC;
    this.noteLook(slot, event);
  }

  /** Draws whether the block in `slot`, which the C library has just served, looks like one of the heap's. */
  protected noteLook(slot: number, event: number): void {
    const looks = this.mixed?.looksAlike(this.knobs.lookAlikeProb) ?? 0;
    this.blocks[slot * BLOCK_WORDS + BLOCK_INDEX] = 2 * event + looks;
  }

  /**
   * The wrapper's free (and realloc) decides whose the block of `slot` is (S-32): by the byte before it, which the
   * heap writes into its own blocks and which a block of the C library has by chance, or by the ownership bitmap.
   * @returns true: wrongly, and the program has crashed
   */
  misrouted(life: number, slot: number): boolean {
    const { mixed, blocks, counters } = this;
    const at = slot * BLOCK_WORDS;
    const r = blocks[at];
    if (mixed === undefined || r === BLOCK_NONE) return false;
    const { table } = mixed;
    let taken = r >= 0;
    if (table !== undefined)
      taken = table.knows(taken ? this.slabPage(r) : Math.floor(mixed.libc.addressOf(slot) / 4096));
    else if (r === BLOCK_LIBC) taken = (blocks[at + BLOCK_INDEX] & 1) === 1;
    const wrong = taken !== r >= 0;
    let cause: number = wrong && r >= 0 ? mixed.overflow : NO_CAUSE;
    if (r === BLOCK_LIBC) {
      counters[C.libcFrees]++;
      const fallback = blocks[at + BLOCK_INDEX] >> 1;
      cause = this.emit(EV.libcFree, life, slot, wrong ? 1 : 0, blocks[at + BLOCK_SIZE], fallback);
    }
    if (!wrong) return false;
    counters[C.misroutedFrees]++;
    if (r >= 0) this.machine.crashed(CRASH.ownAsLibc, this.slabs[r + SLAB_SS], life, cause);
    else this.machine.crashed(CRASH.libcAsOwn, NONE, life, cause);
    return true;
  }

  mallocOther(size: number, slot: number): boolean {
    const at = slot * BLOCK_WORDS;
    this.blocks[at] = BLOCK_OTHER;
    this.blocks[at + BLOCK_INDEX] = 0;
    this.blocks[at + BLOCK_SIZE] = size;
    this.counters[C.otherMallocs]++;
    if (this.mixed !== undefined) this.mixed.libc.malloc(size, slot);
    else if (this.other.malloc(size)) this.machine.memoryGrew();
    return true;
  }

  freeOther(slot: number): number {
    const at = slot * BLOCK_WORDS;
    this.lastRemote = NONE;
    const r = this.blocks[at];
    if (r === BLOCK_NONE) return 0;
    if (this.mixed === undefined) this.otherFreed(this.blocks[at + BLOCK_SIZE]);
    else this.libcFreed(slot);
    if (r === BLOCK_LIBC) this.counters[C.mixedPointers]--;
    this.blocks[at] = BLOCK_NONE;
    return 0;
  }

  /** Where heaps mix the runtime's own malloc falls back, too: it is the same wrapper. */
  get servesRuntime(): boolean {
    return this.mixed !== undefined && this.knobs.onNull === 'libcFallback';
  }

  /** The C library's realloc: it may move the block, and what lies before it is drawn anew. */
  resizeLibc(slot: number, size: number): void {
    const { mixed, blocks } = this;
    const at = slot * BLOCK_WORDS;
    mixed?.libc.free(slot);
    mixed?.libc.malloc(size, slot);
    blocks[at + BLOCK_SIZE] = size;
    if (blocks[at] === BLOCK_LIBC) this.noteLook(slot, blocks[at + BLOCK_INDEX] >> 1);
  }

  /** The C library gets a block back. */
  protected libcFreed(slot: number): void {
    this.mixed?.libc.free(slot);
  }

  /** A block of `size` requested bytes outside the SuperSlabs is gone. */
  otherFreed(size: number): void {
    this.other.free(size);
  }

  /** A SuperSlab could not be mapped. Where heaps mix, the refill that asked for it is the first of a chain. */
  protected refusedMapping(c: number, life: number, from: number, injected: boolean): void {
    const { counters, machine, regs } = this;
    counters[C.mapRefusals]++;
    let cause: number = NO_CAUSE;
    if (this.mixed !== undefined || injected) {
      const row = from < 0 ? NONE : this.slabs[from + SLAB_SS];
      cause = this.emit(EV.refillDry, life, c, row, 0, NO_CAUSE);
    }
    if (injected) {
      counters[C.injectedRefusals]++;
      const { entries } = this.space;
      this.lastRefusal = this.emit(EV.mapRefused, life, c, REFUSAL.injected, entries, cause);
    } else this.lastRefusal = machine.refused(life, c, this.blockBytes[c], regs[REG_NOW], cause);
    this.aceFailed(ACE.mapFail, life, c, 0, this.lastRefusal);
  }

  /** S-12's line, of a refill that has found nothing. */
  protected refillRecord(life: number, c: number, r: number): RefillLog {
    const { slabs, superslabs, regs } = this;
    const row = r < 0 ? NONE : slabs[r + SLAB_SS];
    const acquired = row < 0 ? 0 : superslabs[row * SS_WORDS + SS_ACQUIRED];
    return {
      op: asOp(regs[REG_OP]),
      ns: asNs(regs[REG_NOW]),
      life,
      blockBytes: asBytes(this.blockBytes[c]),
      class: c,
      prevSs: row,
      active: row < 0 ? 0 : this.sumActive(row),
      bitmap: 2 ** Math.min(acquired, 32) - 1,
      // What its owner has not got back: a remote free does not lower it before the drain.
      used: r < 0 ? 0 : slabs[r + LIVE] + slabs[r + REMOTE_COUNT],
      cap: r < 0 ? 0 : slabs[r + CAPACITY],
      slabIdx: r < 0 ? 0 : slabs[r + SLAB_INDEX],
      reusedFreelist: 0,
      freeIdx: r < 0 ? -2 : -1,
      errno: ENOMEM,
    };
  }
}
