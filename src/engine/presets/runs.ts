import { FIRST_PRESET, PRESETS, type Preset, type Variant } from '../presets.ts';

/** What a scenario runs, without what is said of it. */
export type Scenario = Pick<Preset, 'id' | 'scenario' | 'title' | 'knobs' | 'lanes' | 'speed'> & {
  readonly variants: readonly Pick<Variant, 'name' | 'knobs'>[];
};

/**
 * Data alone: the page's build works these out and writes them down as values (vite.config.ts), so that questions,
 * stories, notes and figures of documents, which the first picture does without, come in a file of their own.
 */
export const SCENARIOS: readonly Scenario[] = PRESETS.map(
  ({ id, scenario, title, knobs, lanes, speed, variants }) => ({
    id,
    scenario,
    title,
    knobs,
    ...(lanes === undefined ? {} : { lanes }),
    speed,
    variants: variants.map((variant) => ({ name: variant.name, knobs: variant.knobs })),
  }),
);
/** What a first visit plays. */
export const FIRST_SCENARIO = FIRST_PRESET;
