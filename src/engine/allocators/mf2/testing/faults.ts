import type { KnobValues } from '../../../knobs/index.ts';
import { NO_CAUSE } from '../../../telemetry/events.ts';
import { PG } from '../../../telemetry/states.ts';
import { every, type ModelFault } from '../../../testing/fault.ts';
import { RowMarks } from '../../row-marks.ts';
import { Mf2Heap } from '../heap.ts';
import { mf2With } from '../index.ts';
import {
  NONE,
  P_CLS,
  P_FLAGS,
  P_FREE,
  P_PEND_NEXT,
  P_PEND_PREV,
  P_REMOTE,
  P_TOUCHED,
  P_WORDS,
  PF,
  T_PEND_COUNT,
} from '../layout.ts';

class LosesBlock extends Mf2Heap {
  private done = false;
  override dequeue(life: number, cls: number): number {
    const p = super.dequeue(life, cls);
    if (p >= 0 && !this.done && this.pages[p + P_REMOTE] !== 0) {
      this.done = true;
      this.pages[p + P_REMOTE] &= this.pages[p + P_REMOTE] - 1;
    }
    return p;
  }
}
class CountsPageTwice extends Mf2Heap {
  override newPage(life: number, cls: number, piece: number, now: number): number {
    const p = super.newPage(life, cls, piece, now);
    if (p === 5 * P_WORDS) {
      this.totals.settle();
      this.totals.arrived(p);
    }
    return p;
  }
}
class FreeAndLive extends Mf2Heap {
  override takeBlock(p: number, written: number): number {
    const block = super.takeBlock(p, written);
    if (this.count > 3) {
      this.leave(p);
      this.pages[p + P_FREE] |= 1 << block;
      this.enter(p);
    }
    return block;
  }
}
class KeepsQueuedMark extends Mf2Heap {
  override dequeue(life: number, cls: number): number {
    const p = super.dequeue(life, cls);
    if (p >= 0) {
      this.leave(p);
      this.pages[p + P_FLAGS] |= PF.queued;
      this.enter(p);
    }
    return p;
  }
}
class SkipsLeave extends Mf2Heap {
  private readonly due = every(40);
  override leave(p: number): void {
    if (!this.due()) super.leave(p);
  }
}
class TouchForgotten extends Mf2Heap {
  override takeBlock(p: number, written: number): number {
    const touched = this.pages[p + P_TOUCHED];
    const block = super.takeBlock(p, written);
    this.leave(p);
    this.pages[p + P_TOUCHED] = touched;
    this.enter(p);
    return block;
  }
}
class PartialUnlisted extends Mf2Heap {
  override pushPartial(p: number): void {
    this.pages[p + P_FLAGS] |= PF.partial;
  }
}
class MissesDeath extends Mf2Heap {
  override orphanAll(life: number): void {
    this.exitEvent[life] = NO_CAUSE;
  }
}
class QueueMiscounted extends Mf2Heap {
  private readonly due = every(9);
  override enqueue(p: number, life: number, last: boolean, now: number, event: number): void {
    super.enqueue(p, life, last, now, event);
    if (this.due()) this.tables[this.table(life, this.pages[p + P_CLS]) + T_PEND_COUNT]++;
  }
}
class LosesTheRest extends Mf2Heap {
  private readonly due = every(9);
  override unlink(p: number): void {
    const before = this.pages[p + P_PEND_PREV];
    super.unlink(p);
    if (before >= 0 && this.due()) this.pages[before + P_PEND_NEXT] = NONE;
  }
}
class PressureForgotten extends Mf2Heap {
  override unlink(p: number): void {
    super.unlink(p);
    this.pendingBy[this.pages[p + P_CLS]]++;
  }
}
class DeniesGraveyard extends Mf2Heap {
  override condition(p: number): number {
    const state = super.condition(p);
    return state === PG.graveyard ? PG.full : state;
  }
}
class RequestDrifts extends Mf2Heap {
  private readonly due = every(30);
  override takeBlock(p: number, written: number): number {
    if (this.due()) this.requestedBytes++;
    return super.takeBlock(p, written);
  }
}
class ForgetfulMarks extends RowMarks {
  private readonly due = every(40);
  override mark(row: number): void {
    if (!this.due()) super.mark(row);
  }
}
class ForgetsMark extends Mf2Heap {
  override readonly marks = new ForgetfulMarks();
}

const PAIR: Partial<KnobValues> = { workload: 'pair', window: 16, minSize: 2048, maxSize: 9000 };
const LARSON: Partial<KnobValues> = {
  workload: 'larson',
  threads: 2,
  chunks: 24,
  minSize: 2048,
  maxSize: 9000,
};
const fault = (
  name: string,
  what: string,
  Heap: typeof Mf2Heap,
  knobs: Partial<KnobValues> = PAIR,
): ModelFault => ({ name, what, create: mf2With(Heap), knobs });

export const FAULTS: readonly ModelFault[] = [
  fault(
    'loses a block',
    'a remote block vanishes as its page leaves the queue: blocks are missing',
    LosesBlock,
  ),
  fault(
    'counts a page twice',
    'a new page enters the totals again: bytes by band differ',
    CountsPageTwice,
  ),
  fault(
    'free and live',
    'a block that was handed out stays free: it is met in two places',
    FreeAndLive,
  ),
  fault(
    'keeps the queued mark',
    'a page taken off a queue still says it waits: the queues have fewer',
    KeepsQueuedMark,
  ),
  fault('skips a leave', 'a page changes without leaving the totals: they drift', SkipsLeave),
  fault('touch forgotten', 'a block is used on OS pages that are not resident', TouchForgotten),
  fault(
    'partial, unlisted',
    'a page is marked as partly free and no list has it',
    PartialUnlisted,
    {
      ...LARSON,
      route: 's2',
    },
  ),
  fault(
    'misses a death',
    'pages of a dead thread are not orphaned: mark and thread differ',
    MissesDeath,
    LARSON,
  ),
  fault(
    'miscounts a queue',
    'a queue’s count is one too high: walking it finds fewer',
    QueueMiscounted,
  ),
  fault(
    'loses the rest of a queue',
    'a page leaves from the middle and what lay behind it with it: walking finds fewer',
    LosesTheRest,
    { ...PAIR, pendingLeave: true, window: 60 },
  ),
  fault(
    'pressure forgotten',
    'a page that leaves its queue still counts as adoptable: the count is too high',
    PressureForgotten,
  ),
  fault(
    'denies the graveyard',
    'pages that nobody finds count as full: graveyard blocks differ',
    DeniesGraveyard,
    {
      ...LARSON,
      route: 's1',
    },
  ),
  fault(
    'request drifts',
    'requested bytes grow by themselves: the slots add up to less',
    RequestDrifts,
  ),
  fault(
    'forgets a mark',
    'a page changes and is not marked: the map shows what it was',
    ForgetsMark,
  ),
];
