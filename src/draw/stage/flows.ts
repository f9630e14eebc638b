import type { StageBeat } from '../../engine/stage.ts';
import { afterBeat, type StageState } from './state.ts';
import { strokesOf } from './strokes.ts';

/** How many blocks a second go one way between a thread and the memory of an owner. */
export interface Flow {
  readonly is: 'take' | 'return' | 'push';
  /** Whose hand, and whose memory. */
  readonly life: number;
  readonly owner: number;
  readonly perSecond: number;
}

/**
 * Rates from a sample of a run's movements.
 * @param before the stage when the sample begins
 * @param opsPerSecond how fast the run goes
 */
export function flowsOf(
  before: StageState,
  beats: readonly StageBeat[],
  opsPerSecond: number,
): Flow[] {
  const counts = new Map<string, { is: Flow['is']; life: number; owner: number; n: number }>();
  let state = before;
  for (const beat of beats) {
    const after = afterBeat(state, beat);
    for (const stroke of strokesOf(beat)) {
      if (!('place' in stroke)) continue;
      const owner = (stroke.is === 'take' ? after : state).spans.get(stroke.place.row)?.owner;
      if (owner === undefined) continue;
      const { is, life } = stroke;
      const key = `${is} ${life} ${owner}`;
      const found = counts.get(key) ?? { is, life, owner, n: 0 };
      found.n++;
      counts.set(key, found);
    }
    state = after;
  }
  const ops = new Set(beats.map(({ op }) => op)).size;
  if (ops === 0) return [];
  return [...counts.values()]
    .map(({ is, life, owner, n }) => ({ is, life, owner, perSecond: (n * opsPerSecond) / ops }))
    .sort((a, b) => b.perSecond - a.perSecond);
}

/** How a stage shows what happens: one movement after the other, many at once, as rates, or not at all. */
export type StageMode = 'one' | 'many' | 'flows' | 'map';
/** Operations a second from which each is left for the next. */
const LIMITS = [4, 200, 50_000] as const;
const MODES = ['one', 'many', 'flows', 'map'] as const satisfies readonly StageMode[];
/** It is left a fifth above its limit and come back to a fifth below, so that it does not flicker between two. */
const SLACK = 0.2;

/** The mode for so many operations a second, next to the one that is in force. */
export function modeFor(opsPerSecond: number, now: StageMode): StageMode {
  let at = MODES.indexOf(now);
  while (at < LIMITS.length && opsPerSecond > LIMITS[at] * (1 + SLACK)) at++;
  while (at > 0 && opsPerSecond < LIMITS[at - 1] * (1 - SLACK)) at--;
  return MODES[at];
}
