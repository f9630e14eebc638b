import { KNOB_IDS, knobDef } from '../../engine/knobs/index.ts';
import { cellKnobs, cellsOf, type Experiment } from '../experiment.ts';
import { numbersIn } from './numbers.ts';

/**
 * What a sentence may say that it rests on.
 * - `O-12`: an experiment. Its numbers must be figures of it, or settings.
 * - `document`: what a document says. Its numbers must be among those that are noted in documents.ts or presets.
 * - `test: src/….test.ts`: a test that holds these very numbers.
 * - `measured`: measured on some machine, which the page names; nothing here can make it again.
 * - `given`: a definition, a setting, or something that follows from one; no result of a run.
 */
export type Tie =
  | { readonly kind: 'experiment'; readonly id: string }
  | { readonly kind: 'document' }
  | { readonly kind: 'test'; readonly path: string }
  | { readonly kind: 'measured' }
  | { readonly kind: 'given' };

/** Reads one of the words after which a sentence stands; undefined: it is none of them. */
export function parseTie(text: string): Tie | undefined {
  if (/^O-\d+[a-z]?$/.test(text)) return { kind: 'experiment', id: text };
  if (text === 'document' || text === 'measured' || text === 'given') return { kind: text };
  const test = /^test: (src\/[\w/.-]+\.test\.ts)$/.exec(text);
  return test ? { kind: 'test', path: test[1] } : undefined;
}

/** Numbers that are settings of an experiment: of its knobs, names, lengths and seeds. */
export function settingsOf(experiment: Experiment): number[] {
  const found = new Set<number>();
  for (const cell of cellsOf(experiment)) {
    const knobs = cellKnobs(cell);
    for (const id of KNOB_IDS) {
      const value = knobs[id];
      if (typeof value !== 'number') continue;
      const own = [experiment.base, cell.condition.knobs, cell.lane.knobs].some(
        (some) => id in some,
      );
      if (own || value === knobDef(id).default) for (const one of asWritten(value)) found.add(one);
    }
  }
  const names = [...experiment.lanes, ...experiment.conditions].map(({ name }) => name);
  for (const { value } of names.flatMap(numbersIn)) found.add(value);
  for (const reading of experiment.readings) if (reading !== 'end') found.add(reading);
  for (const count of [experiment.seeds.length, experiment.readings.length]) found.add(count);
  return [...found];
}

/** A setting in the units that texts use: KiB and MiB of bytes, ms and s of µs. */
const asWritten = (value: number): number[] => [
  value,
  value / 1024,
  value / 2 ** 20,
  value / 1000,
  value / 1e6,
];
