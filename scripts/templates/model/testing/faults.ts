import type { KnobValues } from '../../../knobs/index.ts';
import { B } from '../../../telemetry/ledger.ts';
import { every, type ModelFault } from '../../../testing/fault.ts';
import { Heap } from '../heap.ts';
import { createWith } from '../index.ts';

class LosesBlock extends Heap {
  private readonly due = every(5);
  protected override link(row: number, block: number): void {
    if (!this.due()) super.link(row, block);
  }
}
class HandsOutTwice extends Heap {
  private readonly due = every(9);
  protected override take(row: number): number {
    const span = this.spans[row];
    const before = span.free;
    const block = super.take(row);
    if (before !== -1 && this.due()) span.free = before;
    return block;
  }
}
class CountsTwice extends Heap {
  private readonly due = every(7);
  protected override countLive(slot: number, cls: number, sign: 1 | -1): void {
    super.countLive(slot, cls, sign);
    if (this.due()) this.bytes[B.live] += sign;
  }
}
class TouchForgotten extends Heap {
  private readonly due = every(4);
  override write(slot: number, from: number, bytes: number): void {
    if (!this.due()) super.write(slot, from, bytes);
  }
}
class WrongRequest extends Heap {
  private readonly due = every(6);
  protected override note(
    slot: number,
    row: number,
    block: number,
    size: number,
    kind: number,
  ): void {
    super.note(slot, row, block, size, kind);
    if (this.due() && size > 1) this.slots.size[slot]--;
  }
}
class KeepsSlot extends Heap {
  private readonly due = every(8);
  override free(slot: number): void {
    const place = this.slots.block[slot];
    super.free(slot);
    if (this.due()) this.slots.block[slot] = place;
  }
}
class Unlisted extends Heap {
  private readonly due = every(3);
  protected override list(row: number): void {
    if (this.spans[row].live === 0 || !this.due()) super.list(row);
  }
}
class KeepsEmpty extends Heap {
  protected override giveBackIfMany(): void {}
}
class MiscountsEmpty extends Heap {
  private readonly due = every(4);
  protected override countEmpty(sign: 1 | -1): void {
    if (sign > 0 || !this.due()) super.countEmpty(sign);
  }
}
class MiscountsLive extends Heap {
  private readonly due = every(6);
  protected override putBack(row: number, block: number): void {
    const span = this.spans[row];
    if (span.live > 2 && this.due()) span.live++;
    super.putBack(row, block);
  }
}
class CarvesBeyond extends Heap {
  override hasRoom(span: Heap['spans'][number]): boolean {
    return super.hasRoom(span) || span.carved === this.capacityOf(span.cls);
  }
}

/** Without a warm-up: a list that runs into itself must be noticed before it is walked for long. */
const fault = (
  name: string,
  what: string,
  Of: typeof Heap,
  knobs: Partial<KnobValues> = {},
): ModelFault => ({
  name,
  what,
  create: createWith(Of),
  knobs: {
    workload: 'random-mixed',
    threads: 2,
    workingSet: 256,
    maxSize: 30_000,
    __knob__SpanKiB: 64,
    ...knobs,
  },
});

export const FAULTS: readonly ModelFault[] = [
  fault('loses a block', 'a freed block is in no list: neither free nor a slot’s', LosesBlock),
  fault(
    'hands out twice',
    'a block stays free when it is taken: met in the free list by mistake',
    HandsOutTwice,
  ),
  fault('counts a byte twice', 'live bytes drift from what the slots add up to', CountsTwice),
  fault(
    'touch forgotten',
    'a block is written on a page that nobody faulted in: it is not resident',
    TouchForgotten,
  ),
  fault('wrong request', 'a slot forgets a byte of what was asked for: bytes differ', WrongRequest),
  fault('keeps a slot', 'a freed block stays its slot’s: it does not know of it', KeepsSlot),
  fault('unlisted', 'a span has room again and no list has it', Unlisted),
  fault('keeps empty spans', 'more empty spans stay than the knob allows', KeepsEmpty, {
    __knob__Keep: 0,
  }),
  fault(
    'miscounts empty spans',
    'a span in use still counts as empty: walking finds fewer',
    MiscountsEmpty,
  ),
  fault(
    'miscounts live blocks',
    'a span’s count is too high: walking it finds fewer',
    MiscountsLive,
  ),
  fault('carves beyond', 'a block is cut beyond the end of its span', CarvesBeyond, {
    minSize: 20_000,
  }),
];
