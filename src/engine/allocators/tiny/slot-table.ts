import { MAX_CLASSES, NONE, SLAB_SHIFT } from './layout.ts';

/** Words of a slot beside its slab's record: its handle shifted by SLOT_SHIFT is where they begin. */
const SLOT_WORDS = 8;
export const SLOT_SHIFT = SLAB_SHIFT - 3;
/** SLOT. */
export const SLOT_WHERE = 0;
/** List that `where` names. */
export const SLOT_NEXT = 1;
export const SLOT_PREV = 2;
/** All slots of the owner. */
export const SLOT_OWN_NEXT = 3;
export const SLOT_OWN_PREV = 4;
/** Chain and class of the thread that gave it back last, and looks here first; NONE. */
export const SLOT_HINT = 5;
/** Event that made it what it is: its owner's exit, or that it was given back. */
export const SLOT_EVENT = 6;

/** Where a slot is. UNUSED is 0, ACTIVE from `held` to `orphan`, EMPTY `listed` and `unlisted`. */
export const SLOT = {
  unused: 0,
  /** Its owner allocates from it, or has left it and remembers nothing. */
  held: 1,
  /** Set aside by its living owner, with room, or without. */
  roomy: 2,
  full: 3,
  /** Its owner is dead. */
  orphan: 4,
  /** In the list of EMPTY slots of its class. */
  listed: 5,
  /** EMPTY, but the list had no node left. */
  unlisted: 6,
} as const;

/** Stages of the pool, in the order of their counters; `adopted` is none of the documents'. */
export const POOL_STAGE = {
  hint: 0,
  beside: 1,
  listed: 2,
  unused: 3,
  mapped: 4,
  adopted: 5,
} as const;

/**
 * Nodes of a class's list of EMPTY slots. The source warns when its node pool is exhausted (D0's commit message);
 * how many it has is not said.
 */
export const SLOT_NODES = 512;

/** State of the shared pool: lists of slots, and how many there are. */
export class SlotTable {
  words = new Int32Array(256 * SLOT_WORDS);
  /** Slots that a chain's living thread owns. */
  readonly own: Int32Array<ArrayBuffer>;
  /** Of these by chain and class, those set aside. */
  readonly roomy: Int32Array<ArrayBuffer>;
  readonly full: Int32Array<ArrayBuffer>;
  /** Slot that a thread was the last to give back, by chain and class. */
  readonly hints: Int32Array<ArrayBuffer>;
  readonly orphans = new Int32Array(MAX_CLASSES).fill(NONE);
  readonly empties = new Int32Array(MAX_CLASSES).fill(NONE);
  /** Nodes in use of each class's list of EMPTY slots. */
  readonly nodes = new Int32Array(MAX_CLASSES);
  /** First SuperSlab with UNUSED slots. */
  readonly unused = new Int32Array(1).fill(NONE);
  /** Slots in all. */
  slots = 0;
  /** SuperSlabs none of whose slots is taken. */
  spares = 0;

  constructor(chains: number) {
    this.own = new Int32Array(chains).fill(NONE);
    this.roomy = new Int32Array(chains * MAX_CLASSES).fill(NONE);
    this.full = new Int32Array(chains * MAX_CLASSES).fill(NONE);
    this.hints = new Int32Array(chains * MAX_CLASSES).fill(NONE);
  }

  /** Makes room for slots of slab records below word `slabWords`. */
  reserve(slabWords: number): void {
    if (slabWords >>> SLOT_SHIFT <= this.words.length) return;
    const wider = new Int32Array(this.words.length * 2);
    wider.set(this.words);
    this.words = wider;
  }

  columns(): Int32Array<ArrayBuffer>[] {
    const { own, roomy, full, hints, orphans, empties, nodes, unused } = this;
    return [own, roomy, full, hints, orphans, empties, nodes, unused];
  }
  snapshot(slabWords: number): {
    columns: Int32Array[];
    words: Int32Array;
    slots: number;
    spares: number;
  } {
    return {
      columns: this.columns().map((column) => column.slice()),
      words: this.words.slice(0, slabWords >>> SLOT_SHIFT),
      slots: this.slots,
      spares: this.spares,
    };
  }
  restore(from: ReturnType<SlotTable['snapshot']>): void {
    this.columns().forEach((column, i) => {
      column.set(from.columns[i]);
    });
    if (this.words.length < from.words.length) this.words = new Int32Array(from.words.length);
    this.words.fill(0);
    this.words.set(from.words);
    this.slots = from.slots;
    this.spares = from.spares;
  }
}
