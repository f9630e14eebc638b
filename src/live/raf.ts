/**
 * The one requestAnimationFrame of the page: what draws and what writes is collected, and each runs once per
 * frame. Pictures come before texts: a canvas that is told to write brings the layout of the document up to
 * date first, so that a text changed before it would cost a layout for itself.
 */
export type Stage = 'picture' | 'text';

const dirty: Readonly<Record<Stage, Set<() => void>>> = { picture: new Set(), text: new Set() };
let queued = false;

/** Runs `draw` in the next animation frame, once however often it is asked for. */
export function invalidate(draw: () => void, stage: Stage = 'picture'): void {
  dirty[stage].add(draw);
  if (queued) return;
  queued = true;
  requestAnimationFrame(flush);
}

/** Time that drawing and writing took, over all animation frames that did; the bench reads and resets it. */
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
  const from = performance.now();
  try {
    for (const stage of [dirty.picture, dirty.text]) {
      const now = [...stage];
      stage.clear();
      for (const draw of now) draw();
    }
  } finally {
    // What a picture has to say was said in this frame; what asked for itself again comes in the next.
    queued = dirty.picture.size + dirty.text.size > 0;
    if (queued) requestAnimationFrame(flush);
  }
  const spent = performance.now() - from;
  rafWork.frames++;
  rafWork.totalMs += spent;
  if (spent > rafWork.worstMs) rafWork.worstMs = spent;
}
