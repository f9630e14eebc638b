import { describe, expect, it } from 'vitest';
import { domino } from './domino-command.ts';
import { HELP, parseEvidenceArgs } from './evidence-args.ts';
import { type Command, refuse, STATUS } from './io.ts';
import { policy } from './policy-command.ts';
import { queue } from './queue-command.ts';
import { routes } from './routes-command.ts';
import { sim } from './sim-command.ts';
import { inWorld } from './testing/io.ts';

const RECIPES: Record<string, unknown> = {
  'nothing.json': '',
  'blank.json': ' \n\t ',
  'open.json': '{',
  'words.json': 'once upon a time',
  'list.json': [],
  'null.json': 'null',
  'number.json': '7',
  'string.json': '"recipe"',
  'late.json': { schema: 99 },
  'schemaless.json': { schema: 'one' },
  'negative.json': { schema: -1 },
  'fraction.json': { schema: 1.5 },
  'lanes.json': { schema: 3, lanes: 'many' },
  'five-lanes.json': { schema: 3, lanes: [{}, {}, {}, {}, {}] },
  'no-lanes.json': { schema: 3, lanes: [] },
  'knobs.json': { schema: 3, knobs: [1, 2] },
  'knob.json': { schema: 3, knobs: { threds: 2 } },
  'value.json': { schema: 3, knobs: { threads: 'two' } },
  'range.json': { schema: 3, knobs: { threads: 65 } },
  'edits.json': { schema: 3, edits: { op: 1 } },
  'edit.json': { schema: 3, edits: [{ op: 1 }] },
  'edit-lane.json': {
    schema: 3,
    edits: [{ op: 1, lane: 3, knob: 'orphanPolicy', value: 'adopt' }],
  },
  'edit-restart.json': { schema: 3, edits: [{ op: 1, knob: 'threads', value: 3 }] },
  'edit-value.json': { schema: 3, edits: [{ op: 1, knob: 'orphanPolicy', value: 'adobt' }] },
  'act.json': { schema: 3, edits: [{ op: 1, act: 'stab', subject: 1 }] },
  'act-range.json': { schema: 3, edits: [{ op: 1, act: 'burst', subject: 1, amount: 0 }] },
  'cursor.json': { schema: 3, cursor: -3 },
  'notes.json': { schema: 3, notes: 'none' },
  'note.json': { schema: 3, notes: [{ op: 1, text: '' }] },
  'view.json': { schema: 3, view: { focus: 9 } },
  'preset.json': { schema: 3, preset: 'larson-om' },
  'preset-number.json': { schema: 3, preset: 7 },
  'variant.json': { schema: 3, preset: 'fix-grid', variant: 4 },
  'variant-alone.json': { schema: 3, variant: 1 },
  'variant-text.json': { schema: 3, preset: 'fix-grid', variant: 'Both' },
  'misfit.json': { schema: 3, knobs: { workload: 'mix', both: 0 } },
  'deep.json': `${'['.repeat(100_000)}`,
  'deep-edit.json': `{"schema":3,"edits":[${'['.repeat(50_000)}${']'.repeat(50_000)}]}`,
  'fine.json': { schema: 3, knobs: { threads: 2 } },
};
const BINARY: Record<string, Uint8Array> = {
  'binary.json': new Uint8Array([0x7b, 0xff, 0xfe, 0x80]),
  'large.json': new Uint8Array(3_000_001).fill(0x20),
};
const files = {
  ...Object.fromEntries(
    Object.entries(RECIPES).map(([name, content]) => [
      name,
      typeof content === 'string' ? content : JSON.stringify(content),
    ]),
  ),
  ...BINARY,
};

const OPTIONS: readonly (readonly [readonly string[], RegExp])[] = [
  // Options that there are not, or not so.
  [['larson-oom'], /did you mean --preset larson-oom/],
  [['threads=2'], /did you mean --set “threads=2”/],
  [['x'], /no option “x”/],
  [[''], /no option “”/],
  [['-'], /no option “-”/],
  [['--'], /no option “--”/],
  [['--presett', 'larson-oom'], /did you mean --preset/],
  [['--op', '5'], /did you mean --ops/],
  [['-h'], /no option “-h”/],
  [['--json=1'], /takes no value/],
  [['--audit='], /takes no value/],
  [['--help=yes'], /takes no value/],
  [['--list=knobs'], /takes no value/],
  [['--dump=all'], /takes no value/],
  [['--ops'], /--ops needs a value/],
  [['--ops='], /--ops needs a value/],
  [['--set'], /--set needs a value: --set KNOB=VALUE/],
  [['--preset'], /--preset needs a value/],
  [['--preset', ''], /--preset needs a value/],
  [['--recipe'], /--recipe needs a value/],
  [['--variant'], /--variant needs a value/],
  [['--seed'], /--seed needs a value/],
  [['--workload'], /--workload needs a value/],
  [['--events'], /--events needs a value/],
  [['--csv='], /--csv needs a value/],
  [['--perfetto'], /--perfetto needs a value/],
  [['--at'], /--at needs a value/],
  // Options that do not go together.
  [['--ops', '5', '--ops', '6'], /--ops is given twice/],
  [['--json', '--json'], /--json is given twice/],
  [['--preset', 'rounds', '--preset', 'domino'], /--preset is given twice/],
  [['--preset', 'rounds', '--recipe', 'fine.json'], /not both/],
  [['--variant', '1'], /--variant needs --preset/],
  [['--variant', 'Both', '--recipe', 'fine.json'], /--variant needs --preset/],
  [['--at', '5'], /--at needs --dump/],
  [['--at', '5', '--ops', '5', '--dump'], /--ops or --at, not both/],
  [['--events', 'a', '--csv', 'a'], /--events and --csv name the same file/],
  [['--csv', 'x', '--perfetto', 'x'], /--csv and --perfetto name the same file/],
  [['--csv', 'x', '--perfetto', './x', '--ops', '1'], /would overwrite --csv/],
  [['--recipe', 'fine.json', '--events', 'fine.json'], /overwrite the recipe/],
  [['--recipe', 'fine.json', '--events', './fine.json'], /overwrite the recipe/],
  [['--events', '-'], /--events needs a file/],
  [['--set', 'opLimit=1000', '--ops', '1001'], /--ops 1001 is beyond --set opLimit=1000/],
  [['--set', 'opLimit=10', '--at', '11', '--dump'], /--at 11 is beyond --set opLimit=10/],
  // Numbers.
  [['--ops', '0'], /from 1 to 10,000,000,000, not “0”/],
  [['--ops', '-1'], /--ops goes from/],
  [['--ops', '1.5'], /--ops goes from/],
  [['--ops', '1e12'], /--ops goes from/],
  [['--ops', '1e-3'], /--ops goes from/],
  [['--ops', 'many'], /not “many”/],
  [['--ops', '1,000'], /not “1,000”/],
  [['--ops', '0x10'], /not “0x10”/],
  [['--ops', ' 5'], /not “ 5”/],
  [['--ops', 'NaN'], /not “NaN”/],
  [['--ops', 'Infinity'], /not “Infinity”/],
  [['--ops', '9'.repeat(400)], /--ops goes from/],
  [['--ops', '--json'], /not “--json”/],
  [['--at', '-1', '--dump'], /--at goes from 0/],
  [['--at', '10000000001', '--dump'], /--at goes from 0/],
  // Presets and variants.
  [['--preset', 'nope'], /no preset “nope”/],
  [['--preset', 'larson-om'], /did you mean larson-oom/],
  [['--preset', 'LARSON'], /no preset/],
  [['--preset', '__proto__'], /no preset “__proto__”/],
  [['--preset', 'rounds', '--variant', '77'], /no variant “77”: it has 0 to 4/],
  [['--preset', 'rounds', '--variant', '-1'], /no variant “-1”/],
  [['--preset', 'rounds', '--variant', '1.0'], /no variant “1.0”/],
  [['--preset', 'fix-grid', '--variant', 'both'], /no variant “both”/],
  // Knobs.
  [['--set', 'threads'], /KNOB=VALUE/],
  [['--set', '=2'], /KNOB=VALUE/],
  [['--set', 'threads='], /needs a number/],
  [['--set', 'threads=0'], /goes from 1 to 64/],
  [['--set', 'threads=65'], /goes from 1 to 64/],
  [['--set', 'threads=2.5'], /whole number/],
  [['--set', 'threads=NaN'], /needs a number/],
  [['--set', 'threads=1e999'], /needs a number/],
  [['--set', 'threads=2=3'], /needs a number/],
  [['--set', 'threads=two'], /needs a number/],
  [['--set', 'threads=0x2'], /needs a number/],
  [['--set', 'threads= '], /needs a number/],
  [['--set', 'threds=2'], /did you mean threads/],
  [['--set', 'Threads=2'], /did you mean threads/],
  [['--set', 'constructor=2'], /no knob “constructor”/],
  [['--set', '__proto__=2'], /no knob “__proto__”/],
  [['--set', 'B.threads=2'], /no knob “B.threads”/],
  [['--set', '1.threads=2'], /no knob “1.threads”/],
  [['--set', 'threads=2', '--set', 'threads=3'], /threads is set twice/],
  [['--seed', '1', '--set', 'seed=2'], /seed is set twice/],
  [['--seed', '-1'], /goes from 0 to/],
  [['--seed', '2147483648'], /goes from 0 to/],
  [['--seed', 'lucky'], /needs a number/],
  [['--workload', 'mixt'], /did you mean mix/i],
  [['--workload', 'larson,pair'], /is one of/],
  [['--workload', 'pair', '--set', 'workload=pair'], /workload is set twice/],
  [['--set', 'model=tinny'], /did you mean tiny/i],
  [['--set', 'model=jemalloc'], /is one of tiny, mf2, firstfit/],
  [['--set', 'succession=perhaps'], /is on or off/],
  [['--set', 'sizes=16 and more'], /“16 and more” is no size/],
  [['--set', 'sizes='], /cannot be “”/],
  [['--set', `sizes=${'8 x 1, '.repeat(400)}8 x 1`], /characters/],
  [['--workload=mix', '--set', 'both=0'], /^Nobody allocates/],
  [['--preset', 'larson-oom', '--workload=mix', '--set', 'both=0'], /^Nobody allocates/],
  // What would act on a terminal.
  [['\u001b[31mred'], /“\\x1b\[31mred”/],
  [['--set', '\u001b]0;title\u0007=1'], /“\\x1b\]0;title\\x07”/],
  [['--preset', 'a\nb'], /“a\\x0ab”/],
  [['--ops', '\u202e5'], /“\\u202e5”/],
  [['--preset', '\u009b2J'], /“\\x9b2J”/],
  [['--preset', 'x'.repeat(100_000)], /no preset “x{40}…”/],
  [['--set', `${'k'.repeat(100_000)}=1`], /no knob “k{40}…”/],
  [['--variant', 'v'.repeat(100_000), '--preset', 'rounds'], /no variant “v{40}…”/],
  // Files.
  [['--recipe', 'missing.json'], /missing.json: it cannot be read: there is no such file/],
  [['--recipe', `${'d/'.repeat(5000)}r.json`], /^….*\/r.json: it cannot be read/],
  [['--recipe', '\u001b[2Jr'], /^\\x1b\[2Jr: it cannot be read/],
  [['--recipe', '-'], /^Standard input: it cannot be read/],
  [
    ['--events', 'locked/events.csv', '--ops', '5'],
    /events.csv: it cannot be written: that is not/,
  ],
  [
    ['--preset', 'fix-grid', '--csv', 'locked/h.csv', '--ops', '5'],
    /h.2.csv: it cannot be written/,
  ],
];

const EDITS: readonly (readonly [readonly string[], RegExp])[] = [
  [['--turn', '5'], /--turn needs OP:KNOB=VALUE/],
  [['--turn', '5:orphanPolicy'], /--turn needs OP:KNOB=VALUE/],
  [['--turn', 'x:orphanPolicy=adopt'], /--turn needs OP:KNOB=VALUE/],
  [['--turn', '5:orphanPolice=adopt'], /did you mean orphanPolicy/],
  [['--turn', '5:orphanPolicy=adobt'], /Did you mean adopt/],
  [['--turn', '5:threads=3'], /cannot change during a run/],
  [['--turn', '99999999999:orphanPolicy=adopt'], /The operation of --turn goes from 0/],
  [['--turn'], /--turn needs a value/],
  [['--act', '5'], /--act needs OP:ACT/],
  [['--act', '5:kil:1:0'], /did you mean kill/],
  [['--act', '5:kill:0:0'], /Kill needs a chain from 1 to/],
  [['--act', '5:kill:1:7'], /Kill/],
  [['--act', '99999999999:kill:1:0'], /The operation of --act goes from 0/],
  [['--act', '\u001b[2J'], /not “\\x1b\[2J”/],
];

const RECIPE_LINES: readonly (readonly [string, RegExp])[] = [
  ['nothing.json', /it is empty/],
  ['blank.json', /it is empty/],
  ['open.json', /it is not JSON/],
  ['words.json', /it is not JSON/],
  ['list.json', /it is not a recipe/],
  ['null.json', /it is not a recipe/],
  ['number.json', /it is not a recipe/],
  ['string.json', /it is not a recipe/],
  ['late.json', /schema 99/],
  ['schemaless.json', /which schema/],
  ['negative.json', /which schema/],
  ['fraction.json', /which schema/],
  ['lanes.json', /lanes/],
  ['five-lanes.json', /lanes/],
  ['no-lanes.json', /lanes/],
  ['knobs.json', /not a set of knobs/],
  ['knob.json', /did you mean threads/],
  ['value.json', /needs a number/],
  ['range.json', /goes from 1 to 64/],
  ['edits.json', /edits are not a list/],
  ['edit.json', /names no operation, lane and knob/],
  ['edit-lane.json', /names no operation, lane and knob/],
  ['edit-restart.json', /cannot change during a run/],
  ['edit-value.json', /Did you mean adopt/],
  ['act.json', /no intervention “stab”/],
  ['act-range.json', /goes from 1 to/],
  ['cursor.json', /position is an operation/],
  ['notes.json', /note cannot be read/],
  ['note.json', /note cannot be read/],
  ['view.json', /selected cannot be read/],
  ['preset.json', /did you mean larson-oom/],
  ['preset-number.json', /no preset “7”/],
  ['variant.json', /has variants 0 to 3, and no “4”/],
  ['variant-alone.json', /belongs to a preset/],
  ['variant-text.json', /no “Both”/],
  ['misfit.json', /^Nobody allocates/],
  ['deep.json', /it is not JSON/],
  ['deep-edit.json', /names no operation, lane and knob/],
  ['binary.json', /it is not text/],
  ['large.json', /larger than 3 MB/],
];

const LINES = [
  ...OPTIONS,
  ...EDITS,
  ...RECIPE_LINES.map(([file, pattern]) => [['--recipe', file], pattern] as const),
];

describe('a command line that cannot be meant', () => {
  it('is tried in many ways', () => {
    expect(LINES.length).toBeGreaterThanOrEqual(113);
    expect(new Set(LINES.map(([argv]) => argv.join('\0'))).size).toBe(LINES.length);
  });

  it.each(LINES.map(([argv, pattern], i) => ({ i, argv, pattern })))(
    '$i: one short sentence, status 2, and nothing else',
    async ({ argv, pattern }) => {
      const unwritable = {
        'locked/events.csv': 'that is not allowed',
        'locked/h.2.csv': 'that is not allowed',
      };
      const { status, out, said, log } = await inWorld(sim, argv, { files, unwritable });
      expect(said).toHaveLength(1);
      const [line] = said;
      expect(line).toMatch(pattern);
      expect(line.length).toBeLessThan(200);
      expect(line).toMatch(/[.?]$/);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}]|\bat \S+:\d+|Error/u);
      expect(status).toBe(2);
      expect(out).toBe('');
      expect(log.filter((entry) => entry.startsWith('write'))).toEqual([]);
    },
  );
});

/** What of evidence needs no runs. */
const evidence: Command = (argv, io) => {
  const args = parseEvidenceArgs(argv);
  if (!args.ok) return refuse(io, args.error.message);
  io.out(HELP);
  return STATUS.done;
};

describe.each<[string, Command]>([
  ['sim', sim],
  ['routes', routes],
  ['domino', domino],
  ['queue', queue],
  ['policy', policy],
  ['evidence', evidence],
])('%s', (name, command) => {
  it.each([
    [['--jsn'], /did you mean --json\?$/],
    [['--json=1'], /--json takes no value/],
    [['--json', '--json'], /--json is given twice/],
    [['\u001b[2J'], /no option “\\x1b\[2J”/],
  ])('refuses %j as every command does', async (argv, pattern) => {
    const { status, out, said } = await inWorld(command, argv);
    expect([status, out, said.length]).toEqual([2, '', 1]);
    expect(said[0]).toMatch(pattern);
  });

  it('has a help of its own', async () => {
    const { status, out, said } = await inWorld(command, ['--help']);
    expect([status, said]).toEqual([0, []]);
    expect(out).toMatch(new RegExp(`^npm run ${name} -- \\[options\\]\n`));
    for (const option of ['--json', '--help', 'Exit status: 0']) expect(out).toContain(option);
    for (const line of out.split('\n')) expect(line.length).toBeLessThan(120);
  });
});
