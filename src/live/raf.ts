/** The one requestAnimationFrame of the page: draws are collected, each runs once per frame. */
const dirty = new Set<() => void>();
let queued = false;

/** Runs `draw` in the next animation frame, once however often it is asked for. */
export function invalidate(draw: () => void): void {
  dirty.add(draw);
  if (queued) return;
  queued = true;
  requestAnimationFrame(flush);
}

/** Time that drawing took, over all animation frames that drew; the bench reads and resets it. */
export const rafWork = { frames: 0, totalMs: 0, worstMs: 0 };

/** True while an animation frame is waiting. */
export const rafPending = (): boolean => queued;

function flush(): void {
  queued = false;
  const from = performance.now();
  const now = [...dirty];
  dirty.clear();
  for (const draw of now) draw();
  const spent = performance.now() - from;
  rafWork.frames++;
  rafWork.totalMs += spent;
  if (spent > rafWork.worstMs) rafWork.worstMs = spent;
}
