import {
  LRAN2_INCREMENT,
  LRAN2_MODULUS,
  LRAN2_MULTIPLIER,
  LRAN2_STATE,
  LRAN2_TABLE,
} from '../../workloads/lran2.ts';
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
import {
  K_CARVED,
  K_LIVE,
  K_QUEUED,
  K_WORDS,
  REG_EXTRA,
  REG_NOW,
  REG_OP,
  REG_STOP,
} from './records.ts';

/** What the loop is to do; `done`, `frees`, `remoteFrees` and `clock` are its result. */
export interface SwapRun {
  generators: Int32Array;
  /** Chain slot: its generator, its clock. */
  chain: number;
  heapIndex: number;
  life: number;
  firstSlot: number;
  chunks: number;
  minSize: number;
  range: number;
  budget: number;
  firstOp: number;
  onNull: (size: number, slot: number) => boolean;
  clock: number;
  done: number;
  /** Slot of the last swap. */
  slot: number;
  frees: number;
  remoteFrees: number;
}

/**
 * The hot loop: Larson's swap (free a random slot, allocate a new size into it) on the tiny heap.
 * It is TinyHeap.free and TinyHeap.malloc with their columns hoisted and the generator inlined; a
 * property test holds it to them. Everything rare goes to the heap's own slow paths, after which the
 * columns are read again, because they may have grown.
 */
export function swapLoop(heap: TinyHeap, run: SwapRun): void {
  const { generators, life, firstSlot, chunks, minSize, range, budget, firstOp } = run;
  const { regs, costs, k, current, classOf, topRequest } = heap;
  const generator = run.chain * LRAN2_STATE;
  const table = generator + 2;
  const currentBase = run.heapIndex * MAX_CLASSES;
  const perOp = costs.perOp + costs.malloc + costs.free;
  const remoteExtra = costs.remoteFree - costs.free;
  const hold = 2 * costs.central;
  const uncounted = heap.uncounted;
  const { blocks } = heap;
  let { slabs } = heap;
  let next = heap.lists.next;
  let x = generators[generator];
  let y = generators[generator + 1];
  let clock = run.clock;
  let requested = 0;
  let slot = firstSlot;
  let remoteFrees = 0;
  let frees = 0;
  let done = 0;
  while (done < budget) {
    regs[REG_OP] = firstOp + done;
    regs[REG_NOW] = clock;
    let rare = 0;

    let entry = table + (y % LRAN2_TABLE);
    y = generators[entry];
    x = (LRAN2_MULTIPLIER * x + LRAN2_INCREMENT) % LRAN2_MODULUS;
    generators[entry] = x;
    slot = firstSlot + (y % chunks);
    const at = slot * BLOCK_WORDS;

    // free
    let r = blocks[at];
    let remote = 0;
    frees++;
    if (r >= 0) {
      const freed = blocks[at + BLOCK_INDEX];
      requested -= blocks[at + BLOCK_SIZE];
      remote = slabs[r + OWNER] === life ? 0 : 1;
      const head = r + FREE_HEAD + remote;
      const first = slabs[head];
      next[slabs[r + LIST_BASE] + freed] = first;
      slabs[head] = freed;
      slabs[r + REMOTE_COUNT] += remote;
      slabs[r + EXCESS] += remote & uncounted;
      const kc = slabs[r + SLAB_CLASS] * K_WORDS;
      k[kc + K_LIVE]--;
      k[kc + K_QUEUED] += remote;
      remoteFrees += remote;
      heap.lastRemote = remote === 0 ? NONE : r;
      const live = slabs[r + LIVE] - 1;
      slabs[r + LIVE] = live;
      if (live === 0 || (remote === 1 && first === NO_BLOCK)) {
        blocks[at] = BLOCK_NONE;
        if (remote === 1 && first === NO_BLOCK) heap.remoteEdge(r, life);
        if (live === 0) heap.emptied(r);
        rare = 1;
      }
    } else heap.freeOther(slot);

    let size = minSize;
    if (range !== 0) {
      entry = table + (y % LRAN2_TABLE);
      y = generators[entry];
      x = (LRAN2_MULTIPLIER * x + LRAN2_INCREMENT) % LRAN2_MODULUS;
      generators[entry] = x;
      size = minSize + (y % range);
    }

    // malloc
    let served = true;
    if (size <= topRequest) {
      const c = classOf[size];
      r = current[currentBase + c];
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
        blocks[at] = BLOCK_NONE;
        r = heap.refill(run.heapIndex, life, c, size);
        rare = 1;
        slabs = heap.slabs;
        next = heap.lists.next;
        if (r >= 0) block = heap.popSlow(r, c);
        else served = run.onNull(size, slot);
      }
      if (r >= 0) {
        blocks[at] = r;
        blocks[at + BLOCK_INDEX] = block;
        blocks[at + BLOCK_SIZE] = size;
        requested += size;
        k[c * K_WORDS + K_LIVE]++;
        const live = slabs[r + LIVE] + 1;
        slabs[r + LIVE] = live;
        if (live === 1) heap.revived(r);
      }
    } else {
      blocks[at] = BLOCK_NONE;
      heap.mallocOther(size, slot);
      rare = 1;
    }

    clock += perOp + remote * remoteExtra;
    if (hold !== 0) {
      // One list for all: whoever comes while it is held waits.
      clock = Math.max(clock, heap.centralFreeAt) + hold;
      heap.centralFreeAt = clock;
    }
    if (rare !== 0) {
      clock += regs[REG_EXTRA];
      regs[REG_EXTRA] = 0;
      if (!served) break;
      if (regs[REG_STOP] !== 0) {
        done++;
        break;
      }
    }
    done++;
  }
  generators[generator] = x;
  generators[generator + 1] = y;
  heap.requestedBytes += requested;
  run.clock = clock;
  run.done = done;
  run.slot = slot;
  run.frees = frees;
  run.remoteFrees = remoteFrees;
}
