/** Work that is done one piece after the other, in the order in which it came; a piece that fails stops no other. */
export class InTurn {
  private last: Promise<unknown> = Promise.resolve();

  /** @returns what the work comes to, once all before it is done */
  add<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  /** Settles once all work that was added so far is done. */
  get done(): Promise<unknown> {
    return this.last;
  }
}
