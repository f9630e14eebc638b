import { applyEdit, type Timeline } from './timeline.ts';
import type { Simulation } from './types.ts';

/** Somebody who allocated or freed a block. */
export interface Act {
  readonly op: number;
  readonly life: number;
  readonly chain: number;
  readonly ns: number;
}

/** What is known of a block's latest use. */
export interface Provenance {
  /** Who allocated it last; undefined: in the warm-up, or never. */
  readonly allocated: Act | undefined;
  /** Who freed it after that; undefined: it is live, or was never freed. */
  readonly freed: Act | undefined;
  /** Operations since the latest of the two. */
  readonly age: number | undefined;
}

export interface BlockSubject {
  readonly superslab: number;
  readonly slab: number;
  readonly block: number;
}

/** Stretches between keyframes that are searched before giving up: a bound on the time it may take. */
const MOST_STRETCHES = 24;

/**
 * Finds who allocated and freed a block by replaying stretches between keyframes, latest first, with that
 * one block recorded. The run itself is not touched.
 * @param replica a second simulation of the same knobs, to be restored and thrown away
 */
export function provenance(
  sim: Simulation,
  replica: Simulation,
  timeline: Timeline,
  subject: BlockSubject,
): Provenance {
  let end = sim.op;
  let freed: Act | undefined;
  for (let stretch = 0; stretch < MOST_STRETCHES && end > 0; stretch++) {
    const frame = timeline.before(end - 1);
    const found = search(replica, timeline, frame.snapshot, end, subject);
    freed ??= found.freedLast;
    if (found.allocated) {
      const after = found.freedAfter;
      const last = after ?? found.allocated;
      const free = after ?? (freed && freed.op > found.allocated.op ? freed : undefined);
      return { allocated: found.allocated, freed: free, age: sim.op - (free ?? last).op };
    }
    end = frame.op;
  }
  return { allocated: undefined, freed, age: freed ? sim.op - freed.op : sim.op };
}

interface Found {
  allocated: Act | undefined;
  freedAfter: Act | undefined;
  /** A free of a block that was allocated before this stretch. */
  freedLast: Act | undefined;
}

function search(
  replica: Simulation,
  timeline: Timeline,
  snapshot: Parameters<Simulation['restore']>[0],
  end: number,
  { superslab, slab, block }: BlockSubject,
): Found {
  replica.restore(snapshot);
  const edits = timeline.edits.filter((edit) => edit.op > replica.op);
  const wanted = replica.model === 'tiny' ? slab * 65536 + block : block;
  const found: Found = { allocated: undefined, freedAfter: undefined, freedLast: undefined };
  // The slot that holds the block as the stretch begins, if one does.
  const inside = replica.inspectBlocks(superslab, slab);
  let holder = inside ? (inside.slots[block] ?? -1) : -1;
  let next = 0;
  while (replica.op < end && replica.status === 'running') {
    for (; edits[next] !== undefined && edits[next].op <= replica.op; next++)
      applyEdit(replica, edits[next]);
    if (replica.advance(1).ops !== 1) break;
    const outcome = replica.lastOutcome();
    const act: Act = {
      op: replica.op,
      life: outcome.life,
      chain: outcome.chain,
      ns: replica.virtualNs,
    };
    if (holder >= 0 && outcome.freed === holder) {
      holder = -1;
      if (found.allocated) found.freedAfter = act;
      else found.freedLast = act;
    }
    if (outcome.row === superslab && outcome.block === wanted) {
      found.allocated = act;
      found.freedAfter = undefined;
      holder = outcome.slot;
    }
  }
  return found;
}
