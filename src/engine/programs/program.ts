/** The two common kinds, of OP, as constants of their own: a bundler writes them into hot loops as literals. */
export const OP_MALLOC = 0;
export const OP_FREE = 4;

/**
 * What threads ask for, operation by operation, without knowing the allocator. A program writes a
 * *stream of records* for each chain; the run hands the records to whatever allocator it has.
 *
 * A record is OP_WORDS words in an Int32Array. Its first word holds the kind (bits 0 to 7), OP_END when
 * the record completes an operation of the chain (bit 8), and the upper 16 bits of a size (bits 16 to 31),
 * so that sizes up to 2^48 are exact. Words that a kind of record has no use for hold anything.
 */
export const OP = {
  /** Allocate `size` bytes into `slot`, which is empty. */
  malloc: OP_MALLOC,
  /** The same, and the memory is cleared: all of it is touched unless it is fresh from the kernel. */
  calloc: 1,
  /** The block of `slot` gets `size` bytes; it may move. An empty slot: as malloc. Size 0: as free. */
  realloc: 2,
  /** As malloc, at an address that is a multiple of 2^arg. */
  memalign: 3,
  /** Free the block of `slot`; an empty slot is a free of NULL. */
  free: OP_FREE,
  /** Write `size` bytes of the block of `slot`, from byte `arg` on. */
  touch: 5,
  /** Create the thread of chain `arg`, which has none now; one whose creation fails is told as `ended`. */
  start: 6,
  /** Create a successor that goes on with this chain's stream, then exit. */
  succeed: 7,
  /** The thread ends; its chain ends with it unless somebody starts it again. */
  exit: 8,
  /** Wait until the thread of chain `arg` has ended, and release its stack. */
  join: 9,
  /** Do nothing for `size` microseconds; a successor that comes after a pause begins with it. */
  sleep: 10,
  /** A phase of the program begins: `arg` is its number. */
  mark: 11,
  /** Nothing: it only carries OP_END. */
  none: 12,
} as const;
export type OpKind = (typeof OP)[keyof typeof OP];

export const OP_WORDS = 4;
export const OP_HEAD = 0;
export const OP_SLOT = 1;
/** Lower 32 bits of the size, unsigned. */
export const OP_SIZE = 2;
export const OP_ARG = 3;

/** Bit of OP_HEAD: the record completes an operation. */
export const OP_END = 0x100;
export const OP_KIND_MASK = 0xff;

/**
 * True when the first word of a record says that it is the run's own business: threads, time, phases.
 * An allocator stops before such a record.
 */
export function isControl(head: number): boolean {
  const kind = head & OP_KIND_MASK;
  return kind >= OP.start && kind <= OP.mark;
}

/** Writes a record. @param size bytes, 0 to 2^48 - 1 */
export function writeOp(
  into: Int32Array,
  at: number,
  head: number,
  slot: number,
  size: number,
  arg: number,
): void {
  into[at] = size < 2 ** 32 ? head : head | (Math.floor(size / 2 ** 32) << 16);
  into[at + OP_SLOT] = slot;
  into[at + OP_SIZE] = size | 0;
  into[at + OP_ARG] = arg;
}

/** The size of a record, in bytes. */
export const sizeOfOp = (ops: Int32Array, at: number): number =>
  (ops[at] >>> 16) * 2 ** 32 + (ops[at + OP_SIZE] >>> 0);

/** What a program may do before operation 0, outside the operation count. */
export interface Setup {
  /** The thread of `chain` allocates into an empty slot. */
  malloc(chain: number, size: number, slot: number): void;
  free(chain: number, slot: number): void;
  /** Main creates the thread of `chain`. @returns false when creation failed */
  start(chain: number): boolean;
}

/** Told of what threads ask for, in the order in which it is carried out. A slot names a block while it is live. */
export interface CallSink {
  /** @param life of the thread, 0 is main @param align log2, of memalign */
  allocated(
    life: number,
    kind: typeof OP.malloc | typeof OP.calloc | typeof OP.memalign,
    slot: number,
    size: number,
    align: number,
  ): void;
  /** The block of the slot gets another size; 0 is a free, an empty slot a malloc. */
  resized(life: number, slot: number, size: number): void;
  /** An empty slot is a free of NULL. */
  freed(life: number, slot: number): void;
}

/** What a program does before operation 0. Between two calls whoever lets it do so may do something else. */
export type SetUp = Generator<void, void>;

/** All that a program does before operation 0, at once. */
export function setUp(program: Program, on: Setup): void {
  const calls = program.setup(on);
  while (calls.next().done !== true);
}

/** A call that the user makes by hand. */
export interface HandCall {
  readonly act: 'malloc' | 'realloc' | 'free';
  /** Whose thread makes it. */
  readonly chain: number;
  readonly slot: number;
  /** Requested bytes; 0 for a free. */
  readonly bytes: number;
}

/**
 * The part of a program that does what the user's hand tells it, call by call, in the order in which they
 * came: each is one record and one operation of its chain. A program that has it never ends by itself:
 * without a call it waits.
 */
export interface HandPart {
  /** The call to be carried out next; undefined: all threads wait for the hand. */
  readonly due: HandCall | undefined;
  /** Bytes that each slot's block was asked for, 0: it is empty; and the chain that allocated it. */
  readonly bytes: Int32Array;
  readonly by: Int32Array;
  /**
   * Why a call cannot be made after those that are not carried out yet; undefined: it can.
   * @param before of those, only such as were given at an earlier operation than this count
   */
  whyNot(call: HandCall, before?: number): string | undefined;
  /** Takes a call in, given at operation `op`; it can be made. */
  give(call: HandCall, op: number): void;
}

/**
 * One program. Chain 0 is main; chains 1 and up are threads and their successors. A *slot* names a block
 * of the program for as long as it is live; slots are numbered from 0.
 */
export interface Program {
  /** Chains, main included; at most MAX_CHAINS. */
  readonly chains: number;
  /** Slots in use so far; may grow. Only slots below it appear in records already written. */
  readonly slots: number;
  /** Slots it can ever use: what the runtime allocates beside it is numbered from here on. */
  readonly maxSlots: number;
  /**
   * True when each chain's operations are the same whatever the others do, so that they may be drawn
   * ahead. Otherwise the run draws, carries out and settles one stretch at a time, in time order. It changes
   * at most when a knob has changed.
   */
  readonly independent: boolean;
  /** Leading bytes of a new block that the program writes at once; Infinity: all of it. */
  readonly touchBytes: number;
  /**
   * Raised by `settle` and `ended` whenever a chain that had to wait may go on; the run asks `fill` of waiting chains again only
   * then. Meaningless for independent programs.
   */
  readonly news: number;
  /** Set where the user's hand makes the calls. Such a program is not independent and has no sleepers. */
  readonly byHand?: HandPart;
  /**
   * Warm-up and first threads. It yields after every few calls, at most: one may cost a walk through all blocks.
   * What it draws does not depend on what comes of the calls, but for threads that could not be created.
   */
  setup(on: Setup): SetUp;
  /**
   * Writes the next records of a chain from word `at` of `into` on. A record that was written once and
   * taken back comes again as it was, whatever others did meanwhile: an allocator may have begun it.
   * @param chain not main: it sleeps
   * @param most records, at least 1
   * @returns how many were written; 0: the chain must wait for what others do
   */
  fill(chain: number, into: Int32Array, at: number, most: number): number;
  /**
   * Of the records that the latest `fill` of this chain wrote, the first `used` have been carried out and
   * the rest are taken back, as if they had never been drawn. Every fill is settled once before the next.
   */
  settle(chain: number, used: number): void;
  /**
   * Of a chain for which `fill` returned 0: true when it sleeps until something happens (waking it is an event
   * and costs a wake-up), false when it only stands in line for others.
   */
  sleeps(chain: number): boolean;
  /**
   * A user's burst falls on a sleeping chain: it is to do `ops` operations and then sleep again.
   * @returns true: `fill` gives records now; false: this chain has nothing to do
   */
  wake(chain: number, ops: number): boolean;
  /**
   * The chain's thread has ended otherwise than by a record of its own: killed, or its successor could not
   * be created. Called after `settle`. What others still hold of it stays theirs.
   */
  ended(chain: number): void;
  /** A knob of the program changed while it runs; nothing is drawn ahead at this moment. */
  knobChanged(): void;
  /** The program's own state, for digests and snapshots; nothing is drawn ahead when it is called. */
  words(): Int32Array;
  restore(words: Int32Array): void;
}

/** Chains that a run can have, main included: columns hold a chain in seven bits. */
export const MAX_CHAINS = 128;
