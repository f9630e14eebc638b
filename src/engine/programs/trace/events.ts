import { WordHash } from '../../../base/hash.ts';
import type { OP } from '../program.ts';

/** What an event of a trace is; the numbers of OP, in the lower half of its `kind`. */
export type TraceKind =
  | typeof OP.malloc
  | typeof OP.calloc
  | typeof OP.realloc
  | typeof OP.memalign
  | typeof OP.free;

/** Upper half of an event's `kind`. */
export const TRACE_FLAG = {
  /** A realloc that gave another address. */
  moved: 0x10,
  /** A free that the trace does not have: the address was handed out again while it was live. */
  implicit: 0x20,
  /** The freeing life is not the allocating one; of a moved realloc, too. */
  remote: 0x40,
} as const;
export const TRACE_KIND_MASK = 0x0f;

/** Events of a full chunk, a power of two. */
const CHUNK_BITS = 15;
const CHUNK = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK - 1;
const FIRST = 64;
/** Bytes of an event in all columns. */
export const TRACE_EVENT_BYTES = 26;

interface Chunk {
  readonly kind: Uint8Array<ArrayBuffer>;
  /** Of a memalign: log2 of the alignment. */
  readonly align: Uint8Array<ArrayBuffer>;
  readonly life: Int32Array<ArrayBuffer>;
  readonly slot: Int32Array<ArrayBuffer>;
  /** Requested bytes; of a free those of its block. */
  readonly size: Float64Array<ArrayBuffer>;
  /** ns since the first event; NaN: not known. */
  readonly time: Float64Array<ArrayBuffer>;
}

function newChunk(room: number): Chunk {
  return {
    kind: new Uint8Array(room),
    align: new Uint8Array(room),
    life: new Int32Array(room),
    slot: new Int32Array(room),
    size: new Float64Array(room),
    time: new Float64Array(room),
  };
}

function grown(chunk: Chunk, room: number): Chunk {
  const next = newChunk(room);
  next.kind.set(chunk.kind);
  next.align.set(chunk.align);
  next.life.set(chunk.life);
  next.slot.set(chunk.slot);
  next.size.set(chunk.size);
  next.time.set(chunk.time);
  return next;
}

/** A thread from its first call to its last: a thread id that is used again is another life. */
export interface TraceLife {
  /** The thread id as the trace has it. */
  readonly tid: number;
  /** Its first and last event; -1: it has none. A life that has blocks at the start begins with event 0. */
  first: number;
  last: number;
  /** The trace says that it ended. */
  ended: boolean;
}

/** A block that is there before the first event, because the stretch begins in the middle of a trace. */
export interface TraceBlock {
  readonly slot: number;
  readonly size: number;
  readonly life: number;
}

/**
 * The calls of one process in their order, as a struct of arrays of 26 bytes an event, in chunks that never move: reading a trace
 * takes memory for its events and nothing that grows with its text. A *slot* names a block while it is live, so that there
 * are as many as were live at a time; addresses are gone.
 */
export class TraceEvents {
  count = 0;
  /** Slots that events name: 0 to this, exclusive. */
  slots = 0;
  readonly lives: TraceLife[] = [];
  /** Lives below this began before the first event. */
  carried = 0;
  readonly initial: TraceBlock[] = [];
  private readonly chunks: Chunk[] = [];

  /** Appends an event. */
  push(kind: number, life: number, slot: number, size: number, align: number, time: number): void {
    const { count } = this;
    const at = count & CHUNK_MASK;
    const chunk = this.chunkFor(count >> CHUNK_BITS, at);
    chunk.kind[at] = kind;
    chunk.align[at] = align;
    chunk.life[at] = life;
    chunk.slot[at] = slot;
    chunk.size[at] = size;
    chunk.time[at] = time;
    if (slot >= this.slots) this.slots = slot + 1;
    const whose = this.lives[life];
    if (whose.first < 0) whose.first = count;
    whose.last = count;
    this.count = count + 1;
  }

  /** Short traces take little room: the first chunk grows until it is a full one. */
  private chunkFor(index: number, at: number): Chunk {
    const { chunks } = this;
    const chunk = chunks[index];
    if (chunk === undefined) {
      const made = newChunk(index === 0 ? FIRST : CHUNK);
      chunks.push(made);
      return made;
    }
    if (at < chunk.kind.length) return chunk;
    const larger = grown(chunk, chunk.kind.length * 2);
    chunks[index] = larger;
    return larger;
  }

  kindAt(event: number): TraceKind {
    return (this.chunks[event >> CHUNK_BITS].kind[event & CHUNK_MASK] &
      TRACE_KIND_MASK) as TraceKind;
  }
  flagsAt(event: number): number {
    return this.chunks[event >> CHUNK_BITS].kind[event & CHUNK_MASK] & ~TRACE_KIND_MASK;
  }
  alignAt(event: number): number {
    return this.chunks[event >> CHUNK_BITS].align[event & CHUNK_MASK];
  }
  lifeAt(event: number): number {
    return this.chunks[event >> CHUNK_BITS].life[event & CHUNK_MASK];
  }
  slotAt(event: number): number {
    return this.chunks[event >> CHUNK_BITS].slot[event & CHUNK_MASK];
  }
  sizeAt(event: number): number {
    return this.chunks[event >> CHUNK_BITS].size[event & CHUNK_MASK];
  }
  timeAt(event: number): number {
    return this.chunks[event >> CHUNK_BITS].time[event & CHUNK_MASK];
  }

  /** Bytes of the columns. */
  get bytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.kind.length * TRACE_EVENT_BYTES, 0);
  }

  /**
   * What distinguishes this trace as a program: who asks for what, in which order, and who ends. Thread ids, times and
   * addresses are no part of it.
   */
  digest(): string {
    const hash = new WordHash();
    hash.word(this.count).word(this.slots).word(this.lives.length).word(this.carried);
    for (const { slot, size, life } of this.initial) hash.word(slot).double(size).word(life);
    for (const { ended } of this.lives) hash.word(ended ? 1 : 0);
    for (let event = 0; event < this.count; event++) {
      const kind = this.kindAt(event);
      hash
        .word(kind | (this.alignAt(event) << 8))
        .word(this.lifeAt(event))
        .word(this.slotAt(event))
        .double(this.sizeAt(event));
    }
    return hash.digest();
  }
}
