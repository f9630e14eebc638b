/**
 * The one requestAnimationFrame of the page: what draws and what writes is collected, and each runs once per
 * frame. Pictures come before texts: a canvas that is told to write brings the layout of the document up to
 * date first, so that a text changed before it would cost a layout for itself.
 */
export const STAGES = ['picture', 'text'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * Pictures of one animation frame take about so long together, ms: those that are left come in the next, and
 * come first there. Whatever a page has to draw, one that is pressed answers in between.
 */
export const PICTURES_MS = 30;
/** After a frame that took longer than this, ms, the page draws nothing for as long, and does what else there is. */
export const LONG_MS = 40;

const dirty: Readonly<Record<Stage, Set<() => void>>> = { picture: new Set(), text: new Set() };
let queued = false;
/** Nothing is drawn before, and for no longer than the frame took for which the page rests; ms. */
let restsUntil = -Infinity;
let restsFor = 0;

/** Runs `draw` in the next animation frame that has room for it, once however often it is asked for. */
export function invalidate(draw: () => void, stage: Stage = 'picture'): void {
  dirty[stage].add(draw);
  if (!queued) ask();
}

function ask(): void {
  queued = true;
  const rest = restsUntil - performance.now();
  // A clock that is another one than before says nothing.
  if (rest > 0 && rest <= restsFor) setTimeout(() => requestAnimationFrame(flush), rest);
  else requestAnimationFrame(flush);
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

/** Draws and writes at once what waits for the next animation frame: there may be none before the page is looked at. */
export const drawNow = (): void => flush();

function flush(): void {
  const from = performance.now();
  try {
    // What asks for itself again does so for the next frame.
    const pictures = [...dirty.picture];
    for (const draw of pictures) {
      if (performance.now() - from >= PICTURES_MS) break;
      dirty.picture.delete(draw);
      attempt(draw);
    }
    // What a picture has to say is said in the same frame.
    const texts = [...dirty.text];
    dirty.text.clear();
    for (const write of texts) attempt(write);
  } finally {
    const now = performance.now();
    const spent = now - from;
    if (spent > LONG_MS) {
      restsUntil = now + spent;
      restsFor = spent;
    }
    rafWork.frames++;
    rafWork.totalMs += spent;
    if (spent > rafWork.worstMs) rafWork.worstMs = spent;
    queued = false;
    if (dirty.picture.size + dirty.text.size > 0) ask();
  }
}

/** What fails to draw keeps nothing else from being drawn; it is an error of the page all the same. */
function attempt(draw: () => void): void {
  try {
    draw();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
