import type { Divergence } from '../../engine/divergence.ts';
import { jobs } from '../../live/jobs.ts';
import type { Jobs } from '../../worker/jobs.ts';
import { CallError } from '../../worker/link.ts';

export type Verdict =
  /** `share`: how much was looked at, 0 to 1; undefined: nothing worth telling yet. */
  | { readonly kind: 'searching'; readonly share?: number }
  | { readonly kind: 'found'; readonly at: Divergence }
  | { readonly kind: 'none'; readonly ops: number }
  | { readonly kind: 'failed' };

/** Operations that are looked at for a first divergence. */
export const COMPARE_OPS = 2_000_000;

/**
 * Has the first divergence of two lanes searched by the page's pool of workers.
 * @param said told how far the search is, then what came of it
 * @returns a function that gives up; nothing is told after it
 */
export function findDivergence(
  ask: Jobs['divergence'][0],
  said: (verdict: Verdict) => void,
  pool = jobs(),
): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  const say = (verdict: Verdict): void => {
    if (!signal.aborted) said(verdict);
  };
  pool
    .run('divergence', ask, { signal, onProgress: (share) => say({ kind: 'searching', share }) })
    .then((at) => say(at ? { kind: 'found', at } : { kind: 'none', ops: ask.maxOps }))
    .catch((error: unknown) => {
      if (!(error instanceof CallError)) throw error;
      say({ kind: 'failed' });
    });
  return () => abort.abort();
}
