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

/** Drawing and writing that was put off until later. */
let late = 0;

/** Runs something after a while; until then the page is not idle. @returns a function that calls it off */
export function later(run: () => void, ms: number): () => void {
  let waiting = true;
  const done = (): void => {
    if (waiting) late--;
    waiting = false;
  };
  const timer = setTimeout(() => {
    done();
    run();
  }, ms);
  late++;
  return () => {
    clearTimeout(timer);
    done();
  };
}

/** True while an animation frame, or something put off until later, is waiting. */
export const rafPending = (): boolean => queued || late > 0;

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
