import type { Passage } from './passage.ts';

/**
 * Whether a sentence states a result: a number that a run gives, or a comparison of ways to manage memory. It
 * looks for words, so it can be wrong; samples in detect.test.ts hold it to both sides.
 */

/** What our results are about. */
const SUBJECT =
  /\b(?:pages?|SuperSlabs?|spans?|adopt\w*|CDA|S[123]|routes?|owner priority|owners?|orphans?|thresholds?|queue(?:s|d|ing)?|re-?enqueue\w*|trim\w*|counters?|reuse[sd]?|wakers?|sleepers?|domino(?:es)?|lives|life|map entries|resident|mapped|memory|heap|throughput|graveyard|partial list|polic(?:y|ies)|drain\w*|wake-ups?|chains?|blocks?|fragment\w*|coalesc\w*|stacks?)\b/i;

/** Words that compare or judge. */
const VERDICT = [
  /\b(?:fewer|fewest)\b/i,
  /\bas (?:few|many|little|much) (?:\w+ )?as\b/i,
  /\b(?:makes?|needs?|gives?|costs?|takes?|keeps?|holds?|reuses?) (?:the )?(?:most|least)\b/i,
  /\b(?:best|worst)\b/i,
  /\b(?:faster|slower|cheaper|dearer|worse|better)\b/i,
  /\bmultipl(?:y|ies)\b/i,
  /\b(?:next to|almost) (?:nothing|none)\b/i,
  /\bno (?:effect|growth|more pages|fewer)\b/i,
  /\b(?:contradict(?:s|ed)?|reproduce[sd]?|refuted?|blames?)\b/i,
  /\b(?:flat|level|linear(?:ly)?|steady)\b(?!-)/i,
  /\b(?:grows?|growing|climbs?)\b/i,
  /\b(?:leaks?|strands?|cures?)\b/i,
  /\b(?:do(?:es)? not|no longer|must not|cannot) (?:change|grow|depend|help)s?\b/i,
  /\b(?:the same|equal) (?:count|number|slope)\b/i,
  /\b(?:is|are) (?:not )?(?:the|its|their) cause\b/i,
  /\balone is enough\b/i,
  /\bfor good\b/i,
  /\bnever (?:more|fewer|less|reach\w*|grow\w*|need\w*|shrink\w*|f[ae]ll\w*|gives?|comes?|frees?|ends?)\b/i,
  /\b(?:not one (?:of|adoption|page)|almost all|almost every|hardly any|nothing (?:is (?:lost|freed|reused)|passes|grows))\b/i,
  /\bonly (?:later|a longer)\b/i,
  /\bfigures? to the (?:page|digit|byte)\b/i,
];

const NUMBER = String.raw`\d[\d,]*(?:\.\d+)?`;
const WORD = '(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred)';
/** What is counted or measured of a run. */
const COUNTED =
  '(?:new )?(?:pages|SuperSlabs|lives|adoptions|wake-ups|lost edges|refusals|map entries|dominoes|drains)';
/** Numbers that only a run gives. */
const RESULT_NUMBERS = [
  new RegExp(
    `(?:${NUMBER}|${WORD}) times\\b(?! (?:the|in|a) (?:size|window|row|turn|second))`,
    'i',
  ),
  new RegExp(`${NUMBER} %`),
  new RegExp(`(?:${NUMBER}|\\b${WORD}) ${COUNTED}\\b`, 'i'),
  new RegExp(`${NUMBER} [MK]? ?(?:ops/s|operations (?:a|per) second|swaps/s)`, 'i'),
  /\b\d+\.\d+ (?:s|ms|GiB|MiB|seconds)\b/,
  /\b\d+(?:\.\d+)? : \d/,
  /\b(?!(?:1,024|2,048|4,096|65,53[01])\b)\d{1,3}(?:,\d{3})+\b(?! (?:B|KiB|bytes|entries|chunks|slots|blocks|random|characters|swaps|operations))/,
];
/** Lengths and settings, which no run gives. */
const SETTINGS =
  /(?:\b(?:within|after|over|for|in|of|at most|up to|a|every|first|per)|\/) \d[\d,]*(?:\.\d+)?(?: [MK])? (?:operations|ops|swaps|cases|runs|ms)\b/gi;

/** What makes it a result, in the words found; undefined: it states none. */
export function statesResult(passage: Pick<Passage, 'text' | 'table'>): string | undefined {
  if (passage.table !== undefined) return tableResult(passage.table);
  // Code is quoted, and {names} are filled from the run that is on screen.
  const text = passage.text.replace(/`[^`]*`/g, '`code`').replace(SETTINGS, '');
  for (const pattern of RESULT_NUMBERS) {
    const found = pattern.exec(text);
    if (found) return found[0];
  }
  if (!SUBJECT.test(text)) return undefined;
  for (const pattern of VERDICT) {
    const found = pattern.exec(text);
    if (found) return found[0];
  }
  return undefined;
}

const NUMERIC_CELL = new RegExp(
  `^[*~±−+-]*${NUMBER}(?: ?(?:%|[a-zA-Zµ/]+))?(?: ?(?:\\([^)]*\\)|to ${NUMBER}.*))?$`,
);

/** A table states results when it has at least two cells that are numbers. */
function tableResult(table: readonly (readonly string[])[]): string | undefined {
  const numbers = table
    .slice(1)
    .flatMap((row) => row.slice(1))
    .filter((text) => NUMERIC_CELL.test(text));
  return numbers.length >= 2 ? numbers[0] : undefined;
}
