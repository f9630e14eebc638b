/** Work that is done one piece after the other, in the order in which it came; a piece that fails stops no other. */
export class InTurn {
  private last: Promise<unknown> = Promise.resolve();
  /** Pieces that are not done. */
  waiting = 0;

  /** @returns what the work comes to, once all before it is done */
  add<T>(work: () => Promise<T>): Promise<T> {
    this.waiting++;
    const done = this.last.then(work).finally(() => {
      this.waiting--;
    });
    this.last = done.catch(() => undefined);
    return done;
  }

  /** Settles once all work that was added so far is done. */
  get done(): Promise<unknown> {
    return this.last;
  }
}
