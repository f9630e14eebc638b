import { assert } from '../../base/assert.ts';
import { asNs, asOp, type Ns, type OpIndex } from '../../base/units.ts';

/**
 * Event columns. Each event has a sequence number, virtual time, operation index, thread life,
 * subject, two arguments and its **cause**: the sequence number of the event that made it
 * necessary, or NO_CAUSE. The ring is bounded; totals by kind are exact for the whole run.
 */
export const EVENT_KINDS = [
  'threadStart', // subject: life; a: chain; cause: the parent's exit (or none)
  'threadExit', // subject: life; a: chain
  'threadCreateFailed', // subject: chain; a: 0 map refused, 1 NULL for the dtv
  'superslabMapped', // subject: SuperSlab; a: class; b: why (NEED_*); cause: the orphan that adoption would have used, or the exit
  'mapRefused', // subject: class or chain; a: 0 SuperSlab, 1 stack, 2 SuperSlab, by injection; b: entries; cause: the refill
  'superslabFreed', // subject: SuperSlab; cause: the trim pass
  'superslabOrphaned', // subject: SuperSlab; cause: the owner's exit
  'superslabAdopted', // subject: SuperSlab; a: old owner; b: new owner; cause: the orphaning
  'superslabReused', // subject: SuperSlab; a: 0 kept empty, 1 SuperSlab cache, 2 emptied (reuse-empty)
  'superslabCached', // subject: SuperSlab; cause: the trim pass
  'slabAcquired', // subject: SuperSlab; a: slab index
  'remoteEdge', // subject: SuperSlab; a: slab index; b: owner life
  'drained', // subject: SuperSlab; a: slab index; b: blocks moved
  'inflated', // subject: SuperSlab; a: counter value; last live block went, counter above zero
  'trim', // subject: pass number; a: examined; b: freed
  'backgroundDrain', // subject: pass number; a: queues; b: blocks
  'nullReturned', // subject: class; a: requested bytes
  'libcFallback', // subject: class; a: requested bytes
  'crash', // subject: SuperSlab, -1: none; a: CRASH_* reason; cause: the free that was misrouted
  'oom', // first refused mapping of the run; subject: life; cause: the refusal
  'chainEnded', // subject: chain
  'knobChanged', // subject: knob index; a: value as number
  'runEnded', // a: EndedBy code
  'pageNew', // subject: page; a: class; b: why (NEW_PAGE); cause: what made it necessary
  'pageAdopted', // subject: page; a: old owner; b: 0 needed, 1 without need, 2 orphan; cause: what made the adopter look
  'adoptionBlocked', // subject: page; a: owner; b: BLOCKED reason
  'pageEnqueued', // subject: page; a: owner of the queue; b: remote blocks
  'pageStranded', // subject: page; a: 0 graveyard, 1 below the threshold
  'wake', // subject: life; a: 0 its period, 1 a remote free
  'race', // subject: page; a: RACE kind
  'intervened', // subject: chain or row; a: act (ACT_IDS); b: amount, REFUSED when it could not be done
  'noFit', // no free chunk was large enough; subject: requested bytes; a: free granules of 16 B; b: free chunks
  'refillDry', // a refill needs a mapping and gets none; subject: class; a: SuperSlab that is exhausted, -1: the thread has none
  'libcFree', // a block that the C library served is freed; subject: slot; a: 0 known for what it is, 1 taken for the heap's; b: requested bytes; cause: the fallback
  'ownerOverflow', // a slab lies outside the ownership bitmap; subject: SuperSlab; a: slab index
  'slotTaken', // subject: SuperSlab; a: slot; b: stage (POOL_STAGE)
  'slotReleased', // subject: SuperSlab; a: slot; b: class
  'sharedFailed', // subject: class; a: 0 no room under sharedCapacity, 1 mapping refused; b: slots of the pool
  'poolEmptied', // subject: SuperSlab; a: slots that were EMPTY; b: such SuperSlabs
  'cacheResized', // subject: class; a: slots before; b: slots
  'aceFailed', // a layer could not serve; subject: class; a: ACE; b: requested bytes, 0: of any; cause: the refusal
  'superslabRetired', // subject: SuperSlab; a: class; b: its pages that are lazily freed; cause: what released it
  'adviceFailed', // subject: SuperSlab; a: ADVICE_FAILED; b: calls of madvise so far; cause: what released it
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];
export const EVENT_KIND_COUNT = EVENT_KINDS.length;
/** A set of kinds is a sum of powers of two, exact in a number. */
const MOST_KINDS = 53;
assert(EVENT_KIND_COUNT <= MOST_KINDS, 'a number holds a set of all kinds of events');

/** Index of an event kind: `EV.oom`. */
export const EV: Readonly<Record<EventKind, number>> = Object.freeze(
  Object.fromEntries(EVENT_KINDS.map((name, i) => [name, i])) as Record<EventKind, number>,
);

/** Kinds as a set: the sum of 2 to the power of each one's index, once. See Simulation.advance. */
export const setOfKinds = (kinds: readonly EventKind[]): number =>
  [...new Set(kinds)].reduce((sum, kind) => sum + 2 ** EV[kind], 0);

export const NO_CAUSE = -1;
/** Bytes of one event in all columns. */
const EVENT_BYTES = 37;
/** Links of a chain of causes that are kept beyond the ring. */
const MAX_PINNED = 256;
/** Newest events that a snapshot carries: what lists and lanes show must be there after any seek. */
const MAX_SAVED = 4096;
/** Whole-number columns besides the kind: life, subject, a, b, cause. */
const REST = 5;

/** Why a SuperSlab was mapped (argument b of superslabMapped). */
export const NEED = {
  firstUse: 0,
  ownerDied: 1,
  exhausted: 2,
  prewarm: 3,
  fragmented: 4,
  poolFull: 5,
} as const;
/** Why a new page was necessary (argument b of pageNew), the nearest reason first. */
export const NEW_PAGE = {
  gate: 0, // pages wait in the owner's own queue, but its tries were used up
  starved: 1, // an adoption took the page that would have served
  graveyard: 2, // its own free blocks lie in pages that no list leads to
  below: 3, // its own remote blocks lie in pages that were never enqueued
  orphaned: 4, // blocks of the class are free or queued in pages of dead owners
  firstUse: 5, // the thread's first page of the class
  capacity: 6, // every block that it could have had is live
} as const;
/** Why a page was not adopted (argument b of adoptionBlocked). */
export const BLOCKED = { rfr: 0, idle: 1, partial: 2, pressure: 3, remotes: 4, claim: 5 } as const;
/** Kinds of races that were seen (argument a of race). */
export const RACE = { lostEdge: 0, staleEnqueue: 1, pingPong: 2, activeLost: 3 } as const;
/** How an adoption came about (argument b of pageAdopted). */
export const ADOPTION = { needed: 0, unneeded: 1, orphan: 2, forced: 3 } as const;
/** Amount of an intervention that could not be done (argument b of intervened). */
export const REFUSED = -1;
/** Why the program crashed (argument a of crash). */
export const CRASH = {
  useAfterUnmap: 0,
  touchAfterDecrement: 1,
  libcAsOwn: 2, // free took a block of the C library for one of the heap's
  ownAsLibc: 3, // free gave a block of the heap to the C library
  retiredMagic: 4, // a thread met the cleared magic of a retired SuperSlab
} as const;
/** Why a layer could not serve (argument a of aceFailed, S-22). */
export const ACE = { threshold: 0, exhaustion: 1, mapFail: 2 } as const;
/** Why a SuperSlab was not decommitted (argument a of adviceFailed). */
export const ADVICE_FAILED = { overlap: 0, noMemory: 1 } as const;
/** Why a mapping was refused (argument a of mapRefused). */
export const REFUSAL = { span: 0, stack: 1, injected: 2 } as const;

/** Plain-object form of one event, for lists and JSON; never used in hot loops. */
export interface EventRecord {
  readonly seq: number;
  readonly kind: EventKind;
  readonly op: OpIndex;
  readonly ns: Ns;
  readonly life: number;
  readonly subject: number;
  readonly a: number;
  readonly b: number;
  readonly cause: number;
  /** Chain slot of `life`; filled in where a reader asks for it. */
  readonly chain?: number;
  /** Chain slot of the other life of the event, -1 without one. */
  readonly other?: number;
}

/** What a snapshot keeps of the log. */
export interface SavedEvents {
  readonly next: number;
  readonly totals: Float64Array;
  readonly firsts: Float64Array;
  readonly pinned: ReadonlyMap<number, EventRecord>;
  /** The newest events, oldest first, a column each. */
  readonly kind: Uint8Array;
  readonly op: Float64Array;
  readonly ns: Float64Array;
  readonly rest: Int32Array;
}

/** Columns of the event ring; one row per slot, slot = seq & mask. */
export class EventLog {
  readonly capacity: number;
  readonly kind: Uint8Array;
  readonly op: Float64Array;
  readonly ns: Float64Array;
  readonly life: Int32Array;
  readonly subject: Int32Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly cause: Int32Array;
  readonly totals = new Float64Array(EVENT_KIND_COUNT);
  /** Operation of the first event of each kind, then its time in ns; NaN: none yet. */
  readonly firsts = new Float64Array(2 * EVENT_KIND_COUNT).fill(Number.NaN);
  /** Sequence number the next event will get; also the number of events so far. */
  next = 0;
  /** Oldest sequence number still readable. */
  first = 0;
  /** Events of one chain of causes, kept beyond the ring. */
  private pinned: ReadonlyMap<number, EventRecord> = new Map();
  /** Kinds that are watched for: those below 32, and the others. */
  private watchLow = 0;
  private watchHigh = 0;
  hit = false;

  /** Bytes of its columns. */
  get bytes(): number {
    return this.capacity * EVENT_BYTES;
  }

  /** @param capacity rows kept, a power of two */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.kind = new Uint8Array(capacity);
    this.op = new Float64Array(capacity);
    this.ns = new Float64Array(capacity);
    this.life = new Int32Array(capacity);
    this.subject = new Int32Array(capacity);
    this.a = new Int32Array(capacity);
    this.b = new Int32Array(capacity);
    this.cause = new Int32Array(capacity);
  }

  /** Kinds that a step waits for (setOfKinds), 0: none; an event of them sets `hit`. */
  set watch(kinds: number) {
    this.watchLow = kinds >>> 0;
    this.watchHigh = Math.floor(kinds / 2 ** 32);
  }

  /** Appends one event and returns its sequence number. */
  add(
    kind: number,
    op: number,
    ns: number,
    life: number,
    subject: number,
    a: number,
    b: number,
    cause: number,
  ): number {
    const seq = this.next++;
    const row = seq & (this.capacity - 1);
    this.kind[row] = kind;
    this.op[row] = op;
    this.ns[row] = ns;
    this.life[row] = life;
    this.subject[row] = subject;
    this.a[row] = a;
    this.b[row] = b;
    this.cause[row] = cause;
    if (this.totals[kind]++ === 0) {
      this.firsts[kind] = op;
      this.firsts[EVENT_KIND_COUNT + kind] = ns;
    }
    if (seq - this.first >= this.capacity) this.first = seq - this.capacity + 1;
    // A shift counts modulo 32.
    if (((kind < 32 ? this.watchLow : this.watchHigh) >>> kind) & 1) this.hit = true;
    return seq;
  }

  /** Sets the arguments of an event that was announced before its outcome was known. */
  amend(seq: number, a: number, b: number): void {
    const row = seq & (this.capacity - 1);
    if (seq < this.first) return;
    this.a[row] = a;
    this.b[row] = b;
  }

  /** Keeps an event and its causes readable after they have left the ring; forgets an older chain. */
  pinChain(seq: number): void {
    const chain = new Map<number, EventRecord>();
    for (let event = this.get(seq); event !== undefined; ) {
      chain.set(event.seq, event);
      event =
        event.cause === NO_CAUSE || chain.size >= MAX_PINNED ? undefined : this.get(event.cause);
    }
    this.pinned = chain;
  }

  /** The event with this sequence number, or undefined when it has left the ring. */
  get(seq: number): EventRecord | undefined {
    if (seq < this.first || seq >= this.next)
      return seq < this.next ? this.pinned.get(seq) : undefined;
    const row = seq & (this.capacity - 1);
    return {
      seq,
      kind: EVENT_KINDS[this.kind[row]],
      op: asOp(this.op[row]),
      ns: asNs(this.ns[row]),
      life: this.life[row],
      subject: this.subject[row],
      a: this.a[row],
      b: this.b[row],
      cause: this.cause[row],
    };
  }

  snapshot(): SavedEvents {
    const length = Math.min(this.next - this.first, MAX_SAVED, this.capacity);
    const from = this.next - length;
    const saved = {
      next: this.next,
      totals: this.totals.slice(),
      firsts: this.firsts.slice(),
      pinned: this.pinned,
      kind: new Uint8Array(length),
      op: new Float64Array(length),
      ns: new Float64Array(length),
      rest: new Int32Array(length * REST),
    };
    const mask = this.capacity - 1;
    for (let i = 0, at = 0; i < length; i++) {
      const row = (from + i) & mask;
      saved.kind[i] = this.kind[row];
      saved.op[i] = this.op[row];
      saved.ns[i] = this.ns[row];
      saved.rest[at++] = this.life[row];
      saved.rest[at++] = this.subject[row];
      saved.rest[at++] = this.a[row];
      saved.rest[at++] = this.b[row];
      saved.rest[at++] = this.cause[row];
    }
    return saved;
  }

  /**
   * Brings the log to where it stood. Back within the ring, older rows stay readable; from anywhere else
   * only those that the snapshot carries: the others belong to other operations.
   */
  restore(saved: SavedEvents): void {
    const length = saved.kind.length;
    const from = saved.next - length;
    const within = this.first <= from && saved.next <= this.next;
    this.next = saved.next;
    this.totals.set(saved.totals);
    this.firsts.set(saved.firsts);
    this.pinned = saved.pinned;
    if (within) return;
    this.first = from;
    const mask = this.capacity - 1;
    for (let i = 0, at = 0; i < length; i++) {
      const row = (from + i) & mask;
      this.kind[row] = saved.kind[i];
      this.op[row] = saved.op[i];
      this.ns[row] = saved.ns[i];
      this.life[row] = saved.rest[at++];
      this.subject[row] = saved.rest[at++];
      this.a[row] = saved.rest[at++];
      this.b[row] = saved.rest[at++];
      this.cause[row] = saved.rest[at++];
    }
  }
}
