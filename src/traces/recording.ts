import { type CallSink, OP } from '../engine/programs/program.ts';
import type { TraceEvents } from '../engine/programs/trace/events.ts';
import { TRACE_FLAG } from '../engine/programs/trace/events.ts';
import { Address } from './address.ts';
import { type AllocKind, Normaliser } from './normaliser.ts';

/** The calls of a run as a trace, as if a recorder had been there. */
export class Recording implements CallSink {
  private readonly normaliser = new Normaliser({ skip: 0, take: Number.POSITIVE_INFINITY });
  private readonly address = new Address();

  /** A slot is as good a name of a block as an address is. */
  private by(life: number, slot: number): Address {
    this.normaliser.by(life, 0, Number.NaN);
    this.address.lo = slot + 1;
    return this.address;
  }

  allocated(life: number, kind: AllocKind, slot: number, size: number, align: number): void {
    this.normaliser.allocated(kind, this.by(life, slot), size, align);
  }
  resized(life: number, slot: number, size: number): void {
    const address = this.by(life, slot);
    if (size === 0) this.normaliser.freed(address);
    else if (this.normaliser.isLive(address)) this.normaliser.reallocated(address, address, size);
    else this.normaliser.allocated(OP.malloc, address, size);
  }
  freed(life: number, slot: number): void {
    const address = this.by(life, slot);
    // A slot that is empty is a free of NULL.
    if (this.normaliser.isLive(address)) this.normaliser.freed(address);
  }
  /** The run is over, or stands: which of the lives have ended. The calls are complete only then. */
  finish(hasEnded: (life: number) => boolean): TraceEvents {
    const { events } = this.normaliser;
    for (const life of events.lives) life.ended = hasEnded(life.tid);
    return events;
  }
}

/** Two addresses of a slot in turn, so that a realloc can move: 16 bytes apart, and as far as that is possible from other slots. */
const STRIDE = 32;
const STEP = 16;
/** Where addresses begin. */
const BASE = 0x10000;

/**
 * A trace as memory_replay text, in pieces of some thousand lines: what replays it on a real allocator reads the same calls, and so
 * do we. Addresses are made up, since all they say is which block is meant; blocks that are there at the start are allocated first.
 */
export function* memoryReplayText(events: TraceEvents): Generator<string> {
  const moved = new Uint8Array(events.slots);
  const pointer = (slot: number): string =>
    `0x${(BASE + slot * STRIDE + moved[slot] * STEP).toString(16)}`;
  const tid = (life: number): number => events.lives[life].tid;
  let lines = '';
  for (const { slot, size, life } of events.initial)
    lines += `${tid(life)}: malloc ${pointer(slot)} ${size}\n`;
  for (let event = 0; event < events.count; event++) {
    const life = events.lifeAt(event);
    const slot = events.slotAt(event);
    const size = events.sizeAt(event);
    const before = pointer(slot);
    lines += `${tid(life)}: `;
    switch (events.kindAt(event)) {
      case OP.malloc:
        lines += `malloc ${before} ${size}\n`;
        break;
      case OP.calloc:
        lines += `calloc ${before} 1 ${size}\n`;
        break;
      case OP.memalign:
        lines += `memalign ${before} ${2 ** events.alignAt(event)} ${size}\n`;
        break;
      case OP.realloc:
        if ((events.flagsAt(event) & TRACE_FLAG.moved) !== 0) moved[slot] ^= 1;
        lines += `realloc ${pointer(slot)} ${before} ${size}\n`;
        break;
      case OP.free:
        lines += `free ${before}\n`;
    }
    if (events.lives[life].ended && events.lives[life].last === event)
      lines += `${tid(life)}: thread_done 0x0\n`;
    if (lines.length < 1 << 16) continue;
    yield lines;
    lines = '';
  }
  if (lines !== '') yield lines;
}
