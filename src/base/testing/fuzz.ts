import fc from 'fast-check';

/**
 * Seed of every property test of this run. scripts/unit.mjs draws a new one each time and prints it;
 * `SEED=n npm run unit -- path` draws the same cases again.
 */
export const SEED = Number(process.env.SEED);
if (!Number.isInteger(SEED)) throw new Error(`SEED is a whole number, not “${process.env.SEED}”.`);

/** Parts of the full number of cases that a run tries, and the least: see scripts/unit.mjs. */
const EFFORTS = {
  /** `npm run check`. */
  quick: { share: 1 / 60, least: 3 },
  /** For tests of what is made from templates. */
  few: { share: 1 / 60, least: 3 },
  usual: { share: 1 / 5, least: 25 },
  /** `npm test -- --deep`. */
  deep: { share: 1, least: 0 },
};
const EFFORT = process.env.EFFORT ?? 'usual';
const effort = Object.entries(EFFORTS).find(([name]) => name === EFFORT)?.[1];
if (!effort)
  throw new Error(`EFFORT is one of ${Object.keys(EFFORTS).join(', ')}; it is ${EFFORT}.`);
const { share, least } = effort;

/** Whether every property tries all its cases, and runs are as long as the documents'. */
export const DEEP = EFFORT === 'deep';

/**
 * How many cases a property tries: all of `full` with `--deep`, otherwise a part of them. The seed
 * rotates, so that cases left out today are tried on other days.
 */
export const cases = (full: number): { numRuns: number } => ({
  numRuns: Math.min(full, Math.max(least, Math.ceil(full * share))),
});

/**
 * Of a list of cases each of which takes long: every `nth`, others on other days; all of them with `--deep`.
 */
export const some = <T>(all: readonly T[], nth: number): T[] =>
  all.filter((_, i) => DEEP || i % nth === SEED % nth);

/** The seed of all properties, and the number of cases of those that do not say one. */
fc.configureGlobal({ seed: SEED, ...cases(100) });
