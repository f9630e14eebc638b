import { SCENARIOS, type Scenario } from './presets/runs.ts';

export { FIRST_SCENARIO, SCENARIOS, type Scenario } from './presets/runs.ts';
export { variantKnobs } from './presets/variant.ts';

/** The scenario with this id, or undefined. */
export const scenarioById = (id: string): Scenario | undefined =>
  SCENARIOS.find((scenario) => scenario.id === id);
