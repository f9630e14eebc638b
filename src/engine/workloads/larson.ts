import { REG_EXTRA, REG_NOW, REG_OP, REG_STOP, type TinyHeap } from '../allocators/tiny/heap.ts';
import { BLOCK_WORDS, CENTRAL_LIFE } from '../allocators/tiny/layout.ts';
import type { KnobValues } from '../knobs.ts';
import { MAIN, type Threads } from '../machine/threads.ts';
import { C } from '../telemetry/counters.ts';
import {
  LRAN2_INCREMENT,
  LRAN2_MODULUS,
  LRAN2_MULTIPLIER,
  LRAN2_STATE,
  LRAN2_TABLE,
  lran2,
  lran2Init,
} from './lran2.ts';

/** What the warm-up needs of an allocator; tests record these calls. */
export interface WarmupTarget {
  malloc(size: number, slot: number): void;
  free(slot: number): void;
  /** Exchanges what two slots hold, as the permutation of the block array does. */
  exchange(a: number, b: number): void;
}

/**
 * The Larson benchmark (bench/larson/larson.cpp of mimalloc-bench, models.md section 3.1), W1 and W2.
 * Sizes: min + rnd mod (max - min) with C's remainder, so max is exclusive and min > max is legal.
 */
export class Larson {
  /** Generators: row 0 main's, row i the chain's; a successor continues its chain's. */
  readonly generators: Int32Array;
  readonly slots: number;
  private readonly range: number;

  constructor(private readonly knobs: KnobValues) {
    this.generators = new Int32Array((knobs.threads + 1) * LRAN2_STATE);
    this.slots = knobs.threads * knobs.chunks;
    this.range = knobs.maxSize - knobs.minSize;
    lran2Init(this.generators, 0, knobs.seed);
  }

  /** Operations of a life, Infinity when lives do not end. */
  get lifeOps(): number {
    const { knobs } = this;
    if (knobs.workload === 'larson-immortal' || !knobs.succession) return Infinity;
    return knobs.rounds * knobs.chunks;
  }

  /** Main fills every slot, permutes them downwards, then swaps four times as many at random. */
  warmUp(target: WarmupTarget): void {
    const { slots, generators } = this;
    for (let slot = 0; slot < slots; slot++) target.malloc(this.nextSize(0), slot);
    for (let left = slots; left > 0; left--) target.exchange(lran2(generators, 0) % left, left - 1);
    for (let i = 0; i < 4 * slots; i++) {
      const slot = lran2(generators, 0) % slots;
      target.free(slot);
      target.malloc(this.nextSize(0), slot);
    }
  }

  /** Seeds a chain's generator with main's next draw. */
  seedChain(chain: number): void {
    lran2Init(this.generators, chain * LRAN2_STATE, lran2(this.generators, 0));
  }

  /** Larson as D0 describes it: a thread fills its own slots. */
  warmOwn(chain: number, target: WarmupTarget): void {
    const { chunks } = this.knobs;
    const first = (chain - 1) * chunks;
    for (let slot = first; slot < first + chunks; slot++) {
      target.malloc(this.nextSize(chain * LRAN2_STATE), slot);
    }
  }

  private nextSize(generator: number): number {
    const { range } = this;
    const { minSize } = this.knobs;
    return range === 0 ? minSize : minSize + (lran2(this.generators, generator) % range);
  }

  /**
   * Swaps for one chain: free a random slot, allocate a new size into it. Stops early when a register
   * asks for it or malloc returns NULL.
   * @returns operations completed; `onNull` decides whether one that got NULL counts
   */
  run(
    heap: TinyHeap,
    threads: Threads,
    chain: number,
    budget: number,
    firstOp: number,
    onNull: (size: number, slot: number) => boolean,
  ): number {
    const { generators, range } = this;
    const { chunks, minSize } = this.knobs;
    const { regs, costs } = heap;
    const central = this.knobs.ownership === 'central';
    const life = central ? CENTRAL_LIFE : threads.life[chain];
    const heapIndex = central ? MAIN : chain;
    const generator = chain * LRAN2_STATE;
    const table = generator + 2;
    const firstSlot = (chain - 1) * chunks;
    const perOp = costs.perOp + costs.malloc + costs.free;
    const remoteExtra = costs.remoteFree - costs.free;
    const hold = 2 * costs.central;
    let x = generators[generator];
    let y = generators[generator + 1];
    let clock = threads.clock[chain];
    let remoteFrees = 0;
    let done = 0;
    while (done < budget) {
      regs[REG_OP] = firstOp + done;
      regs[REG_NOW] = clock;
      // lran2 twice, inlined: more than half of the time of an operation.
      let entry = table + (y % LRAN2_TABLE);
      y = generators[entry];
      x = (LRAN2_MULTIPLIER * x + LRAN2_INCREMENT) % LRAN2_MODULUS;
      generators[entry] = x;
      const slot = firstSlot + (y % chunks);
      const remote = heap.free(life, slot);
      remoteFrees += remote;
      let size = minSize;
      if (range !== 0) {
        entry = table + (y % LRAN2_TABLE);
        y = generators[entry];
        x = (LRAN2_MULTIPLIER * x + LRAN2_INCREMENT) % LRAN2_MODULUS;
        generators[entry] = x;
        size = minSize + (y % range);
      }
      const served = heap.malloc(heapIndex, life, size, slot) || onNull(size, slot);
      clock += perOp + remote * remoteExtra;
      if (regs[REG_EXTRA] !== 0) {
        clock += regs[REG_EXTRA];
        regs[REG_EXTRA] = 0;
      }
      if (hold !== 0) {
        // One list for all: whoever comes while it is held waits.
        clock = Math.max(clock, heap.centralFreeAt) + hold;
        heap.centralFreeAt = clock;
      }
      if (!served) break;
      done++;
      if (regs[REG_STOP] !== 0) break;
    }
    generators[generator] = x;
    generators[generator + 1] = y;
    threads.clock[chain] = clock;
    threads.ops[chain] += done;
    threads.done[chain] += done;
    threads.inFlight[chain] = heap.lastRemote;
    heap.counters[C.remoteFrees] += remoteFrees;
    heap.counters[C.localFrees] += done - remoteFrees;
    heap.counters[C.mallocs] += done;
    return done;
  }

  /** Exchanges the block-table rows of two slots. */
  static exchangeRows(blocks: Int32Array, a: number, b: number): void {
    for (let word = 0; word < BLOCK_WORDS; word++) {
      const kept = blocks[a * BLOCK_WORDS + word];
      blocks[a * BLOCK_WORDS + word] = blocks[b * BLOCK_WORDS + word];
      blocks[b * BLOCK_WORDS + word] = kept;
    }
  }
}
