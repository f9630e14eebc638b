/**
 * A 64-bit order-sensitive digest of 32-bit words, as two independent multiply-rotate lanes.
 * Not cryptographic: it answers "is this the same state?" alike in Node and in every browser.
 */
export class WordHash {
  private a = 0x9e3779b9 | 0;
  private b = 0x85ebca6b | 0;

  /** Mixes in one 32-bit word (the low 32 bits of `word`). */
  word(word: number): this {
    let a = Math.imul(this.a ^ word, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    this.a = (Math.imul(a, 0x1b873593) + 0x52dce729) | 0;
    let b = Math.imul(this.b + word, 0x2c1b3c6d) ^ this.a;
    b = (b << 13) | (b >>> 19);
    this.b = (Math.imul(b, 5) + 0x38495ab5) | 0;
    return this;
  }

  /** Mixes in the first `count` entries of an integer column. */
  words(column: ArrayLike<number>, count: number): this {
    for (let i = 0; i < count; i++) this.word(column[i] | 0);
    return this;
  }

  /** Mixes in a double by its bit pattern, so that counts above 2^31 and clocks are exact. */
  double(value: number): this {
    SCRATCH_DOUBLE[0] = value;
    return this.word(SCRATCH_WORDS[0]).word(SCRATCH_WORDS[1]);
  }

  text(value: string): this {
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
    return this;
  }

  /** Sixteen hexadecimal digits. */
  digest(): string {
    return hex(this.a) + hex(this.b);
  }
}

const SCRATCH_DOUBLE = new Float64Array(1);
const SCRATCH_WORDS = new Int32Array(SCRATCH_DOUBLE.buffer);
const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
