/** Words under a horizontal axis. */
export interface Label {
  readonly text: string;
  /** Pixel that they are centred at, as far as the axis has room beside it. */
  readonly at: number;
}
/** Words and the pixel that they begin at. */
export interface Placed {
  readonly text: string;
  readonly left: number;
}

/** Pixels between two labels at least. */
const GAP = 8;

/**
 * Labels of one axis, none over another.
 * @param labels the more important one first: of two that would touch the later one is left out
 * @param widthOf pixels that words take
 * @param from first pixel that may be written on
 * @param to pixel after the last
 * @param reach pixels that a label may be moved to where there is room
 */
export function apart(
  labels: readonly Label[],
  widthOf: (text: string) => number,
  from: number,
  to: number,
  reach = 0,
): Placed[] {
  const taken: { readonly left: number; readonly right: number; readonly text: string }[] = [];
  for (const { text, at } of labels) {
    const width = widthOf(text);
    const wanted = Math.max(from, Math.min(to - width, at - width / 2));
    const places = [wanted];
    if (reach > 0)
      for (const other of taken) places.push(other.right + GAP, other.left - GAP - width);
    const [left] = places
      .filter(
        (place) =>
          Math.abs(place - wanted) <= reach &&
          place >= from &&
          place + width <= to &&
          taken.every((other) => place + width + GAP <= other.left || other.right + GAP <= place),
      )
      .sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
    if (left !== undefined) taken.push({ left, right: left + width, text });
  }
  return taken.map(({ text, left }) => ({ text, left }));
}

/** Labels of an axis with even ticks: all of them, or as many as fit with even gaps. */
export function evenly(
  labels: readonly Label[],
  widthOf: (text: string) => number,
  from: number,
  to: number,
): Placed[] {
  for (let nth = 1; nth < labels.length; nth++) {
    const some = labels.filter((_, i) => i % nth === 0);
    const placed = apart(some, widthOf, from, to);
    if (placed.length === some.length) return placed;
  }
  return apart(labels.slice(0, 1), widthOf, from, to);
}
