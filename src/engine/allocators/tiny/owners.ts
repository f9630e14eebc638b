import { C } from '../../telemetry/counters.ts';
import { EV } from '../../telemetry/events.ts';
import {
  CENTRAL_LIFE,
  FREE_HEAD,
  MAX_CLASSES,
  NEXT_SLAB,
  NO_BLOCK,
  NO_LIFE,
  NONE,
  SHUT,
  SLAB_SS,
  SS_ACQUIRED,
  SS_ASIDE_NEXT,
  SS_ASIDE_PREV,
  SS_CLASS,
  SS_EMPTY_NEXT,
  SS_EMPTY_PREV,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_ORPHAN_EVENT,
  SS_ORPHAN_NEXT,
  SS_ORPHAN_PREV,
  SS_ORPHANED_AT,
  SS_OWN_NEXT,
  SS_OWN_PREV,
  SS_OWNER,
  SS_WORDS,
} from './layout.ts';
import { TinyRecords } from './records.ts';

/** Of these flags a SuperSlab that a living owner has set aside has `mapped` alone. */
const NOT_ASIDE = SS_FLAG.mapped | SS_FLAG.current | SS_FLAG.orphan | SS_FLAG.kept | SS_FLAG.cached;
const ASIDE = SS_FLAG.roomy | SS_FLAG.full;

/**
 * Who owns which SuperSlab. Of each class a thread allocates from one, its current one; others it has set
 * aside. With `ownReuse: chunks` it keeps these in two lists per class: those with room, newest first, and
 * full ones. A full one is shut: the first block that its owner frees there, or that a drain moves onto its
 * free lists, puts it back among those with room. With `current` nobody remembers them.
 */
export class TinyOwners extends TinyRecords {
  override applyKnobs(): void {
    super.applyKnobs();
    const looksBack = this.knobs.ownReuse === 'chunks' && !this.oneList;
    if (looksBack === this.looksBack) return;
    this.looksBack = looksBack;
    // What is shown as forgotten follows from it.
    this.marks.markAll(this.rows);
    // Turned in the middle of a run: what was set aside so far is remembered from now on, or forgotten.
    for (let chain = 0; chain < this.ownHead.length; chain++) {
      for (let row = this.ownHead[chain]; row !== NONE; row = this.nextOwn(row)) {
        if (looksBack) this.setAside(row);
        else this.leaveAside(row);
      }
    }
  }

  /** The first, oldest SuperSlab that the thread of a chain, or the central list, owns. */
  ownedBy(chain: number): number {
    return this.ownHead[chain];
  }
  /** The next SuperSlab of a list of those set aside. */
  protected nextAside(row: number): number {
    return this.superslabs[row * SS_WORDS + SS_ASIDE_NEXT];
  }
  private nextOwn(row: number): number {
    return this.superslabs[row * SS_WORDS + SS_OWN_NEXT];
  }

  protected appendOwn(heap: number, row: number): void {
    const { superslabs } = this;
    const tail = this.ownTail[heap];
    superslabs[row * SS_WORDS + SS_OWN_PREV] = tail;
    superslabs[row * SS_WORDS + SS_OWN_NEXT] = NONE;
    if (tail === NONE) this.ownHead[heap] = row;
    else superslabs[tail * SS_WORDS + SS_OWN_NEXT] = row;
    this.ownTail[heap] = row;
  }

  protected leaveOwner(row: number): void {
    const { superslabs } = this;
    this.leaveAside(row);
    const heap = this.heapOf(row);
    const prev = superslabs[row * SS_WORDS + SS_OWN_PREV];
    const next = superslabs[row * SS_WORDS + SS_OWN_NEXT];
    if (prev === NONE) this.ownHead[heap] = next;
    else superslabs[prev * SS_WORDS + SS_OWN_NEXT] = next;
    if (next === NONE) this.ownTail[heap] = prev;
    else superslabs[next * SS_WORDS + SS_OWN_PREV] = prev;
  }

  /** Chain slot of a SuperSlab's owner. */
  protected heapOf(row: number): number {
    const owner = this.superslabs[row * SS_WORDS + SS_OWNER];
    return owner === CENTRAL_LIFE ? 0 : this.threads.chainOf(owner);
  }
  private listOf(row: number): number {
    return this.heapOf(row) * MAX_CLASSES + this.superslabs[row * SS_WORDS + SS_CLASS];
  }

  /** A thread exits: everything it owns becomes an orphan at this instant (S-63). */
  orphanAll(chain: number, exitEvent: number): void {
    this.current.fill(NONE, chain * MAX_CLASSES, (chain + 1) * MAX_CLASSES);
    const { superslabs } = this;
    let row = this.ownHead[chain];
    this.ownHead[chain] = NONE;
    this.ownTail[chain] = NONE;
    while (row !== NONE) {
      const at = row * SS_WORDS;
      const next = superslabs[at + SS_OWN_NEXT];
      const c = superslabs[at + SS_CLASS];
      this.leaveAside(row);
      superslabs[at + SS_FLAGS] = (superslabs[at + SS_FLAGS] & ~SS_FLAG.current) | SS_FLAG.orphan;
      superslabs[at + SS_ORPHANED_AT] = this.threads.lives;
      superslabs[at + SS_ORPHAN_EVENT] = this.emit(
        EV.superslabOrphaned,
        superslabs[at + SS_OWNER],
        row,
        c,
        0,
        exitEvent,
      );
      this.pushFront(this.orphanHead, c, row, SS_ORPHAN_NEXT, SS_ORPHAN_PREV);
      this.counters[C.orphanSuperslabs]++;
      this.reclassify(row);
      row = next;
    }
  }

  protected leaveOrphans(row: number): void {
    const at = row * SS_WORDS;
    this.unlink(
      this.orphanHead,
      this.superslabs[at + SS_CLASS],
      row,
      SS_ORPHAN_NEXT,
      SS_ORPHAN_PREV,
    );
    this.superslabs[at + SS_FLAGS] &= ~SS_FLAG.orphan;
    this.counters[C.orphanSuperslabs]--;
  }

  /** A thread allocates from this slab from now on. @returns the slab */
  protected setCurrent(index: number, r: number): number {
    const before = this.current[index];
    this.current[index] = r;
    if (before >= 0) {
      if (this.sameSpan(before, r)) return r;
      this.quit(before);
    }
    this.enter(r);
    return r;
  }
  /** Whether a thread that goes from one slab to another stays in what it allocates from. */
  protected sameSpan(a: number, b: number): boolean {
    return this.slabs[a + SLAB_SS] === this.slabs[b + SLAB_SS];
  }
  /** Its thread no longer allocates from this slab. */
  protected quit(r: number): void {
    const row = this.slabs[r + SLAB_SS];
    this.superslabs[row * SS_WORDS + SS_FLAGS] &= ~SS_FLAG.current;
    this.reclassify(row);
    this.setAside(row);
  }
  /** Its thread allocates from this slab from now on. */
  protected enter(r: number): void {
    const row = this.slabs[r + SLAB_SS];
    this.leaveAside(row);
    this.superslabs[row * SS_WORDS + SS_FLAGS] |= SS_FLAG.current;
    this.reclassify(row);
  }

  /** Its owner no longer allocates from this SuperSlab. The caller says what becomes of it. */
  protected leaveCurrent(row: number): void {
    const at = row * SS_WORDS;
    if ((this.superslabs[at + SS_FLAGS] & SS_FLAG.current) === 0) return;
    this.current[this.listOf(row)] = NONE;
    this.superslabs[at + SS_FLAGS] &= ~SS_FLAG.current;
    this.marks.mark(row);
  }

  /** Keeps an empty SuperSlab in reserve: it may be taken again, its bytes move to keptEmpty. */
  protected keep(row: number): void {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    // Under the hazard a current SuperSlab may be in the reserve; it is in use all the same.
    if ((superslabs[at + SS_FLAGS] & (SS_FLAG.kept | SS_FLAG.current)) !== 0) return;
    if ((superslabs[at + SS_FLAGS] & SS_FLAG.empty) !== 0) this.leaveEmpty(row);
    this.leaveAside(row);
    superslabs[at + SS_FLAGS] |= SS_FLAG.kept;
    this.pushFront(this.keptHead, superslabs[at + SS_CLASS], row, SS_EMPTY_NEXT, SS_EMPTY_PREV);
    this.countRow(row, -1);
  }

  protected unkeep(row: number): void {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    superslabs[at + SS_FLAGS] &= ~SS_FLAG.kept;
    this.unlink(this.keptHead, superslabs[at + SS_CLASS], row, SS_EMPTY_NEXT, SS_EMPTY_PREV);
    this.countRow(row, 1);
  }

  /** Its living owner remembers a SuperSlab that it does not allocate from, by whether it has room. */
  protected setAside(row: number): void {
    if (!this.looksBack) return;
    const at = row * SS_WORDS;
    const flags = this.superslabs[at + SS_FLAGS];
    if ((flags & (ASIDE | NOT_ASIDE)) !== SS_FLAG.mapped || !this.isOwned(row)) return;
    if (this.hasRoom(row)) this.enlist(row, this.roomyHead, SS_FLAG.roomy);
    else this.shut(row);
  }

  /** Among the full ones. No free list of its slabs has a block, and there is nothing left to carve. */
  protected shut(row: number): void {
    this.enlist(row, this.fullHead, SS_FLAG.full);
    this.setHeads(row, SHUT);
  }

  /** A SuperSlab with room that its living owner has set aside and will never look into again. */
  isForgotten(row: number): boolean {
    if (!this.forgets) return false;
    const flags = this.superslabs[row * SS_WORDS + SS_FLAGS];
    return (flags & NOT_ASIDE) === SS_FLAG.mapped && this.isOwned(row) && this.hasRoom(row);
  }
  private isOwned(row: number): boolean {
    return this.superslabs[row * SS_WORDS + SS_OWNER] !== NO_LIFE;
  }

  /** A block is about to come free in slab `r`, which is shut: its SuperSlab was full and set aside. */
  protected makesRoom(r: number): void {
    const row = this.slabs[r + SLAB_SS];
    this.leaveAside(row);
    this.enlist(row, this.roomyHead, SS_FLAG.roomy);
  }

  /** Its owner forgets a SuperSlab that it had set aside: it is used, kept, orphaned, taken or gone. */
  protected leaveAside(row: number): void {
    const at = row * SS_WORDS + SS_FLAGS;
    const flags = this.superslabs[at];
    if ((flags & ASIDE) === 0) return;
    const full = (flags & SS_FLAG.full) !== 0;
    const heads = full ? this.fullHead : this.roomyHead;
    this.unlink(heads, this.listOf(row), row, SS_ASIDE_NEXT, SS_ASIDE_PREV);
    this.superslabs[at] = flags & ~ASIDE;
    if (full) this.setHeads(row, NO_BLOCK);
  }

  private enlist(row: number, heads: Int32Array, flag: number): void {
    this.pushFront(heads, this.listOf(row), row, SS_ASIDE_NEXT, SS_ASIDE_PREV);
    this.superslabs[row * SS_WORDS + SS_FLAGS] |= flag;
  }
  private setHeads(row: number, head: number): void {
    const at = row * SS_WORDS;
    let r = this.superslabs[at + SS_FIRST_SLAB];
    for (let i = this.superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      this.slabs[r + FREE_HEAD] = head;
      r = this.slabs[r + NEXT_SLAB];
    }
  }
}
