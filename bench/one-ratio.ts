import { AGAINST_NATIVE, cpuNs, generatorNs, SUBJECTS } from './subjects.ts';

/** Measurements of one process; some before them warm it up and do not count. */
const REPEATS = 11;
const WARM_UP = 6;

/**
 * `run-ts.mjs bench/one-ratio.ts NAME`: prints the ratios that this process finds for one subject, each between a
 * measurement of the yardstick just before and one just after. A process of its own, so that what
 * the compiler has learned from other subjects changes nothing.
 */
const name = process.argv[2];
const subject = [...SUBJECTS, ...AGAINST_NATIVE].find((one) => one.name === name);
if (!subject) throw new Error(`no subject ${name}`);
const { prepare, yardstick = generatorNs } = subject;
const work = prepare();
for (let i = 0; i < WARM_UP; i++) {
  cpuNs(work);
  yardstick();
}
let before = yardstick();
const ratios: number[] = [];
for (let i = 0; i < REPEATS; i++) {
  const ns = cpuNs(work);
  const after = yardstick();
  ratios.push((before + after) / 2 / ns);
  before = after;
}
console.log(JSON.stringify(ratios));
