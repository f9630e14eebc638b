/** What full-size tests use of the engine, bundled by scripts/engine-bundle.mjs. */
export { TinySimulation } from '../allocators/tiny/simulation.ts';
export { resolveKnobs } from '../knobs.ts';
export { derive } from '../report.ts';
