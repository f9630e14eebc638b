import { assert } from '../base/assert.ts';
import { verdictTable } from './print.ts';
import type { Verdict } from './verdict.ts';

const BEGIN = '<!-- table: made by npm run evidence -- --keep -->';
const END = '<!-- end of the table -->';

/** The text of docs/evidence.md with its table made anew. */
export function withTable(text: string, verdicts: readonly Verdict[]): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  assert(begin >= 0 && end > begin, `docs/evidence.md needs ${BEGIN} and ${END}`);
  return `${text.slice(0, begin)}${BEGIN}\n\n${verdictTable(verdicts)}\n\n${text.slice(end)}`;
}

/** The text of docs/evidence.md without its table, whose sentences are read where they are written. */
export function withoutTable(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  return begin < 0 || end < begin ? text : text.slice(0, begin) + text.slice(end + END.length);
}
