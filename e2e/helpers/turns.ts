/** Whether journeys try all that they take in turns: `npm test -- --deep`. */
const DEEP = process.env.EFFORT === 'deep';
const SEED = Number(process.env.SEED);

/** Of things that take long to try: every `nth`, others with another seed (scripts/seed.mjs), all with `--deep`. */
export const some = <T>(all: readonly T[], nth: number): T[] =>
  all.filter((_, i) => DEEP || i % nth === SEED % nth);
