import { count, percent, plural } from '../../draw/format.ts';

/** How far a run is on the way to a goal. */
export interface GoalProgress {
  /** Whole tenths of the operations after which it counts, at most 10. */
  readonly tenths: number;
  /** Operation at which the run ended before them; undefined: it goes on, or has done them. */
  readonly endedAt: number | undefined;
}

/**
 * Progress to a goal in steps that are few enough to be shown as they come.
 * @param op operations done
 * @param ops operations after which the goal counts
 * @param ended the run is over
 */
export const goalProgress = (op: number, ops: number, ended: boolean): GoalProgress => ({
  tenths: Math.floor((10 * Math.min(op, ops)) / ops),
  endedAt: ended && op < ops ? op : undefined,
});

/** What is said of it: tenths are bounds, the end of a run is exact. */
export function goalText({ tenths, endedAt }: GoalProgress, ops: number): string {
  if (endedAt !== undefined)
    return `The run ended after ${count(endedAt)} of ${plural(ops, 'operation')}: too early for the goal.`;
  if (tenths >= 10) return `All of ${plural(ops, 'operation')} done.`;
  const bound = tenths === 0 ? 'Less than' : 'At least';
  return `${bound} ${percent(Math.max(1, tenths) / 10, 0)} of ${plural(ops, 'operation')} done.`;
}
