import type { Ns, OpIndex } from '../base/units.ts';
import type { Edit } from './recipe.ts';
import { applyEdit, isPast, type Timeline } from './timeline.ts';
import type { RecordOutcome, Simulation } from './types.ts';

/** Somebody who allocated or freed a block. */
export interface Act {
  readonly op: OpIndex;
  readonly life: number;
  readonly chain: number;
  readonly ns: Ns;
}

/** What is known of a block's latest use. */
export interface Provenance {
  /** Who allocated it last; undefined: in the warm-up, or never. */
  readonly allocated: Act | undefined;
  /** Who freed it after that; undefined: it is live, or was never freed. */
  readonly freed: Act | undefined;
  /** Operations since the latest of the two; undefined: neither happened in this run. */
  readonly age: number | undefined;
}

export interface BlockSubject {
  readonly span: number;
  readonly slab: number;
  readonly block: number;
}

/** Operations that a search replays between two looks at the clock. */
const BITE = 128;

/**
 * Finds who allocated and freed a block by replaying stretches between keyframes, latest first, with that
 * one block recorded. The run itself is not touched. A search may go back to the start of a long run, so it
 * is done in bites.
 */
export class ProvenanceSearch {
  private readonly now: number;
  /** The block's number in outcomes, its slab apart. */
  private readonly number: number;
  private end: number;
  /** The stretch being replayed: its keyframe, and what was found in it. */
  private from = -1;
  private edits: readonly Edit[] = [];
  private next = 0;
  /** The slot that holds the block, -1: none. */
  private holder = -1;
  private allocated: Act | undefined;
  private freedAfter: Act | undefined;
  /** A free of a block that was allocated before this stretch. */
  private freedLast: Act | undefined;
  /** The same, of stretches already searched, which are later. */
  private freed: Act | undefined;

  /** @param replica a second simulation of the same knobs, to be restored and thrown away */
  constructor(
    sim: Simulation,
    private readonly replica: Simulation,
    private readonly timeline: Timeline,
    private readonly subject: BlockSubject,
  ) {
    const numbers = sim.inspectBlocks(subject.span, subject.slab)?.numbers;
    this.number = numbers?.[subject.block] ?? subject.block;
    this.now = sim.op;
    this.end = sim.op;
  }

  /** Replays a bite. @returns the answer, once it is known */
  advance(): Provenance | undefined {
    if (this.end <= 0) return this.answer();
    if (this.from < 0) this.begin();
    if (!this.replay(BITE)) return undefined;
    this.freed ??= this.freedLast;
    if (this.allocated) return this.answer();
    this.end = this.from;
    this.from = -1;
    return undefined;
  }

  private answer(): Provenance {
    const { allocated, freed, freedAfter, now } = this;
    if (!allocated) return { allocated: undefined, freed, age: freed ? now - freed.op : undefined };
    const free = freedAfter ?? (freed && freed.op > allocated.op ? freed : undefined);
    return { allocated, freed: free, age: now - (free ?? allocated).op };
  }

  private begin(): void {
    const { replica, timeline, subject } = this;
    const { op, snapshot } = timeline.before(this.end - 1);
    replica.restore(snapshot);
    this.from = op;
    this.edits = timeline.edits.filter((edit) => !isPast(edit, op));
    this.next = 0;
    this.freedAfter = undefined;
    this.freedLast = undefined;
    // Who holds the block as the stretch begins.
    const inside = replica.inspectBlocks(subject.span, subject.slab);
    const place = inside?.numbers?.indexOf(this.number) ?? this.number;
    this.holder = inside?.slots[place] ?? -1;
  }

  /** @returns true when the stretch is at its end */
  private replay(most: number): boolean {
    const { replica, edits, end, subject } = this;
    const wanted = subject.slab * 65536 + this.number;
    for (let done = 0; done < most; done++) {
      if (replica.op >= end || replica.status !== 'running') return true;
      for (let edit = edits[this.next]; edit && edit.op <= replica.op; edit = edits[++this.next])
        applyEdit(replica, edit);
      const { ops } = replica.advance(1);
      for (const record of replica.lastRecords()) this.take(record, wanted);
      if (ops !== 1) return true;
    }
    return false;
  }

  private take(record: RecordOutcome, wanted: number): void {
    if (record.freed) {
      if (this.holder < 0 || record.slot !== this.holder) return;
      this.holder = -1;
      if (this.allocated) this.freedAfter = this.actOf(record);
      else this.freedLast = this.actOf(record);
    } else if (record.row === this.subject.span && record.block === wanted) {
      this.allocated = this.actOf(record);
      this.freedAfter = undefined;
      this.holder = record.slot;
    } else if (this.holder >= 0 && record.slot === this.holder) {
      // A realloc moved it.
      this.holder = -1;
      if (this.allocated) this.freedAfter = this.actOf(record);
      else this.freedLast = this.actOf(record);
    }
  }

  private actOf({ life, chain }: RecordOutcome): Act {
    return { op: this.replica.op, life, chain, ns: this.replica.virtualNs };
  }
}

/** A whole search at once. */
export function provenance(
  sim: Simulation,
  replica: Simulation,
  timeline: Timeline,
  subject: BlockSubject,
): Provenance {
  const search = new ProvenanceSearch(sim, replica, timeline, subject);
  let found = search.advance();
  while (found === undefined) found = search.advance();
  return found;
}
