import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { readActText } from '../engine/interventions.ts';
import {
  isKnobId,
  KNOB_IDS,
  type KnobId,
  type KnobValues,
  knobDef,
} from '../engine/knobs/index.ts';
import { knobWords } from '../engine/knobs/words.ts';
import { presetById } from '../engine/presets.ts';
import { PROGRAM_IDS } from '../engine/programs/index.ts';
import type { Edit } from '../engine/recipe.ts';
import { MAX_OPS, nearest, parseAct, parseKnobValue, quoted } from '../engine/recipe-parse.ts';
import { FORMAT_NAMES } from '../traces/formats/index.ts';
import {
  flag,
  HELP_OPTION,
  helpText,
  type Option,
  parseOptions,
  usage,
  type WithHelp,
  wholeNumber,
} from './options.ts';

/** What is written to a file beside what is printed. */
export const OUTPUTS = ['events', 'csv', 'perfetto', 'calls'] as const;
export type OutputKind = (typeof OUTPUTS)[number];

/** A recorded trace, and what of it is meant. */
export interface TraceArgs {
  readonly file: string;
  readonly process?: number;
  readonly member?: string;
  readonly skip: number;
  readonly take?: number;
  /** It is only read, not run. */
  readonly readOnly: boolean;
}

export interface SimArgs {
  readonly preset?: string;
  /** `-` is standard input. */
  readonly recipeFile?: string;
  /** A recorded trace; `-` is standard input. */
  readonly trace?: TraceArgs;
  /** Variant by name or number from 0; all when undefined. */
  readonly variant?: string;
  readonly knobs: Partial<KnobValues>;
  /** Interventions and turned knobs, in every variant or lane, in the order in which they were given. */
  readonly edits: readonly Edit[];
  /** Operation at which each run stops; undefined: where it ends by itself. */
  readonly ops?: number;
  /** The option that said where to stop. */
  readonly opsFrom?: '--ops' | '--at';
  readonly json: boolean;
  readonly audit: boolean;
  readonly dump: boolean;
  readonly list: boolean;
  readonly help: boolean;
  readonly files: Readonly<Partial<Record<OutputKind, string>>>;
}

interface Draft extends WithHelp {
  preset?: string;
  recipeFile?: string;
  variant?: string;
  trace?: string;
  process?: number;
  member?: string;
  skip?: number;
  take?: number;
  readonly knobs: Record<string, unknown>;
  readonly edits: Edit[];
  ops?: number;
  at?: number;
  readonly flags: Set<string>;
  readonly files: Partial<Record<OutputKind, string>>;
}

const text = (
  name: Option<Draft>['name'],
  value: string,
  help: string,
  set: (out: Draft, value: string) => void,
): Option<Draft> => ({
  name,
  value,
  help: [help],
  take: (out, given) => {
    set(out, given);
    return undefined;
  },
});

const count = (
  name: '--ops' | '--at' | '--skip' | '--take' | '--process',
  least: number,
  help: string,
  set: (out: Draft, value: number) => void,
): Option<Draft> => ({
  name,
  value: 'N',
  help: [help],
  take: (out, given) => {
    const number = wholeNumber(name, given, least, MAX_OPS);
    if (!number.ok) return number.error;
    set(out, number.value);
    return undefined;
  },
});

const file = (kind: OutputKind, help: string): Option<Draft> =>
  text(`--${kind}`, 'FILE', help, (out, value) => {
    out.files[kind] = value;
  });

const OPTIONS: readonly Option<Draft>[] = [
  text('--preset', 'ID', 'run every variant of a preset (see --list)', (out, value) => {
    out.preset = value;
  }),
  text('--recipe', 'FILE', 'run a recipe file; - reads standard input', (out, value) => {
    out.recipeFile = value;
  }),
  {
    name: '--trace',
    value: 'FILE',
    help: [
      'run a recorded trace, plain, gzip or zip; - reads standard input:',
      `${FORMAT_NAMES.slice(0, 5).join(', ')},`,
      FORMAT_NAMES.slice(5).join(', '),
    ],
    take: (out, value) => {
      out.trace = value;
      return undefined;
    },
  },
  count('--process', 0, 'of a trace with several processes this one', (out, value) => {
    out.process = value;
  }),
  text('--member', 'NAME', 'of a zip archive with several traces this one', (out, value) => {
    out.member = value;
  }),
  count('--skip', 0, 'begin a trace after N calls, with what is live then', (out, value) => {
    out.skip = value;
  }),
  count('--take', 1, 'end a trace after N calls', (out, value) => {
    out.take = value;
  }),
  flag('--read-only', 'with --trace: say what is in the file, and run nothing'),
  text(
    '--variant',
    'NAME|N',
    'only this variant of the preset, by name or from 0',
    (out, value) => {
      out.variant = value;
    },
  ),
  {
    name: '--set',
    value: 'KNOB=VALUE',
    help: ['turn a knob at the start; may be repeated'],
    repeats: true,
    take: (out, value) => {
      const cut = value.indexOf('=');
      if (cut < 1) return usage(`--set needs KNOB=VALUE, not ${quoted(value)}.`);
      // What the first lane is called in links and on the page.
      const id = value.slice(0, cut).replace(/^(?:0|A)\./, '');
      return takeKnob(id, value.slice(cut + 1), out);
    },
  },
  {
    name: '--act',
    value: 'OP:ACT:SUBJECT[.SLOT]:AMOUNT',
    help: ['an intervention as links write it; may be repeated, e.g. 0:malloc:1.3:100'],
    repeats: true,
    take: takeAct,
  },
  {
    name: '--turn',
    value: 'OP:KNOB=VALUE',
    help: ['turn a knob at an operation of the run; may be repeated'],
    repeats: true,
    take: takeTurn,
  },
  {
    name: '--workload',
    value: 'NAME',
    help: [PROGRAM_IDS.join(', ')],
    take: (out, value) => takeKnob('workload', value, out),
  },
  {
    name: '--seed',
    value: 'S',
    help: ['the program’s seed'],
    take: (out, value) => takeKnob('seed', value, out),
  },
  count('--ops', 1, 'stop after N operations', (out, value) => {
    out.ops = value;
  }),
  flag('--json', 'one JSON object per line and lane'),
  flag('--dump', 'the state: threads, spans, queues, counters, map entries, bytes'),
  count('--at', 0, 'with --dump: the state at operation N', (out, value) => {
    out.at = value;
  }),
  file('events', 'write the kept events as CSV'),
  file('csv', 'write the history series as CSV'),
  file('perfetto', 'write the kept events as Chrome trace JSON (ui.perfetto.dev)'),
  file('calls', 'write the calls of the run as memory_replay text, which --trace reads'),
  flag('--audit', 'check every invariant at the end (exit 1 when one fails)'),
  flag('--list', 'presets and knobs'),
  HELP_OPTION,
];

export const HELP = helpText(
  'sim',
  [
    'Runs a program on an allocator, without a page. With several lanes each writes a FILE of its own, numbered.',
  ],
  OPTIONS,
);

/** What may have been meant by an argument that is no option. */
function meant(argument: string): string | undefined {
  if (presetById(argument)) return `--preset ${argument}`;
  const cut = argument.indexOf('=');
  if (cut > 0 && isKnobId(argument.slice(0, cut))) return `--set ${quoted(argument)}`;
  return undefined;
}

/** Reads the command line. One clear sentence for whatever cannot be meant. */
export function parseArgs(argv: readonly string[]): Result<SimArgs> {
  const draft: Draft = { knobs: {}, edits: [], flags: new Set(), files: {}, help: false };
  const parsed = parseOptions(OPTIONS, argv, draft, meant);
  if (!parsed.ok) return parsed;
  const { preset, recipeFile, variant, at } = draft;
  const problem = contradiction(draft);
  if (problem) return { ok: false, error: problem };
  const ops = draft.ops ?? at;
  const trace = traceOf(draft);
  return ok({
    ...(preset === undefined ? {} : { preset }),
    ...(recipeFile === undefined ? {} : { recipeFile }),
    ...(trace === undefined ? {} : { trace }),
    ...(variant === undefined ? {} : { variant }),
    ...(ops === undefined ? {} : { ops, opsFrom: at === undefined ? '--ops' : '--at' }),
    knobs: draft.knobs as Partial<KnobValues>,
    edits: draft.edits,
    json: draft.flags.has('--json'),
    audit: draft.flags.has('--audit'),
    dump: draft.flags.has('--dump'),
    list: draft.flags.has('--list'),
    help: draft.help,
    files: draft.files,
  });
}

function traceOf({ trace, process, member, skip, take, flags }: Draft): TraceArgs | undefined {
  if (trace === undefined) return undefined;
  return {
    file: trace,
    ...(process === undefined ? {} : { process }),
    ...(member === undefined ? {} : { member }),
    skip: skip ?? 0,
    ...(take === undefined ? {} : { take }),
    readOnly: flags.has('--read-only'),
  };
}

/** Options of traces that do not go together with others. */
function traceContradiction(draft: Draft): Problem | undefined {
  const { trace, process, member, skip, take, flags, preset, knobs } = draft;
  if (trace === undefined) {
    const given = { process, member, skip, take };
    for (const [name, value] of Object.entries(given))
      if (value !== undefined) return usage(`--${name} needs --trace: it is a part of the trace.`);
    return flags.has('--read-only') ? usage('--read-only needs --trace.') : undefined;
  }
  if (preset !== undefined) return usage('Give a preset or a trace, not both.');
  if (Object.hasOwn(knobs, 'workload'))
    return usage('Give a program or a trace, not both: a trace is a program.');
  return undefined;
}

/** Options that do not go together. */
function contradiction(draft: Draft): Problem | undefined {
  const { preset, recipeFile, variant, ops, at, flags, files, trace } = draft;
  const problem = traceContradiction(draft);
  if (problem !== undefined) return problem;
  if (preset !== undefined && recipeFile !== undefined)
    return usage('Give a preset or a recipe file, not both.');
  if (variant !== undefined && preset === undefined)
    return usage('--variant needs --preset: it is one of the preset’s variants.');
  if (at !== undefined && ops !== undefined) return usage('Give --ops or --at, not both.');
  if (at !== undefined && !flags.has('--dump'))
    return usage('--at needs --dump; to stop after N operations there is --ops.');
  const seen = new Map<string, OutputKind>();
  for (const kind of OUTPUTS) {
    const path = files[kind];
    if (path === undefined) continue;
    const other = seen.get(path);
    if (other !== undefined) return usage(`--${other} and --${kind} name the same file.`);
    if (path === recipeFile) return usage(`--${kind} would overwrite the recipe.`);
    if (path === trace) return usage(`--${kind} would overwrite the trace.`);
    if (path === '-') return usage(`--${kind} needs a file: standard output has the summary.`);
    seen.set(path, kind);
  }
  return undefined;
}

/** The knob of that name, or what is said when there is none. */
function knobNamed(id: string): Result<KnobId> {
  if (isKnobId(id)) return ok(id);
  const near = nearest(id, KNOB_IDS);
  const rest = near === undefined ? ' (see --list).' : `; did you mean ${near}?`;
  return fail('E_KNOB', `There is no knob ${quoted(id)}${rest}`);
}

function takeKnob(name: string, value: string, { knobs }: Draft): Problem | undefined {
  const id = knobNamed(name);
  if (!id.ok) return id.error;
  if (Object.hasOwn(knobs, id.value)) return usage(`The knob ${id.value} is set twice.`);
  const parsed = parseKnobValue(id.value, value);
  if (!parsed.ok) return parsed.error;
  knobs[id.value] = parsed.value;
  return undefined;
}

function takeAct({ edits }: Draft, value: string): Problem | undefined {
  const fields = readActText(value);
  if (fields === undefined || value.split(':').length > 4)
    return usage(
      `--act needs OP:ACT:SUBJECT[.SLOT]:AMOUNT, such as 0:malloc:1.3:100, not ${quoted(value)}.`,
    );
  const act = parseAct(fields);
  if (!act.ok) return act.error;
  const op = wholeNumber('The operation of --act', String(fields.op), 0, MAX_OPS);
  if (!op.ok) return op.error;
  edits.push({ op: op.value, lane: 0, ...act.value });
  return undefined;
}

function takeTurn({ edits }: Draft, value: string): Problem | undefined {
  const [, at, name, raw] = /^(\d+):([^=]+)=(.*)$/s.exec(value) ?? [];
  if (at === undefined) return usage(`--turn needs OP:KNOB=VALUE, not ${quoted(value)}.`);
  const op = wholeNumber('The operation of --turn', at, 0, MAX_OPS);
  if (!op.ok) return op.error;
  const id = knobNamed(name);
  if (!id.ok) return id.error;
  if (knobDef(id.value).apply === 'restart')
    return usage(`${knobWords(id.value).label} (${id.value}) cannot change during a run.`);
  const parsed = parseKnobValue(id.value, raw);
  if (!parsed.ok) return parsed.error;
  edits.push({ op: op.value, lane: 0, knob: id.value, value: parsed.value });
  return undefined;
}
