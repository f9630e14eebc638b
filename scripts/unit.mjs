// Runs the unit and property tests: npm run unit -- [--quick | --few | --deep] [--watch] [path ...].
// Property tests draw their cases from a seed that is printed (seed.mjs says which); SEED=n repeats a run.
//   --quick  without the tests marked slow, and few cases for each property (npm run check)
//   --few    as few cases as --quick, and the tests marked slow
//   --deep   all cases of each property
//   --fresh  with --quick: without the files that passed with all that they import as it is
import { run } from './run.mjs';
import { seedOf } from './seed.mjs';

const args = process.argv.slice(2);
/** Takes a flag of ours out of the arguments. */
const took = (flag) => {
  const at = args.indexOf(flag);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
};
const quick = took('--quick');
const few = took('--few');
const deep = took('--deep');
const watch = took('--watch');
const remember = quick && took('--fresh');
const seed = seedOf({ deep });
const effort = deep ? 'deep' : quick ? 'quick' : few ? 'few' : 'usual';

console.log(
  `property tests: seed ${seed}, ${effort} (SEED=${seed} npm run unit -- ${effort === 'usual' ? '' : `--${effort} `}path repeats them)`,
);
process.exit(
  run(
    'vitest',
    [
      watch ? 'watch' : 'run',
      ...(quick ? ['--tagsFilter=!slow'] : []),
      ...(remember ? ['--reporter=./scripts/remember-passed.ts'] : []),
      ...args,
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, SEED: seed, EFFORT: effort, ...(remember ? { REMEMBER: '1' } : {}) },
    },
  ),
);
