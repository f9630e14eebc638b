/**
 * Where a lane meets others: operations at which it is shown, in order, and beyond the last of which it does not go.
 * A lane that is alone meets nobody. What the page grants belongs to one run, and may come before that begins.
 */
export class Meets {
  private generation = 0;
  private points: readonly number[] | undefined;
  private granted: { readonly generation: number; readonly points: readonly number[] | undefined } =
    { generation: 0, points: undefined };

  /** @param points operations, in order; none: it stays where it is; undefined: it is alone */
  grant(generation: number, points: readonly number[] | undefined): void {
    this.granted = { generation, points };
    if (generation === this.generation) this.points = points;
  }

  /** A run begins. */
  begin(generation: number): void {
    this.generation = generation;
    this.points = this.granted.generation === generation ? this.granted.points : undefined;
  }

  get isAlone(): boolean {
    return this.points === undefined;
  }

  /** Whether it is to be shown at an operation because others are. */
  has(op: number): boolean {
    return this.points?.includes(op) === true;
  }

  /** The operation up to which it may go from `op`; `op` itself: it waits there. */
  limit(op: number): number {
    if (this.points === undefined) return Infinity;
    return this.points.find((point) => point > op) ?? op;
  }
}
