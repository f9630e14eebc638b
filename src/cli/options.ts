import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { nearest, quoted } from '../engine/recipe-parse.ts';
import { type Command, type Io, refuse, STATUS } from './io.ts';

/** One option of a command. */
export interface Option<Out> {
  readonly name: `--${string}`;
  /** What stands for its value in the help; undefined: it takes none. */
  readonly value?: string;
  /** What it does, a line each. */
  readonly help: readonly [string, ...string[]];
  /** It may be given more than once. */
  readonly repeats?: true;
  /** Notes what it was given; the value is '' where it takes none. @returns what is wrong with it */
  take(out: Out, value: string): Problem | undefined;
}

/** What every command's arguments have. */
export interface WithHelp {
  help: boolean;
}

/** Arguments with options that are there or not, kept by their names. */
export interface WithFlags extends WithHelp {
  readonly flags: Set<string>;
}

/** The option that every command has. */
export const HELP_OPTION: Option<WithHelp> = {
  name: '--help',
  help: ['this text'],
  take: (out) => {
    out.help = true;
    return undefined;
  },
};

/** An option that is there or not. */
export const flag = (
  name: `--${string}`,
  help: string,
): Option<{ readonly flags: Set<string> }> => ({
  name,
  help: [help],
  take: ({ flags }) => {
    flags.add(name);
    return undefined;
  },
});

/** What is wrong with an argument, in one sentence. */
export const usage = (message: string): Problem => ({ code: 'E_USAGE', message });

/**
 * Reads a command line. One clear sentence for whatever cannot be meant.
 * @param out filled by the options
 * @param hint what may have been meant by an argument that is no option
 */
export function parseOptions<Out>(
  options: readonly Option<Out>[],
  argv: readonly string[],
  out: Out,
  hint: (argument: string) => string | undefined = () => undefined,
): Result<Out> {
  const byName = new Map<string, Option<Out>>(options.map((option) => [option.name, option]));
  const given = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i];
    const cut = argument.indexOf('=');
    const name = argument.startsWith('--') && cut > 0 ? argument.slice(0, cut) : argument;
    const option = byName.get(name);
    if (!option) {
      const near = hint(argument) ?? nearest(name, [...byName.keys()]);
      const rest = near === undefined ? ' (see --help).' : `; did you mean ${near}?`;
      return fail('E_USAGE', `There is no option ${quoted(argument)}${rest}`);
    }
    if (given.has(name) && option.repeats === undefined)
      return fail('E_USAGE', `${name} is given twice.`);
    given.add(name);
    let value = '';
    if (option.value === undefined) {
      if (name !== argument) return fail('E_USAGE', `${name} takes no value.`);
    } else {
      value = name === argument ? (argv[++i] ?? '') : argument.slice(cut + 1);
      if (value === '') return fail('E_USAGE', `${name} needs a value: ${name} ${option.value}.`);
    }
    const problem = option.take(out, value);
    if (problem) return { ok: false, error: problem };
  }
  return ok(out);
}

/** A whole number within bounds, as an option's value. */
export function wholeNumber(
  name: string,
  text: string,
  least: number,
  most: number,
): Result<number> {
  const value = /^\d{1,16}(e\d{1,2})?$/i.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most
    ? ok(value)
    : fail(
        'E_RANGE',
        `${name} goes from ${least.toLocaleString('en-US')} to ${most.toLocaleString('en-US')}, not ${quoted(text)}.`,
      );
}

const COLUMN = 23;

/** What --help prints. */
export function helpText<Out>(
  command: string,
  about: readonly string[],
  options: readonly Option<Out>[],
): string {
  const lines = options.flatMap(({ name, value, help }) => {
    const head = `  ${value === undefined ? name : `${name} ${value}`}`;
    const [first, ...rest] = help;
    const indented = rest.map((line) => `${''.padEnd(COLUMN)}${line}`);
    return head.length < COLUMN - 1
      ? [`${head.padEnd(COLUMN)}${first}`, ...indented]
      : [head, `${''.padEnd(COLUMN)}${first}`, ...indented];
  });
  return [
    `npm run ${command} -- [options]`,
    ...about,
    ...lines,
    'Exit status: 0 when what was asked for was done, 2 for bad input, 1 for a fault of ours.',
  ].join('\n');
}

/** A command whose options are all there or not: it reads them, answers --help, and runs. */
export function plainCommand(
  name: string,
  about: readonly string[],
  own: readonly Option<WithFlags>[],
  run: (flags: ReadonlySet<string>, io: Io) => number,
): Command {
  const options = [...own, HELP_OPTION];
  return (argv, io) => {
    const args = parseOptions(options, argv, { help: false, flags: new Set<string>() });
    if (!args.ok) return refuse(io, args.error.message);
    if (!args.value.help) return run(args.value.flags, io);
    io.out(`${helpText(name, about, options)}\n`);
    return STATUS.done;
  };
}
