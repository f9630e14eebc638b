/** Halves of surrogate pairs that stand alone: no encoder takes them. */
const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** The beginning of a text, at most so many UTF-16 units, without a character cut in two. */
export const clip = (text: string, most: number): string => text.slice(0, most).replace(LONE, '');
