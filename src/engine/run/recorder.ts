import type { Allocator } from '../allocators/contract.ts';
import {
  type CallSink,
  OP,
  OP_ARG,
  OP_HEAD,
  OP_KIND_MASK,
  OP_SLOT,
  OP_WORDS,
  sizeOfOp,
} from '../programs/program.ts';
import { OutcomeNotes } from './outcome.ts';

/** What takes the calls of a run down. Workers have none: it is handed to a run by who wants it. */
export interface Recorder {
  readonly sink: CallSink;
  notes(chains: number): OutcomeNotes;
}

/** A recorder that tells a sink. */
export const recorderTo = (sink: CallSink): Recorder => ({
  sink,
  notes: (chains) => new RecordingNotes(chains, sink),
});

/** Tells somebody every call that is carried out, in the order in which that is done. */
class RecordingNotes extends OutcomeNotes {
  constructor(
    chains: number,
    private readonly sink: CallSink,
  ) {
    super(chains);
  }

  override note(
    allocator: Allocator,
    chain: number,
    life: number,
    ops: Int32Array,
    end: number,
    count: number,
  ): void {
    super.note(allocator, chain, life, ops, end, count);
    for (let at = end - count * OP_WORDS; at < end; at += OP_WORDS) this.tell(life, ops, at);
  }

  private tell(life: number, ops: Int32Array, at: number): void {
    const { sink } = this;
    const kind = ops[at + OP_HEAD] & OP_KIND_MASK;
    const slot = ops[at + OP_SLOT];
    switch (kind) {
      case OP.malloc:
      case OP.calloc:
        sink.allocated(life, kind, slot, sizeOfOp(ops, at), 0);
        break;
      case OP.memalign:
        sink.allocated(life, kind, slot, sizeOfOp(ops, at), ops[at + OP_ARG]);
        break;
      case OP.realloc:
        sink.resized(life, slot, sizeOfOp(ops, at));
        break;
      case OP.free:
        sink.freed(life, slot);
        break;
      default:
    }
  }
}
