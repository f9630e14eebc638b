/** What full-size tests use of the engine, bundled by scripts/engine-bundle.mjs. */
export { TinySimulation } from '../allocators/tiny/simulation.ts';
export { resolveKnobs } from '../knobs/index.ts';
export { presetById, variantKnobs } from '../presets.ts';
export { derive } from '../report.ts';
export { createSimulation } from '../simulation.ts';
export { C } from '../telemetry/counters.ts';
