/** Granules whose words are kept together. */
const SPAN = 64;
const SPAN_BITS = 6;
const SPAN_WORDS = SPAN * 2;

/**
 * The words of the heap's memory, two for each granule, by address. Memory that was never written has
 * no storage of its own and reads as 0, so that large blocks cost the model next to nothing.
 */
export class Words {
  /** Spans in the order in which they were first written; span 0 stays zero. */
  pool: Int32Array<ArrayBuffer> = new Int32Array(64 * SPAN_WORDS);
  /** Span of each 64 granules, 0: none yet. */
  table: Int32Array<ArrayBuffer> = new Int32Array(64);
  private used = 1;
  private spare: number[] = [];

  get(granule: number, word: number): number {
    const span = granule >>> SPAN_BITS;
    if (span >= this.table.length) return 0;
    return this.pool[this.table[span] * SPAN_WORDS + (granule & (SPAN - 1)) * 2 + word];
  }

  set(granule: number, word: number, value: number): void {
    const index = granule >>> SPAN_BITS;
    let span = index < this.table.length ? this.table[index] : 0;
    if (span === 0) span = this.add(index);
    this.pool[span * SPAN_WORDS + (granule & (SPAN - 1)) * 2 + word] = value;
  }

  /** Forgets everything from this granule on: the memory was given back. */
  dropFrom(granule: number): void {
    const first = Math.ceil(granule / SPAN);
    for (let index = first; index < this.table.length; index++) {
      const span = this.table[index];
      if (span === 0) continue;
      this.pool.fill(0, span * SPAN_WORDS, (span + 1) * SPAN_WORDS);
      this.spare.push(span);
      this.table[index] = 0;
    }
    const within = granule & (SPAN - 1);
    const span = within === 0 || first > this.table.length ? 0 : this.table[first - 1];
    if (span !== 0) this.pool.fill(0, span * SPAN_WORDS + within * 2, (span + 1) * SPAN_WORDS);
  }

  get bytes(): number {
    return this.pool.byteLength + this.table.byteLength;
  }

  /** Mixes in what was written, by address. */
  hashInto(word: (value: number) => void): void {
    for (let index = 0; index < this.table.length; index++) {
      const span = this.table[index];
      if (span === 0) continue;
      word(index);
      for (let i = span * SPAN_WORDS; i < (span + 1) * SPAN_WORDS; i++) word(this.pool[i]);
    }
  }

  snapshot(): SavedWords {
    return {
      pool: this.pool.slice(0, this.used * SPAN_WORDS),
      table: this.table.slice(),
      spare: this.spare.slice(),
    };
  }

  restore(from: SavedWords): void {
    if (this.pool.length < from.pool.length) this.pool = new Int32Array(from.pool.length);
    this.pool.set(from.pool);
    this.pool.fill(0, from.pool.length);
    this.table = from.table.slice();
    this.used = from.pool.length / SPAN_WORDS;
    this.spare = from.spare.slice();
  }

  private add(index: number): number {
    if (index >= this.table.length) this.table = grown(this.table, index + 1);
    const span = this.spare.pop() ?? this.used++;
    if (this.used * SPAN_WORDS > this.pool.length)
      this.pool = grown(this.pool, this.used * SPAN_WORDS);
    this.table[index] = span;
    return span;
  }
}

export interface SavedWords {
  readonly pool: Int32Array<ArrayBuffer>;
  readonly table: Int32Array<ArrayBuffer>;
  readonly spare: readonly number[];
}

function grown(old: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(Math.max(least, old.length * 2));
  wider.set(old);
  return wider;
}
