import type { TinyHeap } from '../allocators/tiny/heap.ts';
import { BLOCK_WORDS, CENTRAL_LIFE } from '../allocators/tiny/layout.ts';
import { type SwapRun, swapLoop } from '../allocators/tiny/swap.ts';
import type { KnobValues } from '../knobs/index.ts';
import { MAIN, type Threads } from '../machine/threads.ts';
import { C } from '../telemetry/counters.ts';
import { LRAN2_STATE, lran2, lran2Init } from './lran2.ts';

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
  private readonly run: SwapRun;

  constructor(private readonly knobs: KnobValues) {
    this.generators = new Int32Array((knobs.threads + 1) * LRAN2_STATE);
    this.slots = knobs.threads * knobs.chunks;
    this.range = knobs.maxSize - knobs.minSize;
    lran2Init(this.generators, 0, knobs.seed);
    this.run = {
      generators: this.generators,
      chain: 0,
      heapIndex: 0,
      life: 0,
      firstSlot: 0,
      chunks: knobs.chunks,
      minSize: knobs.minSize,
      range: this.range,
      budget: 0,
      firstOp: 0,
      onNull: () => false,
      clock: 0,
      done: 0,
      slot: 0,
      frees: 0,
      remoteFrees: 0,
    };
  }

  /** Slot of the latest swap. */
  get lastSlot(): number {
    return this.run.slot;
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
   * @param onNull decides whether an operation that got NULL is served after all
   * @returns operations completed
   */
  swap(
    heap: TinyHeap,
    threads: Threads,
    chain: number,
    budget: number,
    firstOp: number,
    onNull: (size: number, slot: number) => boolean,
  ): number {
    const { run, knobs } = this;
    const central = knobs.ownership === 'central';
    run.chain = chain;
    run.heapIndex = central ? MAIN : chain;
    run.life = central ? CENTRAL_LIFE : threads.life[chain];
    run.firstSlot = (chain - 1) * knobs.chunks;
    run.budget = budget;
    run.firstOp = firstOp;
    run.onNull = onNull;
    run.clock = threads.clock[chain];
    swapLoop(heap, run);
    threads.clock[chain] = run.clock;
    threads.ops[chain] += run.done;
    threads.done[chain] += run.done;
    threads.inFlight[chain] = heap.lastRemote;
    heap.counters[C.remoteFrees] += run.remoteFrees;
    heap.counters[C.localFrees] += run.frees - run.remoteFrees;
    heap.counters[C.mallocs] += run.done;
    return run.done;
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
