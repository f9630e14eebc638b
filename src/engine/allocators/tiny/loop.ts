import { LOCK } from '../../machine/locks.ts';
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
import { ALIVE_SHIFT } from '../../machine/threads.ts';
import {
  isControl,
  OP_END,
  OP_FREE,
  OP_MALLOC,
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
  INDEX_BITS,
  LIST_BASE,
  LIVE,
  MAX_CLASSES,
  NO_BLOCK,
  NONE,
  OWNER,
  REMOTE_COUNT,
  SHUT,
  SLAB_CLASS,
  SLAB_SHIFT,
} from './layout.ts';
import {
  CHARGE_CENTRAL,
  CHARGE_CONTENDED,
  CHARGE_FREE,
  CHARGE_MALLOC,
  CHARGE_OP,
  CHARGE_REMOTE,
  K_CARVED,
  K_LIVE,
  K_QUEUED,
  K_WORDS,
} from './records.ts';

/** What the loop asks of its allocator for records that are not a plain malloc or free. */
export interface LoopHost {
  /** Any other record, at once. @returns false: malloc returned NULL and nobody served it */
  record(chain: number, ops: Int32Array, at: number): boolean;
  /** malloc returned NULL. @returns true: the C library served it into the slot */
  nullReturned(chain: number, size: number, slot: number): boolean;
}

/** True when others are earlier than a chain at this clock, with this many operations of its turn done. */
function mustWait(regs: Float64Array, clock: number, ended: number): boolean {
  const key = regs[REG_BY_OPS] === 1 ? regs[REG_CHAIN_OPS] + ended : clock;
  const horizon = regs[REG_HORIZON];
  return key > horizon || (key === horizon && regs[REG_TIE] !== 1);
}

/**
 * The hot loop: mallocs and frees of any stream on the tiny heap. What is common is TinyHeap.free and
 * TinyHeap.malloc with their columns hoisted, and a property test holds it to them; what is rare is done by
 * the heap itself, after which the columns are read again, because they may have grown.
 *
 * Time order (contract.ts): slow paths, frees into the slab of a thread that runs and, where the policy
 * lets others see it, every remote free and every block that is a slab's last are done only by the
 * chain that is earliest; before any of these the loop stops.
 *
 * Speed decides its shape. The inner loop calls nothing, or every column would be looked up anew in each
 * round. A malloc is taken in the same round as the free before it. Whether a free is remote is a number to
 * calculate with, not a branch: two of three are, so no processor guesses it.
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
  const { regs, charges, k, current, classOf, threads, counters, oneList } = heap;
  const alive = threads.lifeChain;
  const perOp = charges[CHARGE_OP];
  const mallocCost = charges[CHARGE_MALLOC];
  const freeCost = charges[CHARGE_FREE];
  const remoteExtra = charges[CHARGE_REMOTE];
  const central = charges[CHARGE_CENTRAL];
  const contended = charges[CHARGE_CONTENDED];
  const until = regs[REG_UNTIL];
  const horizon = regs[REG_HORIZON];
  const tie = regs[REG_TIE] === 1;
  const byOps = regs[REG_BY_OPS] === 1;
  const chainOps = regs[REG_CHAIN_OPS];
  const firstOp = regs[REG_OP];
  // An operation has a record of its own at least, so that this is an int32 whatever the budget.
  const budget = Math.min(regs[REG_BUDGET], count) | 0;
  const self = life | 0;
  const ordered = heap.ordered ? 1 : 0;
  const topRequest = heap.topRequest | 0;
  const uncounted = heap.uncounted | 0;
  const currentBase = (heapIndex * MAX_CLASSES) & INDEX_BITS;
  let { blocks, slabs } = heap;
  let next = heap.lists.next;
  let marked = heap.slabMarks.bytes;
  let clock = threads.clock[chain];
  let requested = 0;
  let remoteFrees = 0;
  /** Of these, done by the heap itself, which counts them where they are believed to live. */
  let remoteByHeap = 0;
  let frees = 0;
  /** Records that are neither a malloc nor the free of a block. */
  let others = 0;
  let left = budget;
  let lastRemote = heap.lastRemote | 0;
  const { careful, mixed } = heap;
  const { lookup } = heap;
  heap.actor = chain;
  const slowly = oneList || careful || heap.caches !== undefined || lookup !== undefined;
  let at = from & INDEX_BITS;
  const end = (at + count * OP_WORDS) & INDEX_BITS;
  // With one list for all every call waits for its lock, caches are the heap's business, and where some slab is not
  // in the ownership bitmap every free asks it, so that nothing is common.
  const common = slowly ? 0 : end;
  for (;;) {
    let rare = slowly ? 1 : 0;
    while (at < common && clock < until) {
      let head = ops[at];
      if ((head & ~OP_END) === OP_FREE) {
        const b = (ops[at + OP_SLOT] * BLOCK_WORDS) & INDEX_BITS;
        const slab = blocks[b];
        if (slab < 0) {
          rare = 1;
          break;
        }
        const r = slab & INDEX_BITS;
        const owner = slabs[r + OWNER];
        const apart = owner ^ self;
        const remote = (apart | -apart) >>> 31;
        const list = r + FREE_HEAD + remote;
        const first = slabs[list];
        const live = (slabs[r + LIVE] - 1) | 0;
        // The first of a remote queue (remote and NO_BLOCK), or of a shut slab (SHUT), in one comparison.
        if (live === 0 || first + remote === SHUT) {
          rare = 1;
          break;
        }
        // The owner is a thread that runs (its life is above 0, and alive); main never drains.
        const runs = remote & (alive[owner] >> ALIVE_SHIFT) & (-owner >>> 31);
        // Who can see it: with `ordered` anybody, else only such an owner.
        if ((runs | (remote & ordered)) !== 0) {
          // mustWait, written out: a call would cost more here than all it does.
          const key = byOps ? chainOps + (budget - left) : clock;
          if (key > horizon || (key === horizon && !tie)) break;
        }
        const freed = blocks[b + BLOCK_INDEX];
        requested -= blocks[b + BLOCK_SIZE];
        blocks[b] = BLOCK_NONE;
        next[(slabs[r + LIST_BASE] + freed) & INDEX_BITS] = first;
        slabs[list] = freed;
        slabs[r + LIVE] = live;
        marked[r >>> SLAB_SHIFT] = 1;
        slabs[r + REMOTE_COUNT] += remote;
        slabs[r + EXCESS] += remote & uncounted;
        const kc = (slabs[r + SLAB_CLASS] * K_WORDS) & INDEX_BITS;
        k[kc + K_LIVE]--;
        k[kc + K_QUEUED] += remote;
        remoteFrees = (remoteFrees + remote) | 0;
        frees = (frees + 1) | 0;
        // Its slab, or NONE (all bits set) after a local one.
        lastRemote = r | (remote - 1);
        clock += freeCost + remote * remoteExtra + runs * contended;
        at = (at + OP_WORDS) & INDEX_BITS;
        if ((head & OP_END) !== 0) {
          clock += perOp;
          left = (left - 1) | 0;
          if (left === 0) break;
        }
        if (at === end || clock >= until) break;
        head = ops[at];
      }
      if ((head & ~OP_END) !== OP_MALLOC) {
        if ((head & ~OP_END) === OP_FREE) continue;
        rare = 1;
        break;
      }
      const size = ops[at + OP_SIZE];
      const c = size >>> 0 <= topRequest ? classOf[size] : 0;
      const slab = current[currentBase + c];
      if (size >>> 0 > topRequest || slab < 0) {
        rare = 1;
        break;
      }
      const r = slab & INDEX_BITS;
      const live = (slabs[r + LIVE] + 1) | 0;
      let block = slabs[r + FREE_HEAD];
      if (live === 1) {
        rare = 1;
        break;
      }
      if (block !== NO_BLOCK) {
        slabs[r + FREE_HEAD] = next[(slabs[r + LIST_BASE] + block) & INDEX_BITS];
      } else {
        block = slabs[r + CARVED];
        if (block >= slabs[r + CARVE_LIMIT]) {
          rare = 1;
          break;
        }
        slabs[r + CARVED] = block + 1;
        k[c * K_WORDS + K_CARVED]++;
      }
      const b = (ops[at + OP_SLOT] * BLOCK_WORDS) & INDEX_BITS;
      blocks[b] = r;
      blocks[b + BLOCK_INDEX] = block;
      blocks[b + BLOCK_SIZE] = size;
      slabs[r + LIVE] = live;
      k[c * K_WORDS + K_LIVE]++;
      requested += size;
      clock += mallocCost;
      at = (at + OP_WORDS) & INDEX_BITS;
      if ((head & OP_END) !== 0) {
        clock += perOp;
        left = (left - 1) | 0;
        if (left === 0) break;
      }
    }
    if (rare === 0 || at === end || clock >= until) break;

    // One record, by the heap itself.
    const head = ops[at];
    if (isControl(head)) break;
    const slot = ops[at + OP_SLOT];
    const size = ops[at + OP_SIZE];
    const kind = head & ~OP_END;
    const r = blocks[slot * BLOCK_WORDS];
    const own = oneList && heap.servedByCache(chain, kind === OP_MALLOC, r, size >>> 0);
    let shared = !own;
    if (!oneList && kind === OP_FREE)
      // The C library's heap is everybody's, and so is a table of SuperSlabs.
      shared =
        r >= 0
          ? lookup !== undefined || heap.seesFree(r, self)
          : mixed !== undefined && r !== BLOCK_NONE;
    else if (!oneList && kind === OP_MALLOC)
      shared =
        size >>> 0 > topRequest ? mixed !== undefined : heap.seesMalloc(heapIndex, classOf[size]);
    if (shared && mustWait(regs, clock, budget - left)) break;
    if (oneList && !own) {
      // One list for all: every call takes its lock. Others may have its core meanwhile.
      const { locks } = heap.machine;
      const hold = central + (locks.handOver(LOCK.central, chain) ? contended : 0);
      clock += (hold === 0 ? 0 : locks.acquire(LOCK.central, clock, hold)) + hold;
    }
    regs[REG_OP] = firstOp + (budget - left);
    regs[REG_NOW] = clock;
    let served = true;
    if (kind === OP_FREE) {
      if (r !== BLOCK_NONE) {
        if (lookup !== undefined) regs[REG_EXTRA] += heap.lookUp(r);
        const remote = heap.free(self, slot);
        lastRemote = heap.lastRemote | 0;
        served = remote >= 0;
        if (served) {
          remoteFrees += remote;
          remoteByHeap += remote;
          frees++;
          clock += heap.costOfFree();
        }
      } else others++;
    } else if (kind === OP_MALLOC) {
      served =
        heap.malloc(heapIndex, self, size >>> 0, slot) || host.nullReturned(chain, size, slot);
      clock += mallocCost;
    } else {
      heap.lastRemote = NONE;
      if (!host.record(chain, ops, at)) break;
      lastRemote = heap.lastRemote | 0;
      others++;
    }
    ({ blocks, slabs } = heap);
    next = heap.lists.next;
    marked = heap.slabMarks.bytes;
    clock += regs[REG_EXTRA];
    regs[REG_EXTRA] = 0;
    if (!served) break;
    at = (at + OP_WORDS) & INDEX_BITS;
    if ((head & OP_END) !== 0) {
      clock += perOp;
      left = (left - 1) | 0;
      if (left === 0) break;
    }
    if (regs[REG_STOP] !== 0 || regs[REG_WAITED] > 0 || heap.careful !== careful) break;
  }
  heap.requestedBytes += requested;
  heap.excess += uncounted * (remoteFrees - remoteByHeap);
  heap.lastRemote = lastRemote;
  threads.clock[chain] = clock;
  threads.inFlight[chain] = lastRemote;
  regs[REG_ENDED] += budget - left;
  counters[C.remoteFrees] += remoteFrees;
  counters[C.localFrees] += frees - remoteFrees;
  const done = (at - from) / OP_WORDS;
  counters[C.mallocs] += done - frees - others;
  return done;
}
