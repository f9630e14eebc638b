import { firstDivergence, type Side } from '../engine/compare.ts';

/** Finds the first divergence of two lanes; ended by its owner when nobody waits any more. */
self.onmessage = (event: MessageEvent<{ a: Side; b: Side; maxOps: number }>) => {
  const { a, b, maxOps } = event.data;
  self.postMessage({ found: firstDivergence(a, b, maxOps) });
};
