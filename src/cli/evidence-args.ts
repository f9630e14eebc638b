import { ok, type Result } from '../base/result.ts';
import { quoted } from '../engine/recipe-parse.ts';
import { experimentById } from '../evidence/list.ts';
import {
  flag,
  HELP_OPTION,
  helpText,
  type Option,
  parseOptions,
  usage,
  type WithFlags,
  wholeNumber,
} from './options.ts';

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

interface Draft extends WithFlags {
  readonly ids: string[];
  jobs?: number;
}

const OPTIONS: readonly Option<Draft>[] = [
  {
    name: '--id',
    value: 'O-NN',
    help: ['only this experiment, with all its conditions; may be repeated'],
    repeats: true,
    take: ({ ids }, id) => {
      if (!experimentById(id)) return usage(`There is no experiment ${quoted(id)}.`);
      ids.push(id);
      return undefined;
    },
  },
  flag('--deep', 'make all runs anew (all experiments: minutes)'),
  flag('--keep', 'keep their readings, and the table of docs/evidence.md; implies --deep'),
  flag('--figures', 'the numbers that texts may use, by name'),
  {
    name: '--jobs',
    value: 'N',
    help: ['threads; one fewer than there are cores unless given'],
    take: (out, text) => {
      const jobs = wholeNumber('--jobs', text, 1, MOST_JOBS);
      if (!jobs.ok) return jobs.error;
      out.jobs = jobs.value;
      return undefined;
    },
  },
  flag('--json', 'one JSON object per line and experiment'),
  HELP_OPTION,
];

export const HELP = helpText(
  'evidence',
  [
    'Says of each of our sentences whether it holds. Without --deep: from the readings kept in',
    'src/evidence/fixtures, after one run of each experiment was made again and compared with them;',
    'exit status 1 when a verdict is not as it should be or kept readings are stale.',
  ],
  OPTIONS,
);

/** Reads the command line. One clear sentence for whatever cannot be meant. */
export function parseEvidenceArgs(argv: readonly string[]): Result<EvidenceArgs> {
  const parsed = parseOptions(OPTIONS, argv, { help: false, flags: new Set(), ids: [] } as Draft);
  if (!parsed.ok) return parsed;
  const { ids, flags, help, jobs } = parsed.value;
  return ok({
    ids,
    deep: flags.has('--deep') || flags.has('--keep'),
    keep: flags.has('--keep'),
    figures: flags.has('--figures'),
    json: flags.has('--json'),
    help,
    jobs,
  });
}
