/**
 * Arrays of a program's state as one array of words, and back. A part of the wrong length is a fault of
 * ours, so it throws.
 */

/** The parts one after the other, each behind its length. */
export function packWords(parts: readonly Int32Array[]): Int32Array {
  let length = 0;
  for (const part of parts) length += 1 + part.length;
  const words = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    words[at] = part.length;
    words.set(part, at + 1);
    at += 1 + part.length;
  }
  return words;
}

/** The parts of packed words, as views into them. */
export function unpackWords(words: Int32Array): Int32Array[] {
  const parts: Int32Array[] = [];
  for (let at = 0; at < words.length; at += 1 + words[at]) {
    if (words[at] < 0 || at + 1 + words[at] > words.length)
      throw new Error('words of a program are cut short');
    parts.push(words.subarray(at + 1, at + 1 + words[at]));
  }
  return parts;
}
