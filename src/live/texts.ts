import { invalidate, later } from './raf.ts';

/** Texts are renewed at most this often, ms: people cannot read faster. */
const TEXT_MS = 150;

type Write = () => void;
const dirty = new Set<Write>();
let last = -Infinity;
let waiting = false;

/**
 * Writes a text in the next turn of the page's one text clock. All texts that frames change are written in the same
 * animation frame, of all lanes: a title, a legend and a head never speak of two moments of a run.
 */
export function writeText(write: Write): void {
  dirty.add(write);
  if (waiting) return;
  waiting = true;
  const left = TEXT_MS - (performance.now() - last);
  if (left <= 0) invalidate(turn);
  else later(() => invalidate(turn), left);
}

/** Whoever has gone away is not written any more. */
export const forgetText = (write: Write): void => void dirty.delete(write);

function turn(): void {
  waiting = false;
  last = performance.now();
  const now = [...dirty];
  dirty.clear();
  for (const write of now) write();
}
