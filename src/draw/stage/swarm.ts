import type { StageBeat } from '../../engine/stage.ts';
import { ease, type Stroke, strokesOf } from './strokes.ts';

/** A block under way among many others. */
export interface Swarmer {
  readonly stroke: Extract<Stroke, { readonly is: 'take' | 'return' | 'push' }>;
  /** 0: it has not set off; 1: it has arrived. Undone, it runs from 1 to 0. */
  readonly t: number;
}

/** Blocks under way at the same time; more are not told apart. */
export const MOST_SWARMERS = 500;

interface Item {
  readonly stroke: Swarmer['stroke'];
  /** ms until it sets off; below 0: since it did. */
  wait: number;
  readonly backwards: boolean;
}

/**
 * Movements of many operations a second: each flies for as long as it would alone, beside the others, over a stage that
 * stands where the run stands. Time is the caller's.
 */
export class Swarm {
  private items: Item[] = [];

  get size(): number {
    return this.items.length;
  }

  /** @param overMs they set off evenly within so many ms */
  add(beats: readonly StageBeat[], overMs: number, backwards = false): void {
    const strokes = beats.flatMap((beat) =>
      strokesOf(beat).flatMap((stroke) => ('place' in stroke ? [stroke] : [])),
    );
    if (backwards) strokes.reverse();
    for (const [i, stroke] of strokes.entries())
      this.items.push({ stroke, wait: (i * overMs) / strokes.length, backwards });
    // The latest are what the run did last.
    if (this.items.length > MOST_SWARMERS) this.items.splice(0, this.items.length - MOST_SWARMERS);
  }

  clear(): void {
    this.items = [];
  }

  /** So many ms have passed. @returns those in the air */
  advance(ms: number): Swarmer[] {
    for (const item of this.items) item.wait -= ms;
    this.items = this.items.filter(({ wait, stroke }) => -wait < stroke.ms);
    return this.items
      .filter(({ wait }) => wait <= 0)
      .map(({ stroke, wait, backwards }) => {
        const t = ease(-wait / stroke.ms);
        return { stroke, t: backwards ? 1 - t : t };
      });
  }
}
