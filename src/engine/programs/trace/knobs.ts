import { fail, ok, type Result } from '../../../base/result.ts';
import { type KnobTable, text } from '../../knobs/kinds.ts';
import { BUILT_IN, isBuiltIn } from './library.ts';

const NAMED = /^[\da-f]{16}(?: .{1,100})?$/u;

/** A built-in trace by its name, or one that was read: its digest and, behind a blank, the name of its file. */
function parseTrace(value: string): Result<string> {
  if (isBuiltIn(value) || NAMED.test(value)) return ok(value);
  const names = Object.keys(BUILT_IN).join(', ');
  return fail(
    'E_KNOB',
    `A trace is one of ${names}, or the digest of one that was read, 16 hexadecimal digits, and its name.`,
  );
}

/** Knobs of the program that does what a recorded trace says. */
export const TRACE_KNOBS = {
  trace: text({
    group: 'workload',
    apply: 'restart',
    url: 'tr',
    default: 'demo',
    maxLength: 120,
    parse: parseTrace,
    examples: ['relay'],
  }),
} as const satisfies KnobTable;
