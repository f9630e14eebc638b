import { REG_EXTRA } from '../../machine/registers.ts';
import { ADVICE } from '../../machine/vma.ts';
import { C } from '../../telemetry/counters.ts';
import { CRASH, EV, NO_CAUSE } from '../../telemetry/events.ts';
import type { Machine, StateHash } from '../contract.ts';
import type { RowMarks } from '../row-marks.ts';
import {
  DANGLING,
  NO_LIFE,
  NONE,
  RETIRED,
  SLAB_BYTES,
  SLAB_PAGES,
  SS_FLAG,
  SS_FLAGS,
  SS_ORPHAN_EVENT,
  SS_SLABS,
  SS_WORDS,
} from './layout.ts';
import { DECOMMIT, Lean, type SavedLean } from './lean.ts';
import { TinyMixing } from './mixing.ts';

/**
 * What becomes of an empty SuperSlab in lean mode (S-51 to S-56): no reserve keeps it; its pages are given up by
 * madvise, its magic becomes 0, and its mapping stays, for nobody. Where madvise is not to be asked, or fails, it is
 * unmapped as ever. Without the knob `lean` is undefined, and nothing here does anything.
 */
export abstract class TinyRetiring extends TinyMixing {
  readonly lean: Lean | undefined;
  /** Pages that the kernel had taken when rows were last read: those that it takes change how they look. */
  private takenBefore = 0;

  constructor(machine: Machine, slots: number) {
    super(machine, slots);
    if (machine.settings.lean) this.lean = new Lean(machine.settings);
  }

  /**
   * `ss_should_keep_superslab` (S-52): how many empty SuperSlabs of a class are kept. FAST keeps what the reserve
   * has room for, LEAN none.
   */
  protected get emptiesKept(): number {
    return this.lean === undefined ? this.knobs.emptyReserve : 0;
  }

  /** `ss_maybe_decommit_superslab` (S-53). @returns true: its pages are given up, and it is to be retired */
  protected decommits(row: number, cause: number): boolean {
    const { lean, counters } = this;
    if (lean === undefined) return false;
    const page = this.pageOf(row);
    const answer = lean.ask(page);
    switch (answer) {
      case DECOMMIT.done:
        break;
      case DECOMMIT.off:
        return false;
      case DECOMMIT.unasked:
        counters[C.leanUnasked]++;
        return false;
      default: {
        const called = answer === DECOMMIT.noMemory;
        counters[called ? C.leanRefusals : C.leanOverlaps]++;
        if (called) this.chargeAdvice(0);
        const life = NO_LIFE;
        lean.failure = this.emit(EV.adviceFailed, life, row, answer, lean.calls, cause);
        return false;
      }
    }
    const pages = this.superslabs[row * SS_WORDS + SS_SLABS] * SLAB_PAGES;
    const lazily = this.knobs.decommit === 'free';
    const each = lazily ? this.costs.freePage : this.costs.munmapPage;
    this.chargeAdvice(each * this.residentOf(row));
    const advice = lazily ? ADVICE.free : ADVICE.dontneed;
    this.space.advise(page, pages, advice, this.knobs.maxMapCount);
    counters[C.leanDecommits]++;
    return true;
  }
  /** madvise holds the map lock for reading only: nobody waits. */
  private chargeAdvice(forPages: number): void {
    this.counters[C.madviseCalls]++;
    this.regs[REG_EXTRA] += this.costs.madvise + forPages;
  }

  /** Why a SuperSlab is unmapped that `cause` released: the failure of madvise, if it has one. */
  protected unmapCause(cause: number): number {
    const failure = this.lean?.failure ?? NO_CAUSE;
    return failure === NO_CAUSE || this.knobs.decommit === 'off' ? cause : failure;
  }

  /**
   * Retires a SuperSlab whose pages were given up and whose blocks and lists are gone (S-54). Clearing the magic
   * writes its first page, which is dirty again.
   * @returns its event
   */
  protected retire(row: number, life: number, c: number, cause: number): number {
    const { superslabs, counters, lean } = this;
    if (lean === undefined) return NO_CAUSE;
    const at = row * SS_WORDS;
    this.dropSlabs(row);
    superslabs[at + SS_FLAGS] = SS_FLAG.mapped | SS_FLAG.retired;
    const bytes = superslabs[at + SS_SLABS] * SLAB_BYTES;
    this.keptBytes -= bytes;
    lean.bytes += bytes;
    lean.retired++;
    counters[C.leanRetires]++;
    this.clearMagic(row);
    const event = this.emit(EV.superslabRetired, life, row, c, this.lazyIn(row), cause);
    superslabs[at + SS_ORPHAN_EVENT] = event;
    this.marks.mark(row);
    this.machine.memoryGrew();
    return event;
  }

  /** magic := 0. */
  protected clearMagic(row: number): void {
    const { space, lean } = this;
    if (lean === undefined) return;
    const { faults } = space.pages;
    space.touch(this.pageOf(row), 1);
    this.regs[REG_EXTRA] += (space.pages.faults - faults) * this.costs.fault;
    const dirty = this.residentOf(row) - this.lazyIn(row);
    lean.dirtyPages += dirty;
    this.counters[C.leanRedirtied] += dirty;
  }

  /** Pages of a SuperSlab that are given up and still resident. */
  lazyIn(row: number): number {
    const page = this.pageOf(row);
    const pages = this.superslabs[row * SS_WORDS + SS_SLABS] * SLAB_PAGES;
    return this.space.pages.lazyIn(page, page + pages);
  }
  isRetired(row: number): boolean {
    return (this.superslabs[row * SS_WORDS + SS_FLAGS] & SS_FLAG.retired) !== 0;
  }

  /** What a thread's current slab becomes whose SuperSlab is released under it, maybe to be retired. */
  protected dangling(row: number, retires = this.lean !== undefined): number {
    return retires ? RETIRED - row : DANGLING;
  }
  /** A thread goes on allocating from a SuperSlab that was released under it: the process dies, or a check ends it. */
  protected usedAfterRelease(current: number, life: number): void {
    const row = current <= RETIRED ? RETIRED - current : NONE;
    if (row !== NONE && this.isRetired(row)) this.metNoMagic(row, life);
    else this.machine.crashed(CRASH.useAfterUnmap, NONE, life);
  }
  /** The check that a cleared magic is for (S-56). */
  protected metNoMagic(row: number, life: number): void {
    const event = this.superslabs[row * SS_WORDS + SS_ORPHAN_EVENT];
    this.machine.crashed(CRASH.retiredMagic, row, life, event);
  }

  /** Retired SuperSlabs change as the kernel takes their pages, of which it tells nobody. */
  override changedRows(): RowMarks {
    const taken = this.counters[C.reclaimedPages];
    if (this.lean !== undefined && taken !== this.takenBefore) {
      for (let row = 0; row < this.rows; row++) if (this.isRetired(row)) this.marks.mark(row);
    }
    this.takenBefore = taken;
    return super.changedRows();
  }

  hashLean(hash: StateHash): void {
    this.lean?.hashInto(hash);
  }
  override snapshot(): unknown {
    return { heap: super.snapshot(), lean: this.lean?.snapshot() } satisfies SavedRetiring;
  }
  override restore(saved: unknown): void {
    const from = saved as SavedRetiring;
    super.restore(from.heap);
    if (from.lean !== undefined) this.lean?.restore(from.lean);
  }
}

interface SavedRetiring {
  readonly heap: unknown;
  readonly lean: SavedLean | undefined;
}
