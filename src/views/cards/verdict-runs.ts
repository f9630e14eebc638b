import {
  KNOB_IDS,
  type KnobId,
  type KnobValues,
  whyInapplicable,
} from '../../engine/knobs/index.ts';
import { knobWords } from '../../engine/knobs/words.ts';
import type { Verdict } from '../../engine/verdict.ts';
import { jobs } from '../../live/jobs.ts';
import { CallError } from '../../worker/link.ts';

/** Seeds of chance that a strip has. */
export const SEEDS: readonly number[] = Array.from({ length: 20 }, (_, i) => i + 1);
/** A run that is not over by then counts as having passed. */
const MOST_OPS = 100_000_000;

/** One cell: how the run of a seed came out; undefined: not known yet. */
export type Cell = Pick<Verdict, 'passed' | 'endedBy'> | 'failed' | undefined;

/** Cells that are known, and of these those that passed. */
export const known = (cells: readonly Cell[]): number =>
  cells.filter((cell) => cell !== undefined).length;
export const passed = (cells: readonly Cell[]): number =>
  cells.filter((cell) => typeof cell === 'object' && cell.passed).length;

/** The runs of a strip: the same knobs under each seed of chance. */
export const stripKnobs = (knobs: KnobValues): readonly KnobValues[] =>
  SEEDS.map((mixedSeed) => ({ ...knobs, mixedSeed }));

/** What no document states of its runs: the seed of chance, and the calibrated share. */
const UNSTATED: ReadonlySet<KnobId> = new Set<KnobId>(['mixedSeed', 'lookAlikeProb']);

/**
 * What to say beside a document's runs where they were made with other settings than a strip's.
 * @param theirs the knobs that the document's runs are of; undefined: there is no document
 */
export function otherSettings(theirs: KnobValues | undefined, here: KnobValues): string {
  if (theirs === undefined) return '';
  const others = KNOB_IDS.filter((id) => !UNSTATED.has(id) && theirs[id] !== here[id]);
  if (others.length === 0) return '';
  const said = others.slice(0, MOST_NAMED).map((id) => {
    const value = theirs[id];
    return `${knobWords(id).label} ${typeof value === 'number' ? value.toLocaleString('en-US') : String(value)}`;
  });
  const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : '';
  return `; with other settings than here: ${said.join(', ')}${more}`;
}
/** Knobs that a label names. */
const MOST_NAMED = 3;

/** What a curve goes over, and where: values of the knob, small ones closer. */
export const CURVES = {
  lookAlikeProb: [0, 0.1, 0.3, 0.55, 1, 5],
  oomRate: [0, 2, 5, 10, 20],
} as const satisfies Partial<Record<KnobId, readonly number[]>>;
export type CurveKnob = keyof typeof CURVES;

/** Why a curve over a knob would be level, in a sentence; undefined: it may not be. */
export const whyLevel = (knob: CurveKnob, knobs: KnobValues): string | undefined =>
  whyInapplicable(knob, knobs);

/**
 * Has whole runs made by the page's pool of workers.
 * @param said told of each run that is over, by its place in the list
 * @returns a function that gives up; nothing is told after it
 */
export function runVerdicts(
  list: readonly KnobValues[],
  said: (index: number, cell: Exclude<Cell, undefined>) => void,
  pool = jobs(),
): () => void {
  const aborts = list.map((knobs, index) => {
    const abort = new AbortController();
    const { signal } = abort;
    pool
      .run('verdict', { knobs, maxOps: MOST_OPS }, { signal, priority: -1 })
      .then(
        (verdict) => verdict,
        (error: unknown) => {
          if (!(error instanceof CallError)) throw error;
          return 'failed' as const;
        },
      )
      .then((cell) => {
        if (!signal.aborted) said(index, cell);
      });
    return abort;
  });
  return () => {
    for (const abort of aborts) abort.abort();
  };
}
