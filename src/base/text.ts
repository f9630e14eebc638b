/** Halves of surrogate pairs that stand alone: no encoder takes them. */
const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** The beginning of a text, at most so many UTF-16 units, without a character cut in two. */
export const clip = (text: string, most: number): string => text.slice(0, most).replace(LONE, '');

/**
 * Characters that act instead of being seen: controls (a terminal obeys them), formats (which turn text
 * round or hide it), halves of pairs, and separators of lines and paragraphs.
 */
const ACTING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text in which every character that would act is written out: `\x1b[31m`, `\u202e`. One line, always. */
export const visible = (text: string): string =>
  text.replace(ACTING, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
    return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
  });
