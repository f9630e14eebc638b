/** What a worker has from its surroundings. */
export interface Surroundings {
  /** Wall clock in ms; only pacing depends on it, never results. */
  now(): number;
  /** Runs `turn` after messages that are waiting, and not before `delayMs` have passed. */
  schedule(turn: () => void, delayMs: number): void;
}

/** A worker's turns: between two of them its messages come in. However often one is asked for, it comes once. */
export class Turns {
  private isSoon = false;
  private isLater = false;

  constructor(
    private readonly schedule: Surroundings['schedule'],
    private readonly turn: () => void,
  ) {}

  /** A turn, right after the messages that are waiting. */
  soon(): void {
    if (this.isSoon) return;
    this.isSoon = true;
    this.schedule(() => {
      this.isSoon = false;
      this.turn();
    }, 0);
  }

  /** A turn in so many ms, unless one comes sooner anyway. */
  later(delayMs: number): void {
    if (this.isSoon || this.isLater) return;
    this.isLater = true;
    this.schedule(() => {
      this.isLater = false;
      this.turn();
    }, delayMs);
  }
}
