import { fail, ok, type Result } from '../base/result.ts';
import { experimentById } from '../evidence/list.ts';

export interface EvidenceArgs {
  /** Empty: all. */
  readonly ids: readonly string[];
  readonly deep: boolean;
  readonly keep: boolean;
  readonly figures: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** Threads; undefined: one fewer than there are cores. */
  readonly jobs: number | undefined;
}

const MOST_JOBS = 256;

export const HELP = `npm run evidence -- [options]
Says of each of our sentences whether it holds. Without --deep: from the readings kept in
src/evidence/fixtures, after one run of each experiment was made again and compared with them.
  --id O-NN   only this experiment, with all its conditions; may be repeated
  --deep      make all runs anew (all experiments: minutes)
  --keep      keep their readings, and the table of docs/evidence.md; implies --deep
  --figures   the numbers that texts may use, by name
  --jobs N    threads; one fewer than there are cores unless given
  --json      one JSON object per line and experiment
Exit status: 0 when every verdict is as it should be, 1 when one is not or kept readings are stale, 2 for bad input.`;

/** Reads the command line. One clear sentence for whatever cannot be meant. */
export function parseEvidenceArgs(argv: readonly string[]): Result<EvidenceArgs> {
  const ids: string[] = [];
  const flags = new Set<string>();
  let jobs: number | undefined;
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i];
    switch (name) {
      case '--id': {
        const id = argv[++i] ?? '';
        if (!experimentById(id)) return fail('E_USAGE', `There is no experiment “${id}”.`);
        ids.push(id);
        break;
      }
      case '--jobs': {
        jobs = Number(argv[++i]);
        if (!(Number.isInteger(jobs) && jobs >= 1 && jobs <= MOST_JOBS))
          return fail('E_RANGE', `--jobs goes from 1 to ${MOST_JOBS}.`);
        break;
      }
      case '--deep':
      case '--keep':
      case '--figures':
      case '--json':
      case '--help':
        flags.add(name);
        break;
      default:
        return fail('E_USAGE', `There is no option “${name}”; --help lists them.`);
    }
  }
  return ok({
    ids,
    deep: flags.has('--deep') || flags.has('--keep'),
    keep: flags.has('--keep'),
    figures: flags.has('--figures'),
    json: flags.has('--json'),
    help: flags.has('--help'),
    jobs,
  });
}
