/** What a learner has done, kept in this browser only. */
export interface Progress {
  /** Best score of the prediction, 0 to 1. */
  readonly score?: number;
  readonly finished?: boolean;
  readonly goal?: boolean;
}
export type AllProgress = Readonly<Record<string, Progress>>;

const KEY = 'slabscope.lessons';

/** Reads it; anything that is not ours counts as nothing. */
export function readProgress(store: Pick<Storage, 'getItem'>): AllProgress {
  try {
    const raw: unknown = JSON.parse(store.getItem(KEY) ?? '{}');
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return {};
    const kept: Record<string, Progress> = {};
    for (const [id, value] of Object.entries(raw as Record<string, unknown>)) {
      if (typeof value !== 'object' || value === null) continue;
      const { score, finished, goal } = value as Record<string, unknown>;
      kept[id] = {
        ...(typeof score === 'number' && score >= 0 && score <= 1 ? { score } : {}),
        ...(finished === true ? { finished } : {}),
        ...(goal === true ? { goal } : {}),
      };
    }
    return kept;
  } catch {
    return {};
  }
}

/** Adds to a lesson's progress and writes all of it; a browser that keeps nothing loses nothing else. */
export function addProgress(
  store: Pick<Storage, 'getItem' | 'setItem'>,
  id: string,
  more: Progress,
): AllProgress {
  const all = readProgress(store);
  const old = all[id] ?? {};
  const score = Math.max(old.score ?? 0, more.score ?? 0);
  const next: AllProgress = {
    ...all,
    [id]: {
      ...old,
      ...more,
      ...(old.score === undefined && more.score === undefined ? {} : { score }),
    },
  };
  try {
    store.setItem(KEY, JSON.stringify(next));
  } catch {
    // private windows may refuse
  }
  return next;
}

/**
 * How near a drawn curve comes to the true one, which is scaled to its own top; 1: the same shape.
 * @param drawn heights of the frame, 0 to 1
 */
export function curveScore(drawn: readonly number[], real: readonly number[]): number {
  if (drawn.length === 0 || real.length === 0) return 0;
  const top = Math.max(...real, 1e-9);
  const b = real.map((value) => value / top);
  let apart = 0;
  for (let i = 0; i < drawn.length; i++) {
    const at = (i / Math.max(1, drawn.length - 1)) * (b.length - 1);
    const low = Math.floor(at);
    const value = b[low] + (b[Math.min(b.length - 1, low + 1)] - b[low]) * (at - low);
    apart += Math.abs(drawn[i] - value);
  }
  return Math.max(0, 1 - (2 * apart) / drawn.length);
}
