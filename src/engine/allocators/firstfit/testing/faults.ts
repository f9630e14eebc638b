import type { KnobValues } from '../../../knobs/index.ts';
import { every, type ModelFault } from '../../../testing/fault.ts';
import { FirstFitHeap } from '../heap.ts';
import { firstFitWith } from '../index.ts';
import { BLOCK, byteOf, FOOT, HEAD, NEXT, NONE } from '../layout.ts';

/** A heap with one deliberate fault, which the audit must notice. */
export interface HeapFault {
  readonly name: string;
  /** What it does, and by which question of the audit it is found. */
  readonly what: string;
  readonly Heap: typeof FirstFitHeap;
  /** Knobs under which it shows. */
  readonly knobs?: Partial<KnobValues>;
}

class SkipsMerge extends FirstFitHeap {
  private readonly due = every(5);
  protected override freeAfter(end: number): number {
    const after = super.freeAfter(end);
    return after > 0 && this.due() ? 0 : after;
  }
}
class ForgetsFooter extends FirstFitHeap {
  private readonly due = every(9);
  protected override writeFoot(end: number, tag: number): void {
    if (this.due()) this.touch(byteOf(end, this.tagBytes) - this.tagBytes, this.tagBytes);
    else super.writeFoot(end, tag);
  }
}
class LosesChunk extends FirstFitHeap {
  private readonly due = every(4);
  protected override insert(g: number): void {
    super.insert(g);
    const second = this.next(g);
    // The one behind the new chunk falls out of the chain; counts and tags stay.
    if (second !== NONE && this.next(second) !== NONE && this.due())
      this.link(g, NEXT, this.next(second));
  }
}
class WrongRest extends FirstFitHeap {
  private readonly due = every(3);
  protected override splitOff(g: number, granules: number, size: number): void {
    if (!this.due()) {
      super.splitOff(g, granules, size);
      return;
    }
    super.splitOff(g, granules, size);
    // A granule is lost between the block and its rest's end.
    const rest = g + granules;
    this.words.set(rest, HEAD, this.words.get(rest, HEAD) - 2);
  }
}
class ListsTwice extends FirstFitHeap {
  private readonly due = every(3);
  protected override insert(g: number): void {
    super.insert(g);
    const second = this.next(g);
    if (second !== NONE && this.due()) this.link(second, NEXT, g);
  }
  protected override find(granules: number): number {
    // Behind the ring a search would never end.
    let g = this.head;
    for (let i = 0; i < 2 * this.freeChunks && g !== NONE; i++, g = this.next(g)) {
      if (this.sizeOf(g) >= granules) return g;
    }
    return NONE;
  }
}
class CountsTwice extends FirstFitHeap {
  private readonly due = every(7);
  protected override note(slot: number, g: number, size: number, kind: number): void {
    super.note(slot, g, size, kind);
    if (this.due()) this.countLive(g, this.sizeOf(g), slot, 1);
  }
}
class TouchUncounted extends FirstFitHeap {
  private readonly due = every(2);
  protected override fault(page: number): void {
    if (this.due()) this.brk.touch(page, () => {});
    else super.fault(page);
  }
}
class TouchForgotten extends FirstFitHeap {
  protected override writeFoot(end: number, tag: number): void {
    this.words.set(end, FOOT, tag);
  }
}
class WrongRequest extends FirstFitHeap {
  private readonly due = every(6);
  protected override note(slot: number, g: number, size: number, kind: number): void {
    super.note(slot, g, size, kind);
    if (this.due() && kind === BLOCK.program && size > 1) this.slots.size[slot]--;
  }
}
class KeepsTop extends FirstFitHeap {
  protected override trim(): void {}
}
class RoverDangles extends FirstFitHeap {
  protected override moveRover(): void {}
}
class KeepsSlot extends FirstFitHeap {
  private readonly due = every(8);
  override free(slot: number): void {
    const g = this.slots.block[slot];
    super.free(slot);
    if (this.due()) this.slots.block[slot] = g;
  }
}
class ForgetsMark extends FirstFitHeap {
  protected override countTop(from: number, to: number, sign: 1 | -1): void {
    const { bytes } = this.use.marks;
    const before = bytes.slice();
    super.countTop(from, to, sign);
    bytes.set(before);
  }
}

export const FIRSTFIT_FAULTS: readonly HeapFault[] = [
  {
    name: 'skips a merge',
    what: 'a free upper neighbour is left alone: two free chunks side by side',
    Heap: SkipsMerge,
  },
  {
    name: 'forgets a footer',
    what: 'the tag at a chunk’s end is not written: header and footer differ',
    Heap: ForgetsFooter,
  },
  {
    name: 'loses a chunk',
    what: 'a free chunk falls out of the list: the walk over the heap finds it, the list does not',
    Heap: LosesChunk,
  },
  {
    name: 'wrong rest',
    what: 'a rest is tagged a granule too small: header and footer differ',
    Heap: WrongRest,
  },
  {
    name: 'lists a chunk twice',
    what: 'the list runs into itself: a chunk is met twice',
    Heap: ListsTwice,
  },
  {
    name: 'counts a block twice',
    what: 'a block’s bytes are counted again: bytes by page and part differ',
    Heap: CountsTwice,
  },
  {
    name: 'touch not counted',
    what: 'a page becomes resident and its bytes do not: resident bytes by part differ',
    Heap: TouchUncounted,
  },
  {
    name: 'touch forgotten',
    what: 'a footer is written to a page that nobody faulted in: a tag on a page that is not resident',
    Heap: TouchForgotten,
    knobs: { maxSize: 30_000 },
  },
  {
    name: 'wrong request',
    what: 'a block forgets a byte of what was asked for: live and rounding bytes differ',
    Heap: WrongRequest,
  },
  {
    name: 'top not given back',
    what: 'the break stays up: more top than the knob allows',
    Heap: KeepsTop,
    knobs: { trimTop: 4, brkStep: 4 },
  },
  {
    name: 'rover dangles',
    what: 'the next search begins at a chunk that was merged away: it is not in the list',
    Heap: RoverDangles,
    knobs: { fit: 'next' },
  },
  {
    name: 'keeps a slot',
    what: 'a freed block stays its slot’s: two slots or none know a chunk',
    Heap: KeepsSlot,
  },
];

/** What only a run notices: it reads the map. */
const MAP_FAULTS: readonly HeapFault[] = [
  {
    name: 'forgets a mark',
    what: 'the top moves and its rows are not marked: the map shows what they were',
    Heap: ForgetsMark,
  },
];

export const FAULTS: readonly ModelFault[] = [...FIRSTFIT_FAULTS, ...MAP_FAULTS].map(
  ({ name, what, Heap, knobs }) => ({
    name,
    what,
    create: firstFitWith(Heap),
    // Without a warm-up: a list that runs into itself must be noticed before it is walked for long.
    knobs: { workload: 'random-mixed', threads: 2, workingSet: 256, maxSize: 2000, ...knobs },
  }),
);
