import { LOCK } from '../../machine/locks.ts';
import { REG_EXTRA, REG_NOW } from '../../machine/registers.ts';
import { C } from '../../telemetry/counters.ts';
import { ACE, EV, NO_CAUSE } from '../../telemetry/events.ts';
import type { Machine, StateHash } from '../contract.ts';
import {
  CAPACITY,
  CARVED,
  EXCESS,
  FREE_HEAD,
  LIST_BASE,
  LIST_SIZE,
  LIVE,
  MAX_CLASSES,
  NEXT_SLAB,
  NO_BLOCK,
  NO_LIFE,
  NONE,
  OWNER,
  REMOTE_HEAD,
  SHUT,
  SLAB_BYTES,
  SLAB_CLASS,
  SLAB_INDEX,
  SLAB_SS,
  SS_ACQUIRED,
  SS_BORN_EVENT,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_OWN_NEXT,
  SS_OWN_PREV,
  SS_POOL_EMPTY,
  SS_POOL_USABLE,
  SS_SLABS,
  SS_WORDS,
  slabHeader,
  TOUCHED,
} from './layout.ts';
import { TinyRetiring } from './retiring.ts';
import {
  POOL_STAGE,
  SLOT,
  SLOT_EVENT,
  SLOT_HINT,
  SLOT_NEXT,
  SLOT_NODES,
  SLOT_OWN_NEXT,
  SLOT_OWN_PREV,
  SLOT_PREV,
  SLOT_SHIFT,
  SLOT_WHERE,
  SlotTable,
} from './slot-table.ts';

const NOTHING_IN_FLIGHT = new Int32Array(0);

/**
 * The shared pool (S-16; Phase 12, “SP-SLOT”, models.md 4.3) as a policy on the heap: a slab is a *slot* with a class,
 * an owner and a state of its own, and any thread may take slots of any SuperSlab of the pool. A slot is UNUSED
 * until it is first taken, ACTIVE while somebody owns it, EMPTY when its owner has given it back: it keeps its class
 * and its blocks then. When every slot of a SuperSlab is EMPTY all of them are UNUSED again, and the SuperSlab is
 * released unless the reserve has room.
 *
 * Who needs a slab of a class asks in stages, in the order in which the debug lines of D0's commit stand in its source:
 * - 0 (L0): the slot that this thread was the last to give back in this class
 * - 0.5: an EMPTY slot of the class in the SuperSlab that the thread allocates the class from
 * - 1: the list of EMPTY slots of the class, newest first; it has SLOT_NODES nodes, and what finds none is not listed
 * - (adoption, where `orphanPolicy` is adopt: a slab of a dead owner)
 * - 2: an UNUSED slot
 * - 3: a new SuperSlab, under the pool's lock, while its slots fit into `sharedCapacity`
 * What a stage looks at beyond its name is ours: the documents have the names only. Without the knob there is no
 * table, and nothing here is called.
 */
export abstract class TinySlots extends TinyRetiring {
  readonly pool: SlotTable | undefined;
  /** The latest time that the pool had nothing, to be a cause. */
  protected poolFailure = NO_CAUSE;

  constructor(machine: Machine, slots: number) {
    super(machine, slots);
    if (machine.settings.sharedPool && !this.oneList)
      this.pool = new SlotTable(machine.threads.chains);
    if (this.pool !== undefined) this.applyKnobs();
  }

  protected abstract mapSuperslab(
    c: number,
    life: number,
    need: number,
    cause: number,
    from: number,
    pooled: boolean,
  ): number;
  protected abstract release(row: number, cause: number, inFlight: Int32Array): boolean;
  protected abstract chargeMap(cost: number): void;
  protected abstract drainOwn(r: number): boolean;
  protected abstract drain(r: number, life: number): number;

  override applyKnobs(): void {
    const before = this.looksBack;
    super.applyKnobs();
    const { pool } = this;
    if (pool === undefined) return;
    // Who gives a slot back, and who takes it next, is seen by all.
    this.ordered = true;
    if (before === this.looksBack) return;
    for (const head of pool.own) {
      for (let r = head; r !== NONE; r = pool.words[(r >>> SLOT_SHIFT) + SLOT_OWN_NEXT]) {
        if (!this.looksBack) this.leaveList(r, SLOT.held);
        else if (this.current[this.indexOf(r)] !== r) this.setAsideSlot(r);
      }
    }
  }

  protected override newSlab(): number {
    const r = super.newSlab();
    this.pool?.reserve(this.slabWords);
    return r;
  }

  /** Whether a slab is a slot of the pool. */
  isSlot(r: number): boolean {
    return this.pool !== undefined && this.isPooled(this.slabs[r + SLAB_SS]);
  }
  isPooled(row: number): boolean {
    return (this.superslabs[row * SS_WORDS + SS_FLAGS] & SS_FLAG.pooled) !== 0;
  }
  /** Where a slot is: a SLOT. */
  whereIs(r: number): number {
    return this.pool === undefined ? SLOT.unused : this.pool.words[(r >>> SLOT_SHIFT) + SLOT_WHERE];
  }
  private get table(): SlotTable {
    const { pool } = this;
    if (pool === undefined) throw new Error('there is no pool');
    return pool;
  }
  /** Place of a slot's owner and class in lists by chain and class. */
  private indexOf(r: number): number {
    const owner = this.slabs[r + OWNER];
    return this.threads.chainOf(owner) * MAX_CLASSES + this.slabs[r + SLAB_CLASS];
  }

  /** Calls `visit` with each slot that a chain's living thread owns. */
  eachOwnSlot(chain: number, visit: (r: number) => void): void {
    const { pool } = this;
    if (pool === undefined) return;
    for (let r = pool.own[chain]; r !== NONE; r = pool.words[(r >>> SLOT_SHIFT) + SLOT_OWN_NEXT])
      visit(r);
  }

  // Taking a slot

  /** A slot for a thread that needs a slab of class `c`, by the first stage that has one. @returns NONE: the pool fails */
  protected takeSlot(heap: number, life: number, c: number, need: number, cause: number): number {
    const { counters } = this;
    const pool = this.table;
    counters[C.poolAsks]++;
    const hinted = pool.hints[heap * MAX_CLASSES + c];
    if (hinted !== NONE) return this.reactivate(hinted, heap, life, POOL_STAGE.hint);
    const beside = this.emptyBeside(heap, c);
    if (beside !== NONE) return this.reactivate(beside, heap, life, POOL_STAGE.beside);
    this.payForLine(heap);
    const listed = pool.empties[c];
    if (listed !== NONE) return this.reactivate(listed, heap, life, POOL_STAGE.listed);
    if (this.knobs.orphanPolicy === 'adopt') {
      const adopted = this.adoptSlot(heap, life, c);
      if (adopted !== NONE) return adopted;
    }
    if (pool.unused[0] !== NONE)
      return this.openSlot(pool.unused[0], heap, life, c, POOL_STAGE.unused);
    const row = this.mapForPool(heap, life, c, need, cause);
    return row < 0 ? NONE : this.openSlot(row, heap, life, c, POOL_STAGE.mapped);
  }

  /** An EMPTY slot of the class beside the thread's current one. */
  private emptyBeside(heap: number, c: number): number {
    const current = this.current[heap * MAX_CLASSES + c];
    if (current < 0 || !this.isSlot(current)) return NONE;
    const at = this.slabs[current + SLAB_SS] * SS_WORDS;
    if (this.superslabs[at + SS_POOL_EMPTY] === 0) return NONE;
    this.regs[REG_EXTRA] += this.costs.look;
    let r = this.superslabs[at + SS_FIRST_SLAB];
    for (let i = this.superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      if (this.whereIs(r) >= SLOT.listed && this.slabs[r + SLAB_CLASS] === c) return r;
      r = this.slabs[r + NEXT_SLAB];
    }
    return NONE;
  }

  /** What all threads write is fetched from the core of whoever had it last. */
  private payForLine(heap: number): void {
    if (this.machine.locks.handOver(LOCK.central, heap))
      this.regs[REG_EXTRA] += this.costs.contended;
  }

  /** EMPTY to ACTIVE: the slot's blocks are as its last owner left them, all free. */
  private reactivate(r: number, heap: number, life: number, stage: number): number {
    const cause = this.table.words[(r >>> SLOT_SHIFT) + SLOT_EVENT];
    this.leaveEmptySlots(r);
    this.spare(r, -1);
    this.countSlab(r, 1);
    this.superslabs[this.slabs[r + SLAB_SS] * SS_WORDS + SS_POOL_EMPTY]--;
    this.counters[C.slotsEmpty]--;
    return this.own(r, heap, life, stage, cause);
  }

  /** UNUSED to ACTIVE. */
  private openSlot(row: number, heap: number, life: number, c: number, stage: number): number {
    const { superslabs } = this;
    const pool = this.table;
    const at = row * SS_WORDS;
    if (superslabs[at + SS_ACQUIRED] === 0) this.countSpare(-1);
    const r = this.nextSlab(row);
    if (superslabs[at + SS_ACQUIRED] === superslabs[at + SS_POOL_USABLE])
      this.unlink(pool.unused, 0, row, SS_OWN_NEXT, SS_OWN_PREV);
    this.openSlab(r, c, life);
    this.counters[C.slotsUnused]--;
    return this.own(r, heap, life, stage, superslabs[at + SS_BORN_EVENT]);
  }

  private own(r: number, heap: number, life: number, stage: number, cause: number): number {
    const { counters } = this;
    const row = this.slabs[r + SLAB_SS];
    this.slabs[r + OWNER] = life;
    this.table.words[(r >>> SLOT_SHIFT) + SLOT_WHERE] = SLOT.held;
    this.joinOwn(r, heap);
    counters[C.poolStage0 + stage]++;
    counters[C.slabsAcquired]++;
    counters[C.slotsActive]++;
    this.marks.mark(row);
    const event = this.emit(EV.slotTaken, life, row, this.slabs[r + SLAB_INDEX], stage, cause);
    // An EMPTY slot's region is marked already.
    if (this.mixed?.table !== undefined && stage >= POOL_STAGE.unused) this.markOwned(r, event);
    return r;
  }

  /** The newest slab of the class whose owner is dead, if there is one with room. */
  private adoptSlot(heap: number, life: number, c: number): number {
    const { counters, superslabs, slabs } = this;
    const pool = this.table;
    for (let r = pool.orphans[c]; r !== NONE; ) {
      const next = pool.words[(r >>> SLOT_SHIFT) + SLOT_NEXT];
      const row = slabs[r + SLAB_SS];
      if ((superslabs[row * SS_WORDS + SS_FLAGS] & SS_FLAG.pinned) === 0) {
        this.leaveList(r, SLOT.held);
        counters[C.slotsOrphaned]--;
        counters[C.adoptions]++;
        counters[C.orphanAdoptions]++;
        this.regs[REG_EXTRA] += this.costs.adopt;
        this.drain(r, life);
        slabs[r + OWNER] = life;
        this.joinOwn(r, heap);
        this.marks.mark(row);
        const cause = pool.words[(r >>> SLOT_SHIFT) + SLOT_EVENT];
        this.emit(EV.slotTaken, life, row, slabs[r + SLAB_INDEX], POOL_STAGE.adopted, cause);
        if (slabs[r + FREE_HEAD] < NO_BLOCK || this.canCarve(r)) {
          counters[C.poolAdopted]++;
          return r;
        }
        this.setAsideSlot(r);
      }
      r = next;
    }
    return NONE;
  }

  /** Stage 3: a SuperSlab more, if its slots fit. @returns its row or -1 */
  private mapForPool(heap: number, life: number, c: number, need: number, cause: number): number {
    const { counters, regs, machine, knobs } = this;
    const pool = this.table;
    const asked = regs[REG_NOW] + regs[REG_EXTRA];
    const wait = machine.locks.acquire(LOCK.central, asked, this.costs.refill);
    regs[REG_EXTRA] += wait + this.costs.refill;
    counters[C.poolLocks]++;
    if (wait > 0) counters[C.poolLockWaits]++;
    const room = knobs.sharedCapacity - pool.slots;
    if (room <= 0) return this.poolFails(life, c, 0, NO_CAUSE);
    const from = this.current[heap * MAX_CLASSES + c];
    const row = this.mapSuperslab(c, life, need, cause, from, true);
    machine.locks.holdUntil(LOCK.central, regs[REG_NOW] + regs[REG_EXTRA]);
    if (row < 0) return this.poolFails(life, c, 1, this.lastRefusal);
    const at = row * SS_WORDS;
    const slots = this.superslabs[at + SS_SLABS];
    const usable = Math.min(slots, room);
    if (usable < slots) counters[C.geometryWarnings]++;
    this.superslabs[at + SS_FLAGS] |= SS_FLAG.pooled;
    this.superslabs[at + SS_POOL_EMPTY] = 0;
    this.superslabs[at + SS_POOL_USABLE] = usable;
    this.pushFront(pool.unused, 0, row, SS_OWN_NEXT, SS_OWN_PREV);
    pool.slots += usable;
    this.countSpare(1);
    counters[C.slotsUnused] += usable;
    this.payForLine(heap);
    return row;
  }

  /** The pool has nothing: the legacy backend must serve (S-17). */
  private poolFails(life: number, c: number, why: number, cause: number): number {
    this.counters[C.sharedFails]++;
    if (why === 0) this.counters[C.capacityWarnings]++;
    this.poolFailure = this.emit(EV.sharedFailed, life, c, why, this.table.slots, cause);
    if (why === 0) this.aceFailed(ACE.exhaustion, life, c, 0, this.poolFailure);
    return NONE;
  }

  // What an owner does with its slots

  /** The first slot with a block in a list of those that a thread has set aside, from `first` on. */
  protected lookThrough(first: number): number {
    const { slabs, counters } = this;
    for (let r = first; r !== NONE; ) {
      const next = this.table.words[(r >>> SLOT_SHIFT) + SLOT_NEXT];
      counters[C.ownLooks]++;
      this.regs[REG_EXTRA] += this.costs.look;
      if (slabs[r + FREE_HEAD] < NO_BLOCK || this.drainOwn(r) || this.canCarve(r)) {
        counters[C.ownReuses]++;
        return r;
      }
      // Blocks that it may not drain are no room.
      if (this.whereIs(r) === SLOT.roomy) {
        this.leaveList(r, SLOT.held);
        this.shutSlot(r);
      }
      r = next;
    }
    return NONE;
  }

  /** Its living owner remembers a slot that it does not allocate from, by whether it has room. */
  private setAsideSlot(r: number): void {
    if (!this.looksBack) return;
    const { slabs } = this;
    if (slabs[r + LIVE] < slabs[r + CAPACITY])
      this.joinList(this.table.roomy, this.indexOf(r), r, SLOT.roomy);
    else this.shutSlot(r);
  }
  private shutSlot(r: number): void {
    this.joinList(this.table.full, this.indexOf(r), r, SLOT.full);
    this.slabs[r + FREE_HEAD] = SHUT;
  }
  protected override makesRoom(r: number): void {
    if (!this.isSlot(r)) {
      super.makesRoom(r);
      return;
    }
    this.leaveList(r, SLOT.held);
    this.joinList(this.table.roomy, this.indexOf(r), r, SLOT.roomy);
  }

  protected override sameSpan(a: number, b: number): boolean {
    return this.isSlot(a) || this.isSlot(b) ? a === b : super.sameSpan(a, b);
  }
  protected override quit(r: number): void {
    if (!this.isSlot(r)) super.quit(r);
    else {
      this.noteCurrent(this.slabs[r + SLAB_SS]);
      this.setAsideSlot(r);
    }
  }
  protected override enter(r: number): void {
    if (!this.isSlot(r)) super.enter(r);
    else {
      this.leaveList(r, SLOT.held);
      this.noteCurrent(this.slabs[r + SLAB_SS]);
    }
  }
  /** Whether some thread allocates from one of a SuperSlab's slots is a flag of it. */
  private noteCurrent(row: number): void {
    const { superslabs, slabs } = this;
    const at = row * SS_WORDS;
    let some = false;
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = superslabs[at + SS_ACQUIRED]; i > 0 && !some; i--) {
      some = this.isCurrentSlot(r);
      r = slabs[r + NEXT_SLAB];
    }
    if (some) superslabs[at + SS_FLAGS] |= SS_FLAG.current;
    else superslabs[at + SS_FLAGS] &= ~SS_FLAG.current;
    this.reclassify(row);
  }
  private isCurrentSlot(r: number): boolean {
    return this.whereIs(r) === SLOT.held && this.current[this.indexOf(r)] === r;
  }

  override orphanAll(chain: number, exitEvent: number): void {
    super.orphanAll(chain, exitEvent);
    const { pool, slabs, knobs } = this;
    if (pool === undefined) return;
    for (let c = 0; c < this.classes; c++) this.forgetHint(chain * MAX_CLASSES + c);
    for (let r = pool.own[chain]; r !== NONE; ) {
      const next = pool.words[(r >>> SLOT_SHIFT) + SLOT_OWN_NEXT];
      this.leaveList(r, SLOT.held);
      this.leaveOwn(r, chain);
      this.joinList(pool.orphans, slabs[r + SLAB_CLASS], r, SLOT.orphan);
      pool.words[(r >>> SLOT_SHIFT) + SLOT_EVENT] = exitEvent;
      this.counters[C.slotsOrphaned]++;
      const row = slabs[r + SLAB_SS];
      this.noteCurrent(row);
      if (knobs.orphanPolicy === 'reuse-empty' && slabs[r + LIVE] + slabs[r + EXCESS] === 0)
        this.giveBack(r, NONE, exitEvent);
      r = next;
    }
  }

  // Giving a slot back

  /**
   * A slot's last live block went. Its owner gives it back if its counter says empty and it allocates elsewhere; of a
   * dead owner's whoever freed the block does, where empties are reused.
   */
  protected slotEmptied(r: number): void {
    const { slabs } = this;
    if (!this.isSlot(r) || slabs[r + EXCESS] !== 0) return;
    if (this.whereIs(r) === SLOT.orphan) {
      if (this.knobs.orphanPolicy === 'reuse-empty') this.giveBack(r, NONE, NO_CAUSE);
    } else if (this.lastRemote === NONE && !this.isCurrentSlot(r))
      this.giveBack(r, this.indexOf(r), NO_CAUSE);
  }

  /**
   * ACTIVE to EMPTY.
   * @param index chain and class of the thread that gives it back and will look here first; NONE: none will
   */
  private giveBack(r: number, index: number, cause: number): void {
    const { slabs, superslabs, counters } = this;
    const pool = this.table;
    const owner = slabs[r + OWNER];
    const row = slabs[r + SLAB_SS];
    const c = slabs[r + SLAB_CLASS];
    const at = (r >>> SLOT_SHIFT) + SLOT_WHERE;
    if (slabs[r + REMOTE_HEAD] !== NO_BLOCK) this.drain(r, owner);
    if (pool.words[at] === SLOT.orphan) counters[C.slotsOrphaned]--;
    else this.leaveOwn(r, this.threads.chainOf(owner));
    this.leaveList(r, SLOT.held);
    slabs[r + OWNER] = NO_LIFE;
    this.countSlab(r, -1);
    this.spare(r, 1);
    superslabs[row * SS_WORDS + SS_POOL_EMPTY]++;
    counters[C.slotsActive]--;
    counters[C.slotsEmpty]++;
    counters[C.slotsReleased]++;
    this.marks.mark(row);
    const event = this.emit(EV.slotReleased, owner, row, slabs[r + SLAB_INDEX], c, cause);
    pool.words[(r >>> SLOT_SHIFT) + SLOT_EVENT] = event;
    pool.words[(r >>> SLOT_SHIFT) + SLOT_HINT] = NONE;
    if (pool.nodes[c] < SLOT_NODES) {
      pool.nodes[c]++;
      this.joinList(pool.empties, c, r, SLOT.listed);
    } else {
      counters[C.nodeWarnings]++;
      pool.words[at] = SLOT.unlisted;
    }
    if (index !== NONE) {
      this.payForLine(Math.floor(index / MAX_CLASSES));
      this.forgetHint(index);
      pool.hints[index] = r;
      pool.words[(r >>> SLOT_SHIFT) + SLOT_HINT] = index;
    }
    if (superslabs[row * SS_WORDS + SS_POOL_EMPTY] === superslabs[row * SS_WORDS + SS_ACQUIRED])
      this.slotsAllEmpty(row, event);
  }

  private forgetHint(index: number): void {
    const pool = this.table;
    const r = pool.hints[index];
    if (r !== NONE) pool.words[(r >>> SLOT_SHIFT) + SLOT_HINT] = NONE;
    pool.hints[index] = NONE;
  }

  /** An EMPTY slot leaves the list of its class and is nobody's first look. */
  private leaveEmptySlots(r: number): void {
    const pool = this.table;
    const at = r >>> SLOT_SHIFT;
    if (pool.words[at + SLOT_HINT] !== NONE) this.forgetHint(pool.words[at + SLOT_HINT]);
    if (pool.words[at + SLOT_WHERE] === SLOT.listed) pool.nodes[this.slabs[r + SLAB_CLASS]]--;
    this.leaveList(r, SLOT.unused);
  }

  /** Moves an EMPTY slot's bytes into (+1) or out of (-1) what is kept empty. */
  private spare(r: number, sign: 1 | -1): void {
    const header = slabHeader(this.slabs[r + SLAB_INDEX]);
    this.keptBytes += sign * (SLAB_BYTES - header);
    this.spareResident += sign * (this.slabs[r + TOUCHED] * 4096 - header);
  }
  /** Whether a slot is EMPTY. */
  isSpareSlot(r: number): boolean {
    return this.isSpare(r);
  }
  protected override isSpare(r: number): boolean {
    return this.whereIs(r) >= SLOT.listed;
  }

  /** Every slot taken so far is EMPTY: all are UNUSED again, without a class. */
  private slotsAllEmpty(row: number, cause: number): void {
    const { slabs, superslabs, counters } = this;
    const pool = this.table;
    const at = row * SS_WORDS;
    const acquired = superslabs[at + SS_ACQUIRED];
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = acquired; i > 0; i--) {
      this.leaveEmptySlots(r);
      this.spare(r, -1);
      this.lists.give(slabs[r + LIST_BASE], slabs[r + LIST_SIZE]);
      slabs[r + CARVED] = 0;
      r = slabs[r + NEXT_SLAB];
    }
    if (acquired === superslabs[at + SS_POOL_USABLE])
      this.pushFront(pool.unused, 0, row, SS_OWN_NEXT, SS_OWN_PREV);
    superslabs[at + SS_ACQUIRED] = 0;
    superslabs[at + SS_POOL_EMPTY] = 0;
    this.unacquiredSlabs += acquired;
    this.countSpare(1);
    counters[C.slotsEmpty] -= acquired;
    counters[C.slotsUnused] += acquired;
    counters[C.poolEmptied]++;
    const event = this.emit(EV.poolEmptied, -1, row, acquired, pool.spares, cause);
    if (pool.spares > this.emptiesKept) this.releaseSpare(row, event);
  }

  /** One SuperSlab more (+1) or fewer (-1) none of whose slots is taken: all of it counts as never carved. */
  private countSpare(sign: 1 | -1): void {
    this.table.spares += sign;
    this.acquiredSuperslabs -= sign;
  }

  /** Releases a SuperSlab of the pool none of whose slots is taken, unless it is pinned. */
  private releaseSpare(row: number, cause: number): boolean {
    if ((this.superslabs[row * SS_WORDS + SS_FLAGS] & SS_FLAG.pinned) !== 0) return false;
    const { counters, costs } = this;
    const pages = this.touchedIn(row);
    const calls = counters[C.munmapCalls];
    if (!this.release(row, cause, NOTHING_IN_FLIGHT)) return false;
    if (counters[C.munmapCalls] > calls) this.chargeMap(costs.munmap + costs.munmapPage * pages);
    return true;
  }

  /** A SuperSlab that is released is the pool's no more. */
  protected leavePool(row: number): void {
    const { superslabs } = this;
    const pool = this.table;
    const at = row * SS_WORDS;
    this.unlink(pool.unused, 0, row, SS_OWN_NEXT, SS_OWN_PREV);
    pool.slots -= superslabs[at + SS_POOL_USABLE];
    this.countSpare(-1);
    this.counters[C.slotsUnused] -= superslabs[at + SS_POOL_USABLE];
    superslabs[at + SS_FLAGS] &= ~SS_FLAG.pooled;
  }

  /**
   * A trim pass, or a user, takes back the slots of a SuperSlab whose counters say empty, current ones and those
   * of the living included.
   * @param forced whatever the reserve says
   * @returns whether it was released
   */
  protected vacate(row: number, cause: number, forced: boolean): boolean {
    const { slabs, superslabs, counters } = this;
    const pool = this.table;
    const at = row * SS_WORDS;
    const freed = counters[C.superslabsNow];
    superslabs[at + SS_FLAGS] &= ~SS_FLAG.current;
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      const next = slabs[r + NEXT_SLAB];
      const where = this.whereIs(r);
      if (where !== SLOT.unused && where < SLOT.listed) {
        if (this.isCurrentSlot(r))
          this.current[this.indexOf(r)] = forced ? NONE : this.dangling(row);
        // The last of them makes all UNUSED.
        this.giveBack(r, NONE, cause);
      }
      r = next;
    }
    if (counters[C.superslabsNow] < freed) return true;
    if (!forced && pool.spares <= this.emptiesKept) return false;
    return this.releaseSpare(row, cause);
  }

  // Lists

  private joinList(heads: Int32Array, i: number, r: number, where: number): void {
    const { words } = this.table;
    const at = r >>> SLOT_SHIFT;
    const first = heads[i];
    words[at + SLOT_WHERE] = where;
    words[at + SLOT_NEXT] = first;
    words[at + SLOT_PREV] = NONE;
    if (first !== NONE) words[(first >>> SLOT_SHIFT) + SLOT_PREV] = r;
    heads[i] = r;
  }
  /** Takes a slot out of the list that it is in, if any; a shut one opens. */
  private leaveList(r: number, where: number): void {
    const { words } = this.table;
    const at = r >>> SLOT_SHIFT;
    const heads = this.headsOf(words[at + SLOT_WHERE]);
    if (heads !== undefined) {
      const i =
        heads === this.table.roomy || heads === this.table.full
          ? this.indexOf(r)
          : this.slabs[r + SLAB_CLASS];
      const before = words[at + SLOT_PREV];
      const after = words[at + SLOT_NEXT];
      if (before === NONE) heads[i] = after;
      else words[(before >>> SLOT_SHIFT) + SLOT_NEXT] = after;
      if (after !== NONE) words[(after >>> SLOT_SHIFT) + SLOT_PREV] = before;
      if (heads === this.table.full) this.slabs[r + FREE_HEAD] = NO_BLOCK;
    }
    words[at + SLOT_WHERE] = where;
  }
  private headsOf(where: number): Int32Array | undefined {
    const { roomy, full, orphans, empties } = this.table;
    return [undefined, undefined, roomy, full, orphans, empties][where];
  }
  private joinOwn(r: number, chain: number): void {
    const { words, own } = this.table;
    const first = own[chain];
    words[(r >>> SLOT_SHIFT) + SLOT_OWN_NEXT] = first;
    words[(r >>> SLOT_SHIFT) + SLOT_OWN_PREV] = NONE;
    if (first !== NONE) words[(first >>> SLOT_SHIFT) + SLOT_OWN_PREV] = r;
    own[chain] = r;
  }
  private leaveOwn(r: number, chain: number): void {
    const { words, own } = this.table;
    const before = words[(r >>> SLOT_SHIFT) + SLOT_OWN_PREV];
    const after = words[(r >>> SLOT_SHIFT) + SLOT_OWN_NEXT];
    if (before === NONE) own[chain] = after;
    else words[(before >>> SLOT_SHIFT) + SLOT_OWN_NEXT] = after;
    if (after !== NONE) words[(after >>> SLOT_SHIFT) + SLOT_OWN_PREV] = before;
  }

  // State

  hashSlots(hash: StateHash): void {
    const { pool } = this;
    if (pool === undefined) return;
    for (const column of pool.columns()) hash.words(column, column.length);
    hash.words(pool.words, this.slabWords >>> SLOT_SHIFT);
    hash.word(pool.slots).word(pool.spares).word(this.spareResident);
  }
  override get stateBytes(): number {
    return super.stateBytes + (this.pool?.words.byteLength ?? 0);
  }
  override snapshot(): unknown {
    return { heap: super.snapshot(), pool: this.pool?.snapshot(this.slabWords) };
  }
  override restore(saved: unknown): void {
    const from = saved as { heap: unknown; pool: ReturnType<SlotTable['snapshot']> | undefined };
    super.restore(from.heap);
    if (from.pool !== undefined) this.pool?.restore(from.pool);
  }
}
