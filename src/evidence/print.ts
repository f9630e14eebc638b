import { shown } from './figures.ts';
import type { Outcome, Verdict } from './verdict.ts';

const WORDS: Readonly<Record<Outcome, string>> = {
  holds: 'holds',
  partly: 'holds in part',
  fails: 'does not hold',
};

/** The verdict in a few words: under how many of its conditions, and what ends it. */
export function verdictWords(verdict: Verdict): string {
  const { outcome, held, tried, heldBeyond, triedBeyond, endsAt, withdrawn } = verdict;
  const how = outcome === 'holds' ? `${tried}` : `${held} of ${tried}`;
  const beyond =
    triedBeyond === 0
      ? ''
      : endsAt === undefined
        ? `; and beyond, under ${triedBeyond} more`
        : `; beyond them under ${heldBeyond} of ${triedBeyond}, not with ${endsAt.condition}`;
  return `${withdrawn ? 'withdrawn: ' : ''}${WORDS[outcome]} (${how} conditions${beyond})`;
}

/**
 * A few lines for people.
 * @param all every condition, not only the first under which it fails
 * @param withFigures the numbers that texts may use, by name
 */
export function verdictText(verdict: Verdict, all: boolean, withFigures: boolean): string {
  const { id, says, fails, endsAt, cases, figures, runs } = verdict;
  const lines = [`${id}  ${says}`, `      ${verdictWords(verdict)}; ${runs} runs`];
  if (all)
    for (const one of cases)
      lines.push(`      ${one.holds ? 'yes' : 'NO '}  ${one.condition}: ${one.found}`);
  else if (fails ?? endsAt)
    lines.push(`      first: ${(fails ?? endsAt)?.condition}: ${(fails ?? endsAt)?.found}`);
  if (withFigures)
    for (const { name, value, unit } of figures)
      lines.push(`      ${shown(value)} ${unit}  ${name}`);
  return lines.join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The table of docs/evidence.md. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(
    (verdict) =>
      `| ${verdict.id} | ${cell(verdict.says)} | ${cell(verdictWords(verdict))} | ${verdict.runs} |`,
  );
  return ['| | says | verdict | runs |', '|---|---|---|---|', ...rows].join('\n');
}
