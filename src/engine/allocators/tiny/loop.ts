import { LOCK, SPIN_NS } from '../../machine/locks.ts';
import {
  REG_BUDGET,
  REG_BY_OPS,
  REG_CHAIN_OPS,
  REG_ENDED,
  REG_EXTRA,
  REG_HORIZON,
  REG_NOW,
  REG_OP,
  REG_STOP,
  REG_TIE,
  REG_UNTIL,
  REG_WAITED,
} from '../../machine/registers.ts';
import { DEAD } from '../../machine/threads.ts';
import {
  isControl,
  OP,
  OP_END,
  OP_KIND_MASK,
  OP_SIZE,
  OP_SLOT,
  OP_WORDS,
} from '../../programs/program.ts';
import { C } from '../../telemetry/counters.ts';
import type { TinyHeap } from './heap.ts';
import {
  BLOCK_INDEX,
  BLOCK_NONE,
  BLOCK_SIZE,
  BLOCK_WORDS,
  CARVE_LIMIT,
  CARVED,
  EXCESS,
  FREE_HEAD,
  LIST_BASE,
  LIVE,
  MAX_CLASSES,
  NO_BLOCK,
  NONE,
  OWNER,
  REMOTE_COUNT,
  SLAB_CLASS,
} from './layout.ts';
import { K_CARVED, K_LIVE, K_QUEUED, K_WORDS } from './records.ts';

const FREE = OP.free;
const MALLOC = OP.malloc;

/** What the loop asks of its allocator for records that are not a plain malloc or free. */
export interface LoopHost {
  /** Any other record, at once. @returns false: malloc returned NULL and nobody served it */
  record(chain: number, ops: Int32Array, at: number): boolean;
  /** malloc returned NULL. @returns true: the C library served it into the slot */
  nullReturned(chain: number, size: number, slot: number): boolean;
}

/**
 * The hot loop: mallocs and frees of any stream on the tiny heap. It is TinyHeap.free and
 * TinyHeap.malloc with their columns hoisted; a property test holds it to them. Everything rare goes to
 * the heap's own slow paths, after which the columns are read again, because they may have grown.
 *
 * Time order (contract.ts): slow paths, frees into the slab of a thread that runs and, where the policy
 * lets others see it, every remote free and every block that is a slab's last are done only by the
 * chain that is earliest; before any of these the loop stops.
 * @returns records carried out
 */
export function recordLoop(
  heap: TinyHeap,
  host: LoopHost,
  chain: number,
  heapIndex: number,
  life: number,
  ops: Int32Array,
  from: number,
  count: number,
): number {
  const { regs, costs, k, current, classOf, topRequest, oneList, threads, counters } = heap;
  const ordered = heap.ordered && !oneList;
  const budget = regs[REG_BUDGET];
  const until = regs[REG_UNTIL];
  const horizon = regs[REG_HORIZON];
  const tie = regs[REG_TIE] === 1;
  const byOps = regs[REG_BY_OPS] === 1;
  const chainOps = regs[REG_CHAIN_OPS];
  const firstOp = regs[REG_OP];
  const currentBase = heapIndex * MAX_CLASSES;
  const { perOp, malloc: mallocCost, free: freeCost, central } = costs;
  const remoteExtra = costs.remoteFree - costs.free;
  const uncounted = heap.uncounted;
  const alive = threads.lifeChain;
  let { blocks, slabs } = heap;
  let next = heap.lists.next;
  let clock = threads.clock[chain];
  let requested = 0;
  let remoteFrees = 0;
  let frees = 0;
  let mallocs = 0;
  let ended = 0;
  let done = 0;
  let lastRemote = heap.lastRemote;
  for (let at = from; done < count; at += OP_WORDS) {
    if (clock >= until) break;
    const head = ops[at];
    const kind = head & (OP_KIND_MASK | 0xffff0000);
    const slot = ops[at + OP_SLOT];
    const b = slot * BLOCK_WORDS;
    let rare = 0;
    if (oneList && !isControl(head)) {
      // One list for all: every call takes its lock, in time order; nothing below needs to look again.
      const key = byOps ? chainOps + ended : clock;
      if (key > horizon || (key === horizon && !tie)) break;
      const wait = central === 0 ? 0 : heap.machine.locks.acquire(LOCK.central, clock, central);
      clock += wait + central;
      // Somebody may have its core meanwhile, once the record is done.
      if (wait > SPIN_NS) rare = 1;
    }
    if (kind === FREE) {
      const r = blocks[b];
      if (r >= 0) {
        const owner = slabs[r + OWNER];
        const remote = owner === life ? 0 : 1;
        const live = slabs[r + LIVE] - 1;
        // Who can see it: with `ordered` anybody, else only an owner that runs; main never drains.
        if (
          ordered ? remote === 1 || live === 0 : remote === 1 && owner > 0 && alive[owner] > DEAD
        ) {
          const key = byOps ? chainOps + ended : clock;
          if (key > horizon || (key === horizon && !tie)) break;
        }
        const freed = blocks[b + BLOCK_INDEX];
        requested -= blocks[b + BLOCK_SIZE];
        const list = r + FREE_HEAD + remote;
        const first = slabs[list];
        next[slabs[r + LIST_BASE] + freed] = first;
        slabs[list] = freed;
        slabs[r + REMOTE_COUNT] += remote;
        slabs[r + EXCESS] += remote & uncounted;
        const kc = slabs[r + SLAB_CLASS] * K_WORDS;
        k[kc + K_LIVE]--;
        k[kc + K_QUEUED] += remote;
        remoteFrees += remote;
        frees++;
        slabs[r + LIVE] = live;
        blocks[b] = BLOCK_NONE;
        lastRemote = remote === 0 ? NONE : r;
        if (live === 0 || (remote === 1 && first === NO_BLOCK)) {
          regs[REG_OP] = firstOp + ended;
          regs[REG_NOW] = clock;
          if (remote === 1 && first === NO_BLOCK) heap.remoteEdge(r, life);
          if (live === 0) heap.emptied(r);
          rare = 1;
        }
        clock += freeCost + remote * remoteExtra;
      } else if (r !== BLOCK_NONE) {
        heap.freeOther(slot);
        frees++;
        lastRemote = NONE;
        clock += freeCost;
      }
    } else if (kind === MALLOC) {
      const size = ops[at + OP_SIZE];
      let served = true;
      if (size >= 0 && size <= topRequest) {
        const c = classOf[size];
        let r = current[currentBase + c];
        let block = NO_BLOCK;
        if (r >= 0) {
          block = slabs[r + FREE_HEAD];
          if (block !== NO_BLOCK) {
            slabs[r + FREE_HEAD] = next[slabs[r + LIST_BASE] + block];
          } else {
            const carved = slabs[r + CARVED];
            if (carved < slabs[r + CARVE_LIMIT]) {
              block = carved;
              slabs[r + CARVED] = carved + 1;
              k[c * K_WORDS + K_CARVED]++;
            }
          }
        }
        if (block === NO_BLOCK) {
          const key = byOps ? chainOps + ended : clock;
          if (!oneList && (key > horizon || (key === horizon && !tie))) break;
          regs[REG_OP] = firstOp + ended;
          regs[REG_NOW] = clock;
          r = heap.refill(heapIndex, life, c, size);
          rare = 1;
          slabs = heap.slabs;
          next = heap.lists.next;
          if (r >= 0) block = heap.popSlow(r, c);
          else served = host.nullReturned(chain, size, slot);
        }
        if (r >= 0) {
          blocks[b] = r;
          blocks[b + BLOCK_INDEX] = block;
          blocks[b + BLOCK_SIZE] = size;
          requested += size;
          k[c * K_WORDS + K_LIVE]++;
          const live = slabs[r + LIVE] + 1;
          slabs[r + LIVE] = live;
          if (live === 1) heap.revived(r);
        }
      } else {
        regs[REG_OP] = firstOp + ended;
        regs[REG_NOW] = clock;
        heap.mallocOther(size >>> 0, slot);
        rare = 1;
      }
      if (served) mallocs++;
      clock += mallocCost;
      if (!served) {
        clock += regs[REG_EXTRA];
        regs[REG_EXTRA] = 0;
        break;
      }
    } else {
      const key = byOps ? chainOps + ended : clock;
      if (isControl(head)) break;
      if (!oneList && (key > horizon || (key === horizon && !tie))) break;
      regs[REG_OP] = firstOp + ended;
      regs[REG_NOW] = clock;
      heap.lastRemote = NONE;
      if (!host.record(chain, ops, at)) break;
      lastRemote = heap.lastRemote;
      blocks = heap.blocks;
      slabs = heap.slabs;
      next = heap.lists.next;
      rare = 1;
    }
    done++;
    if (rare !== 0) {
      clock += regs[REG_EXTRA];
      regs[REG_EXTRA] = 0;
    }
    if ((head & OP_END) !== 0) {
      clock += perOp;
      if (++ended === budget) break;
    }
    if (rare !== 0 && (regs[REG_STOP] !== 0 || regs[REG_WAITED] > 0)) break;
  }
  heap.requestedBytes += requested;
  heap.lastRemote = lastRemote;
  threads.clock[chain] = clock;
  threads.inFlight[chain] = lastRemote;
  regs[REG_ENDED] += ended;
  counters[C.remoteFrees] += remoteFrees;
  counters[C.localFrees] += frees - remoteFrees;
  counters[C.mallocs] += mallocs;
  return done;
}
