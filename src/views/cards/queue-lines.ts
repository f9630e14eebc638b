import type { FrameView } from '../../worker/frame.ts';

/** A line of the matrix of remote queues: blocks that wait in it, by size class. */
export interface QueueLine {
  readonly name: string;
  readonly values: readonly number[];
}

/** More lines than this are put together: people do not read more, and each is written again and again. */
export const MOST_LINES = 24;

/** Lines of the matrix: living owners, then the dead of each chain; of the dead, empty lines are left out. */
export function linesOf({ shape, queues }: FrameView): QueueLine[] {
  const { chains, classes } = shape;
  const lines: QueueLine[] = [];
  for (let line = 0; line < 2 * chains; line++) {
    const dead = line >= chains;
    const chain = line % chains;
    const values = Array.from(queues.subarray(line * classes, (line + 1) * classes));
    if (dead && values.every((value) => value === 0)) continue;
    lines.push({
      name: chain === 0 ? (dead ? 'nobody' : 'main') : `chain ${chain}${dead ? ', its dead' : ''}`,
      values,
    });
  }
  return lines;
}

const sumOf = ({ values }: QueueLine): number => values.reduce((a, b) => a + b, 0);

/** The lines with the most blocks, in their order, and all others as one; nothing is left out of the sums. */
export function shownLines(lines: readonly QueueLine[]): readonly QueueLine[] {
  if (lines.length <= MOST_LINES) return lines;
  const longest = lines
    .map((line, at) => ({ at, sum: sumOf(line) }))
    .sort((a, b) => b.sum - a.sum || a.at - b.at)
    .slice(0, MOST_LINES - 1);
  const kept = new Set(longest.map(({ at }) => at));
  const rest = lines.filter((_, at) => !kept.has(at));
  const values = rest[0].values.map((_, cls) =>
    rest.reduce((sum, line) => sum + line.values[cls], 0),
  );
  return [
    ...lines.filter((_, at) => kept.has(at)),
    { name: `${rest.length} others together`, values },
  ];
}
