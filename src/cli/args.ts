import { fail, ok, type Result } from '../base/result.ts';
import { readActText } from '../engine/interventions.ts';
import { isKnobId, KNOB_IDS, type KnobValues } from '../engine/knobs/index.ts';
import { PROGRAM_IDS } from '../engine/programs/index.ts';
import type { ActEdit } from '../engine/recipe.ts';
import { MAX_OPS, nearest, parseAct, parseKnobValue, quoted } from '../engine/recipe-parse.ts';

export interface SimArgs {
  readonly preset?: string;
  readonly recipeFile?: string;
  /** Variant by name or number from 0; all when undefined. */
  readonly variant?: string;
  readonly knobs: Partial<KnobValues>;
  /** Interventions, in every variant or lane. */
  readonly acts: readonly ActEdit[];
  readonly ops?: number;
  readonly json: boolean;
  readonly audit: boolean;
  readonly list: boolean;
  readonly help: boolean;
  readonly eventsFile?: string;
  readonly csvFile?: string;
  readonly perfettoFile?: string;
}

const WITH_VALUE = [
  '--preset',
  '--recipe',
  '--variant',
  '--set',
  '--act',
  '--ops',
  '--seed',
  '--workload',
  '--events',
  '--csv',
  '--perfetto',
];
const FLAGS = ['--json', '--audit', '--list', '--help'];

export const HELP = `npm run sim -- [options]
  --preset ID          run every variant of a preset (see --list)
  --recipe FILE        run a recipe file
  --variant NAME|N     only this variant
  --set KNOB=VALUE     turn a knob; may be repeated; LANE.KNOB=VALUE is accepted with lane 0
  --act OP:ACT:SUBJECT[.SLOT]:AMOUNT
                       an intervention as links write it; may be repeated, e.g. 0:malloc:1.3:100
  --workload NAME      ${PROGRAM_IDS.join(', ')}
  --ops N              stop after N operations
  --seed S             Larson's seed
  --json               one JSON object per line and variant
  --events FILE        write the kept events as CSV
  --csv FILE           write the history series as CSV
  --perfetto FILE      write the kept events as Chrome trace JSON (ui.perfetto.dev)
  --audit              check every invariant at the end (exit 1 when one fails)
  --list               presets and knobs
Exit status: 0 for any completed run, 2 for bad input, 1 for a fault of ours.`;

/** Reads the command line. One clear sentence for whatever cannot be meant. */
export function parseArgs(argv: readonly string[]): Result<SimArgs> {
  const knobs: Record<string, unknown> = {};
  const out: { -readonly [Key in keyof SimArgs]: SimArgs[Key] } = {
    knobs: {},
    acts: [],
    json: false,
    audit: false,
    list: false,
    help: false,
  };
  for (let i = 0; i < argv.length; i++) {
    const cut = argv[i].indexOf('=');
    const name = argv[i].startsWith('--') && cut > 0 ? argv[i].slice(0, cut) : argv[i];
    if (FLAGS.includes(name)) {
      if (name !== argv[i]) return fail('E_USAGE', `${name} takes no value.`);
      out[name.slice(2) as 'json' | 'audit' | 'list' | 'help'] = true;
      continue;
    }
    if (!WITH_VALUE.includes(name)) {
      const near = nearest(name, [...WITH_VALUE, ...FLAGS]);
      return fail(
        'E_USAGE',
        `There is no option ${quoted(argv[i])}${near ? `; did you mean ${near}?` : '.'}`,
      );
    }
    const value = name === argv[i] ? argv[++i] : argv[i].slice(cut + 1);
    if (value === undefined || value === '') return fail('E_USAGE', `${name} needs a value.`);
    const problem = option(name, value, out, knobs);
    if (problem) return problem;
  }
  if (out.preset !== undefined && out.recipeFile !== undefined) {
    return fail('E_USAGE', 'Give a preset or a recipe file, not both.');
  }
  out.knobs = knobs as Partial<KnobValues>;
  return ok(out);
}

function option(
  name: string,
  value: string,
  out: { -readonly [Key in keyof SimArgs]: SimArgs[Key] },
  knobs: Record<string, unknown>,
): Result<SimArgs> | undefined {
  switch (name) {
    case '--preset':
      out.preset = value;
      return undefined;
    case '--recipe':
      out.recipeFile = value;
      return undefined;
    case '--variant':
      out.variant = value;
      return undefined;
    case '--events':
      out.eventsFile = value;
      return undefined;
    case '--csv':
      out.csvFile = value;
      return undefined;
    case '--perfetto':
      out.perfettoFile = value;
      return undefined;
    case '--act': {
      const fields = readActText(value);
      if (fields === undefined || value.split(':').length > 4)
        return fail(
          'E_USAGE',
          `--act needs OP:ACT:SUBJECT[.SLOT]:AMOUNT, such as 0:malloc:1.3:100, not ${quoted(value)}.`,
        );
      const act = parseAct(fields);
      if (!act.ok) return act;
      const op = Number(fields.op);
      if (op > MAX_OPS)
        return fail(
          'E_RANGE',
          `An intervention is at operation 0 to ${MAX_OPS.toLocaleString('en-US')}, not ${op.toLocaleString('en-US')}.`,
        );
      out.acts = [...out.acts, { op, lane: 0, ...act.value }];
      return undefined;
    }
    case '--ops': {
      const ops = /^\d{1,16}(e\d{1,2})?$/i.test(value) ? Number(value) : Number.NaN;
      if (!(ops >= 1 && ops <= MAX_OPS)) {
        return fail(
          'E_RANGE',
          `--ops goes from 1 to ${MAX_OPS.toLocaleString('en-US')}, not ${quoted(value)}.`,
        );
      }
      out.ops = ops;
      return undefined;
    }
    case '--seed':
      return knob('seed', value, knobs);
    case '--workload':
      return knob('workload', value, knobs);
    default: {
      const cut = value.indexOf('=');
      if (cut < 1) return fail('E_USAGE', `--set needs KNOB=VALUE, not ${quoted(value)}.`);
      return knob(value.slice(0, cut).replace(/^(?:0|A)\./, ''), value.slice(cut + 1), knobs);
    }
  }
}

function knob(
  id: string,
  value: string,
  knobs: Record<string, unknown>,
): Result<SimArgs> | undefined {
  if (!isKnobId(id)) {
    const near = nearest(id, KNOB_IDS);
    return fail(
      'E_KNOB',
      `There is no knob ${quoted(id)}${near ? `; did you mean ${near}?` : ' (see --list).'}`,
    );
  }
  const parsed = parseKnobValue(id, value);
  if (!parsed.ok) return parsed;
  knobs[id] = parsed.value;
  return undefined;
}
