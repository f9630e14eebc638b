import { difference, signed } from '../../draw/format.ts';
import type { MetricRow } from './rows.ts';

/**
 * Lanes that differ by less than this part differ by nothing that another seed would not change, too: no
 * difference is told and nobody is marked.
 */
export const TELLING = 0.001;

/** Whether two values of a line differ by enough to be told. */
export function tells(row: Pick<MetricRow, 'format'>, a: number, b: number): boolean {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return (
    Math.abs(a - b) > TELLING * Math.max(Math.abs(a), Math.abs(b)) &&
    row.format(a) !== row.format(b)
  );
}

/** What stands beside a value: how it differs from that of the first lane that is compared. Empty where nothing is to be told. */
export function besideFirst(row: MetricRow, value: number, first: number): string {
  if (!tells(row, value, first)) return '';
  const change = signed(value - first, row.change ?? row.format);
  // Of nothing there are no per cent, and of shares they would be of another thing.
  return first === 0 || row.change ? change : `${difference(value, first)}, ${change}`;
}

/**
 * Lanes that are best in a line; none where no lane is worse by enough to be told.
 * @param compared of each lane, whether it is compared; one that is not is never best, and is not beaten
 */
export function bestOf(
  row: MetricRow,
  values: readonly number[],
  compared: readonly boolean[],
): readonly boolean[] {
  const known = values.filter((_, i) => compared[i]);
  if (row.better === undefined || known.length < 2 || !known.every(Number.isFinite))
    return values.map(() => false);
  const best = row.better === 'less' ? Math.min(...known) : Math.max(...known);
  if (!known.some((value) => tells(row, value, best))) return values.map(() => false);
  return values.map((value, i) => compared[i] && !tells(row, value, best));
}
