import { KNOB_IDS, knobDef } from '../../engine/knobs/index.ts';
import type { Experiment } from '../experiment.ts';
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

/** Every knob's default, as texts may write it. */
const DEFAULTS: readonly number[] = KNOB_IDS.map((id) => knobDef(id).default)
  .filter((value) => typeof value === 'number')
  .flatMap((value) => asWritten(value));

/** Numbers that are settings of an experiment: of its knobs, names, lengths and seeds. */
export function settingsOf(experiment: Experiment): number[] {
  const { base, lanes, conditions, readings, seeds, seedKnob } = experiment;
  const turned = [base, ...lanes.map(({ knobs }) => knobs), ...conditions.map(({ knobs }) => knobs)]
    .flatMap((knobs) => Object.values(knobs))
    .filter((value) => typeof value === 'number')
    .flatMap(asWritten);
  const named = [...lanes, ...conditions].flatMap(({ name }) => numbersIn(name));
  return [
    ...new Set([
      ...DEFAULTS,
      ...turned,
      ...named.map(({ value }) => value),
      ...readings.filter((reading) => reading !== 'end'),
      ...(seedKnob === undefined ? seeds : []),
      seeds.length,
      readings.length,
    ]),
  ];
}

/** A setting in the units that texts use: KiB and MiB of bytes, ms and s of µs. */
function asWritten(value: number): number[] {
  return [value, value / 1024, value / 2 ** 20, value / 1000, value / 1e6];
}
