import fc from 'fast-check';

/**
 * Seed of every property test of this run. scripts/unit.mjs takes it from the files (scripts/seed.mjs) and prints it;
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
  usual: { share: 1 / 10, least: 12 },
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
export function some<T>(all: readonly T[], nth: number): T[] {
  // Two lists are out of step: all that lies in both comes together with all of the other one day.
  let salt = 0;
  for (const letter of all.join()) salt = (salt * 31 + letter.charCodeAt(0)) % 9973;
  return all.filter((_, i) => inTurn(i + Math.floor(SEED / (1 + (salt % 97))), nth));
}

/** Whether the `i`th of tests that take long has its turn: every `nth`, others on other days; all with `--deep`. */
export const inTurn = (i: number, nth: number): boolean => DEEP || i % nth === SEED % nth;

/** The seed of all properties, and the number of cases of those that do not say one. */
fc.configureGlobal({ seed: SEED, ...cases(100) });
