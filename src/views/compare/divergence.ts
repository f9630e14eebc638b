import type { Divergence, Side } from '../../engine/compare.ts';

export type Verdict =
  | { readonly kind: 'searching' }
  | { readonly kind: 'found'; readonly at: Divergence }
  | { readonly kind: 'none'; readonly ops: number }
  | { readonly kind: 'failed' };

/** What the compare worker is asked and answers. */
export interface CompareAsk {
  readonly a: Side;
  readonly b: Side;
  readonly maxOps: number;
}
export type CompareAnswer = { readonly found: Divergence | undefined };

/** Operations that are looked at for a first divergence. */
export const COMPARE_OPS = 2_000_000;

/** Finds the first divergence in a worker of its own. @returns a function that gives up */
export function findDivergence(ask: CompareAsk, done: (verdict: Verdict) => void): () => void {
  const worker = new Worker(new URL('../../worker/compare.worker.ts', import.meta.url), {
    type: 'module',
  });
  worker.onmessage = (event: MessageEvent<CompareAnswer>) => {
    const { found } = event.data;
    done(found ? { kind: 'found', at: found } : { kind: 'none', ops: ask.maxOps });
    worker.terminate();
  };
  worker.onerror = () => {
    done({ kind: 'failed' });
    worker.terminate();
  };
  worker.postMessage(ask);
  return () => worker.terminate();
}
