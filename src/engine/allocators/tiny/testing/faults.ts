import type { KnobValues } from '../../../knobs/index.ts';
import { C } from '../../../telemetry/counters.ts';
import { every, type ModelFault } from '../../../testing/fault.ts';
import type { RowMarks } from '../../row-marks.ts';
import { TinyHeap } from '../heap.ts';
import { tinyWith } from '../index.ts';
import {
  BLOCK_INDEX,
  BLOCK_OTHER,
  BLOCK_SIZE,
  BLOCK_WORDS,
  CARVE_LIMIT,
  FREE_HEAD,
  LIVE,
  MAX_CLASSES,
  NEXT_SLAB,
  NO_BLOCK,
  NONE,
  OWNER,
  REMOTE_COUNT,
  REMOTE_HEAD,
  SLAB_CLASS,
  SLAB_PAGES,
  SLAB_SS,
  SS_ACQUIRED,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_OWNER,
  SS_WORDS,
  TOUCHED,
} from '../layout.ts';
import { SLOT, SLOT_OWN_NEXT, SLOT_SHIFT, SLOT_WHERE } from '../slot-table.ts';

class SkipsDrain extends TinyHeap {
  protected override drain(r: number): number {
    const moved = this.slabs[r + REMOTE_COUNT];
    this.slabs[r + REMOTE_HEAD] = NO_BLOCK;
    this.slabs[r + REMOTE_COUNT] = 0;
    return moved;
  }
}
class LosesBlock extends TinyHeap {
  override popSlow(r: number, c: number): number {
    const block = super.popSlow(r, c);
    return this.slabs[r + LIVE] === 3 ? super.popSlow(r, c) : block;
  }
}
class CountsTwice extends TinyHeap {
  override remoteEdge(r: number, life: number): void {
    super.remoteEdge(r, life);
    this.slabs[r + REMOTE_COUNT]++;
  }
}
class DrainsInPart extends TinyHeap {
  protected override drain(r: number, life: number): number {
    const moved = super.drain(r, life);
    // Its first block stays in the queue, too.
    if (moved > 0) this.slabs[r + REMOTE_HEAD] = this.slabs[r + FREE_HEAD];
    return moved;
  }
}
class TouchUncounted extends TinyHeap {
  protected override touch(r: number, pages: number): void {
    if (pages < SLAB_PAGES) this.slabs[r + TOUCHED] = Math.max(this.slabs[r + TOUCHED], pages);
    else super.touch(r, pages);
  }
}
class MissesEmptied extends TinyHeap {
  override emptied(): void {}
}
class MissesDeath extends TinyHeap {
  private readonly due = every(2);
  override orphanAll(chain: number, exitEvent: number): void {
    if (!this.due()) super.orphanAll(chain, exitEvent);
  }
}
class WrongOwner extends TinyHeap {
  private readonly due = every(5);
  protected override acquireSlab(row: number, life: number): number {
    const r = super.acquireSlab(row, life);
    if (this.due()) this.slabs[r + OWNER] = 0;
    return r;
  }
}
class ForgetsTable extends TinyHeap {
  override markRuntime(): void {}
}
class CarvesBeyond extends TinyHeap {
  private readonly due = every(7);
  protected override canCarve(r: number): boolean {
    const can = super.canCarve(r);
    if (can && this.due()) this.slabs[r + CARVE_LIMIT]++;
    return can;
  }
}
class MiscountsSlabs extends TinyHeap {
  private readonly due = every(6);
  protected override acquireSlab(row: number, life: number): number {
    if (this.due()) this.unacquiredSlabs++;
    return super.acquireSlab(row, life);
  }
}
class ForgetsMark extends TinyHeap {
  protected override reclassify(row: number): void {
    const before = this.marks.bytes[row];
    super.reclassify(row);
    this.marks.bytes[row] = before;
  }
}
class ForgetsRoom extends TinyHeap {
  protected override makesRoom(slab: number): void {
    // The slabs open, and the SuperSlab stays among the full ones.
    const at = this.slabs[slab + SLAB_SS] * SS_WORDS;
    let r = this.superslabs[at + SS_FIRST_SLAB];
    for (let i = this.superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      this.slabs[r + FREE_HEAD] = NO_BLOCK;
      r = this.slabs[r + NEXT_SLAB];
    }
  }
}
class ListsForTheDead extends TinyHeap {
  protected override leaveAside(row: number): void {
    const at = row * SS_WORDS + SS_FLAGS;
    if (this.threads.isAlive(this.superslabs[row * SS_WORDS + SS_OWNER])) super.leaveAside(row);
    else this.superslabs[at] &= ~(SS_FLAG.roomy | SS_FLAG.full);
  }
}
class ForgetsAside extends TinyHeap {
  private readonly due = every(2);
  protected override setAside(row: number): void {
    if (!this.due()) super.setAside(row);
  }
}
class BelievesMore extends TinyHeap {
  override remoteEdge(r: number, life: number): void {
    super.remoteEdge(r, life);
    this.excess++;
  }
}

class ForgetsPointer extends TinyHeap {
  override freeOther(slot: number): number {
    const before = this.counters[C.mixedPointers];
    const remote = super.freeOther(slot);
    this.counters[C.mixedPointers] = before;
    return remote;
  }
}
class KeepsLibcBlock extends TinyHeap {
  protected override libcFreed(): void {}
}
class ServesForGood extends TinyHeap {
  override mallocFallback(size: number, slot: number, life: number, nullEvent: number): void {
    super.mallocFallback(size, slot, life, nullEvent);
    this.blocks[slot * BLOCK_WORDS] = BLOCK_OTHER;
  }
}
class WrongOrigin extends TinyHeap {
  protected override noteLook(slot: number, event: number): void {
    super.noteLook(slot, event - 1);
  }
}
class ServesMore extends TinyHeap {
  override mallocFallback(size: number, slot: number, life: number, nullEvent: number): void {
    super.mallocFallback(size + 1, slot, life, nullEvent);
    this.blocks[slot * BLOCK_WORDS + BLOCK_SIZE] = size;
  }
}
class LibcCountsTwice extends TinyHeap {
  override mallocOther(size: number, slot: number): boolean {
    if (this.mixed !== undefined) this.mixed.libc.heap.liveBlocks++;
    return super.mallocOther(size, slot);
  }
}
class ForgetsRegion extends TinyHeap {
  private readonly due = every(3);
  protected override markOwned(r: number, cause: number): void {
    if (!this.due()) super.markOwned(r, cause);
  }
}
class MarksNeighbour extends TinyHeap {
  protected override markOwned(r: number, cause: number): void {
    super.markOwned(r, cause);
    this.mixed?.table?.mark(this.pageOf(this.slabs[r + SLAB_SS]) - SLAB_PAGES);
  }
}
class ForgetsStale extends TinyHeap {
  protected override countStale(): void {}
}
class FreesCarelessly extends TinyHeap {
  protected override markOwned(r: number, cause: number): void {
    super.markOwned(r, cause);
    this.careful = false;
  }
}
class ForgetsRelease extends TinyHeap {
  private readonly due = every(2);
  protected override slotEmptied(r: number): void {
    if (this.pool === undefined || !this.due()) {
      super.slotEmptied(r);
      return;
    }
    super.slotEmptied(r);
    this.counters[C.slotsReleased]--;
  }
}
class LosesSlotOwner extends TinyHeap {
  private readonly due = every(3);
  protected override takeSlot(
    heap: number,
    life: number,
    c: number,
    need: number,
    cause: number,
  ): number {
    const r = super.takeSlot(heap, life, c, need, cause);
    if (r >= 0 && this.due()) this.slabs[r + OWNER] = 0;
    return r;
  }
}
class AsksForFree extends TinyHeap {
  private readonly due = every(3);
  protected override takeSlot(
    heap: number,
    life: number,
    c: number,
    need: number,
    cause: number,
  ): number {
    if (this.due()) this.counters[C.poolAsks]--;
    return super.takeSlot(heap, life, c, need, cause);
  }
}
class GivesBackInUse extends TinyHeap {
  protected override slotEmptied(r: number): void {
    // The list of EMPTY slots does not hear of it.
    super.slotEmptied(r);
    if (this.pool === undefined || this.whereIs(r) !== SLOT.listed) return;
    this.pool.words[(r >>> SLOT_SHIFT) + SLOT_WHERE] = SLOT.held;
  }
}
class LosesNode extends TinyHeap {
  protected override slotEmptied(r: number): void {
    super.slotEmptied(r);
    if (this.pool !== undefined && this.whereIs(r) === SLOT.listed)
      this.pool.nodes[this.slabs[r + SLAB_CLASS]]--;
  }
}
class OverfillsPool extends TinyHeap {
  protected override leavePool(row: number): void {
    // What a released SuperSlab had still counts against the capacity.
    const slots = this.pool?.slots ?? 0;
    super.leavePool(row);
    if (this.pool !== undefined) this.pool.slots = slots;
  }
}
class StrandsSlots extends TinyHeap {
  override orphanAll(chain: number, exitEvent: number): void {
    // Who dies leaves one of its slots in its own list.
    const first = this.pool?.own[chain] ?? NONE;
    super.orphanAll(chain, exitEvent);
    if (first === NONE || this.pool === undefined) return;
    this.pool.own[chain] = first;
    this.pool.words[(first >>> SLOT_SHIFT) + SLOT_OWN_NEXT] = NONE;
  }
}
class CachesTwice extends TinyHeap {
  override free(life: number, slot: number): number {
    const r = this.blocks[slot * BLOCK_WORDS];
    const block = this.blocks[slot * BLOCK_WORDS + BLOCK_INDEX];
    const remote = super.free(life, slot);
    const { caches } = this;
    if (caches === undefined || r < 0 || remote === 1) return remote;
    const c = this.slabs[r + SLAB_CLASS];
    const i = this.threads.chainOf(life) * MAX_CLASSES + c;
    // Freed by two threads at a time, it is in the cache twice.
    if (caches.count[i] === 9) caches.push(i, r, block, c);
    return remote;
  }
}
class CacheUncounted extends TinyHeap {
  override malloc(heap: number, life: number, size: number, slot: number): boolean {
    const served = super.malloc(heap, life, size, slot);
    if (this.caches !== undefined && this.caches.count[heap * MAX_CLASSES + 3] === 5)
      this.caches.ofClass[3]--;
    return served;
  }
}
class CacheTooLarge extends TinyHeap {
  override free(life: number, slot: number): number {
    const remote = super.free(life, slot);
    const { caches } = this;
    // It shrinks and keeps what it holds.
    if (caches !== undefined)
      for (let i = 0; i < caches.slots.length; i++) if (caches.count[i] > 12) caches.slots[i] = 8;
    return remote;
  }
}

class ForgetsMagic extends TinyHeap {
  protected override clearMagic(): void {}
}
class MagicUncounted extends TinyHeap {
  private readonly due = every(3);
  protected override clearMagic(row: number): void {
    super.clearMagic(row);
    if (this.lean !== undefined && this.due()) this.lean.dirtyPages--;
  }
}
class AsksAgain extends TinyHeap {
  protected override decommits(row: number, cause: number): boolean {
    const done = super.decommits(row, cause);
    if (this.lean !== undefined) this.lean.disabled = false;
    return done;
  }
}
class RetiresUnasked extends TinyHeap {
  private readonly due = every(3);
  protected override decommits(row: number, cause: number): boolean {
    return this.due() || super.decommits(row, cause);
  }
}
class KeepsInLean extends TinyHeap {
  protected override get emptiesKept(): number {
    return this.knobs.emptyReserve;
  }
}
class ForgetsRetired extends TinyHeap {
  private readonly due = every(2);
  protected override retire(row: number, life: number, c: number, cause: number): number {
    const event = super.retire(row, life, c, cause);
    // It is unmapped to the heap, and to the machine it is not.
    if (this.due()) this.superslabs[row * SS_WORDS + SS_FLAGS] = 0;
    return event;
  }
}
class RetiresOwned extends TinyHeap {
  protected override retire(row: number, life: number, c: number, cause: number): number {
    const event = super.retire(row, life, c, cause);
    this.superslabs[row * SS_WORDS + SS_OWNER] = life;
    return event;
  }
}
class MissesTaken extends TinyHeap {
  override changedRows(): RowMarks {
    const taken = this.counters[C.reclaimedPages];
    // What the kernel took is not looked for.
    this.counters[C.reclaimedPages] = 0;
    const marks = super.changedRows();
    this.counters[C.reclaimedPages] = taken;
    return marks;
  }
}

const SMALL: Partial<KnobValues> = { threads: 2, chunks: 64, orphanPolicy: 'adopt' };
class ForgetsInTable extends TinyHeap {
  private readonly due = every(3);
  protected override mapSuperslab(
    ...args: Parameters<TinyHeap['mapSuperslab']>
  ): ReturnType<TinyHeap['mapSuperslab']> {
    const row = super.mapSuperslab(...args);
    // Another one takes its place, so that there are as many.
    if (row > 0 && this.due()) {
      this.lookup?.remove(row, this.regionOf(row));
      this.lookup?.add(row - 1, this.regionOf);
    }
    return row;
  }
}
class KeepsInTable extends TinyHeap {
  protected override release(row: number, cause: number, inFlight: Int32Array): boolean {
    const before = this.counters[C.superslabsFreed];
    const released = super.release(row, cause, inFlight);
    if (this.counters[C.superslabsFreed] > before) this.lookup?.add(row, this.regionOf);
    return released;
  }
}

/** A class needs more than one SuperSlab a thread. */
const MANY: Partial<KnobValues> = { ssLg: 16, minSize: 1000, maxSize: 1024, chunks: 100 };
/** Mappings are refused from the beginning on, and free must tell whose a block is. */
const MIXED: Partial<KnobValues> = {
  orphanPolicy: 'abandon',
  onNull: 'libcFallback',
  guessFree: true,
  lookAlikeProb: 0,
  seconds: 0.001,
  oomRate: 20,
};
const MAPPED: Partial<KnobValues> = { ...MIXED, ownerBitmap: true };
/** Slots of a shared pool come and go. */
const POOLED: Partial<KnobValues> = {
  workload: 'soak',
  sharedPool: true,
  ssLg: 17,
  workingSet: 1200,
  minSize: 600,
  maxSize: 1024,
  spellOps: 300,
  quietMs: 0.1,
  quietFree: 100,
  emptyReserve: 0,
};
const CACHED: Partial<KnobValues> = { tlsCacheSlots: 64 };
/** SuperSlabs are filled, emptied and retired; nearly all memory is others'. */
const LEAN: Partial<KnobValues> = {
  ...POOLED,
  sharedPool: false,
  lean: true,
  ssLg: 16,
  spellOps: 400,
  quietMs: 3,
  trimIntervalMs: 1,
  trimSS: true,
};
const fault = (
  name: string,
  what: string,
  Heap: typeof TinyHeap,
  knobs: Partial<KnobValues> = {},
): ModelFault => ({ name, what, create: tinyWith(Heap), knobs: { ...SMALL, ...knobs } });

export const FAULTS: readonly ModelFault[] = [
  fault(
    'skips a drain',
    'a queue is thrown away instead of moved: blocks of the slab are missing',
    SkipsDrain,
  ),
  fault(
    'loses a block',
    'two blocks are taken and one is given: carved blocks are missing',
    LosesBlock,
  ),
  fault(
    'counts twice',
    'a first remote free counts as two: the queue is shorter than its count',
    CountsTwice,
  ),
  fault('drains in part', 'a drained block stays queued: it is met in both lists', DrainsInPart),
  fault(
    'touch not counted',
    'pages of a slab become resident and the total does not: resident bytes differ',
    TouchUncounted,
    { prelink: false },
  ),
  fault(
    'misses an emptied slab',
    'nobody looks when the last block goes: gauges of empties differ',
    MissesEmptied,
  ),
  fault(
    'misses a death',
    'an owner’s memory is not orphaned: the mark and the thread differ',
    MissesDeath,
  ),
  fault('wrong owner', 'a slab gets main as its owner: slab and SuperSlab differ', WrongOwner),
  fault(
    'forgets a table',
    'a thread table counts as the program’s: runtime bytes differ',
    ForgetsTable,
  ),
  fault(
    'carves beyond',
    'the limit for carving is a block too high: beyond memory that is resident',
    CarvesBeyond,
  ),
  fault(
    'miscounts slabs',
    'a slab taken counts as one to spare: bytes never carved differ',
    MiscountsSlabs,
  ),
  fault(
    'forgets a mark',
    'a SuperSlab changes its state and is not marked: the map shows what it was',
    ForgetsMark,
  ),
  fault(
    'forgets room',
    'a block freed in a full SuperSlab does not put it back: it counts as full and has a block',
    ForgetsRoom,
    MANY,
  ),
  fault(
    'lists for the dead',
    'a dead owner’s lists keep what it had set aside: a list names a SuperSlab of a thread that has gone',
    ListsForTheDead,
    MANY,
  ),
  fault(
    'forgets what is set aside',
    'a SuperSlab left for another one is in no list of its owner’s',
    ForgetsAside,
    MANY,
  ),
  fault(
    'believes more',
    'a first remote free raises the sum of all counters: what each SuperSlab believes adds up to less',
    BelievesMore,
  ),
  fault(
    'forgets a pointer',
    'a block that the C library served is freed and still counts: fewer slots have one',
    ForgetsPointer,
    MIXED,
  ),
  fault(
    'keeps a libc block',
    'a block of the C library is freed and it never hears of it: it has one that no slot has',
    KeepsLibcBlock,
    MIXED,
  ),
  fault(
    'serves for good',
    'what the C library serves instead is not told from what it always serves: mixed pointers differ',
    ServesForGood,
    MIXED,
  ),
  fault(
    'wrong origin',
    'a block notes the event before the one that served it: it is no fallback',
    WrongOrigin,
    MIXED,
  ),
  fault(
    'serves more',
    'the C library is asked for a byte more: both heaps disagree about a size',
    ServesMore,
    MIXED,
  ),
  fault(
    'libc counts twice',
    'the second heap counts a block again: the walk over its chunks finds fewer',
    LibcCountsTwice,
    MIXED,
  ),
  fault(
    'forgets a region',
    'a slab is not marked in the ownership bitmap: it is inside the table',
    ForgetsRegion,
    MAPPED,
  ),
  fault(
    'marks a neighbour',
    'the region before a SuperSlab is marked, too: it is nobody’s and not stale',
    MarksNeighbour,
    MAPPED,
  ),
  fault(
    'forgets what is stale',
    'a SuperSlab is unmapped and its marks do not count: marks without a SuperSlab differ',
    ForgetsStale,
    { ...MAPPED, trimIntervalMs: 1, trimSS: true, decOnRemote: true, emptyReserve: 0, seconds: 1 },
  ),
  fault(
    'frees carelessly',
    'a slab lies outside the bitmap and frees do not ask it',
    FreesCarelessly,
    { ...MAPPED, bitmapBase: 1 },
  ),
  fault(
    'forgets a release',
    'a slot that is given back is not counted: slots taken and given back differ from ACTIVE ones',
    ForgetsRelease,
    POOLED,
  ),
  fault(
    'loses a slot’s owner',
    'a slot is taken for main: the list of its owner’s slots names a slab that is not its',
    LosesSlotOwner,
    POOLED,
  ),
  fault(
    'asks for free',
    'an ask of the pool is not counted: stages and failures add up to more',
    AsksForFree,
    POOLED,
  ),
  fault(
    'gives back in use',
    'a slot in the list of EMPTY ones says that it is ACTIVE: it and the list differ',
    GivesBackInUse,
    POOLED,
  ),
  fault('loses a node', 'a listed slot has no node: nodes of its class differ', LosesNode, POOLED),
  fault(
    'overfills the pool',
    'slots of a released SuperSlab count as the pool’s: its slots differ',
    OverfillsPool,
    POOLED,
  ),
  fault(
    'strands slots',
    'a dead owner’s list keeps its slots: a chain lists what it does not own',
    StrandsSlots,
    { sharedPool: true },
  ),
  fault(
    'caches twice',
    'a freed block is in the cache twice: it is met again, and cached and live ones are too many',
    CachesTwice,
    CACHED,
  ),
  fault(
    'cache not counted',
    'blocks leave a cache and the total of their class says so twice',
    CacheUncounted,
    CACHED,
  ),
  fault(
    'cache too large',
    'a cache shrinks and gives nothing back: it has more blocks than slots',
    CacheTooLarge,
    CACHED,
  ),
  fault(
    'forgets the magic',
    'a SuperSlab is retired and its magic stays: its first page was not written',
    ForgetsMagic,
    LEAN,
  ),
  fault(
    'magic not counted',
    'a page that the magic made dirty is not counted: pages that stay differ',
    MagicUncounted,
    LEAN,
  ),
  fault('asks again', 'madvise has failed and is asked again: it counts as enabled', AsksAgain, {
    ...LEAN,
    enomemAt: 2,
  }),
  fault(
    'retires unasked',
    'a SuperSlab is retired and its pages were never given up: decommits are fewer',
    RetiresUnasked,
    LEAN,
  ),
  fault(
    'keeps in lean mode',
    'an empty SuperSlab goes into the reserve, which lean mode does not have',
    KeepsInLean,
    { ...LEAN, emptyReserve: 2 },
  ),
  fault(
    'forgets a retired one',
    'a retired SuperSlab counts as unmapped: its mapping is nobody’s',
    ForgetsRetired,
    LEAN,
  ),
  fault('retires with an owner', 'a retired SuperSlab keeps its owner', RetiresOwned, LEAN),
  fault(
    'misses what the kernel took',
    'lazily freed pages go and the SuperSlabs are not marked: the map shows what they were',
    MissesTaken,
    { ...LEAN, physLimitGiB: 1, memPressure: 0.995 },
  ),
  fault(
    'forgets a SuperSlab in the table',
    'a mapped SuperSlab is not where a look for it goes',
    ForgetsInTable,
    { lookup: 'hash' },
  ),
  fault(
    'keeps a SuperSlab in the table',
    'a SuperSlab that was given back can still be looked up: the table has more than are mapped',
    KeepsInTable,
    { lookup: 'registry', decOnRemote: true, trimSS: true, trimIntervalMs: 1, emptyReserve: 0 },
  ),
];
