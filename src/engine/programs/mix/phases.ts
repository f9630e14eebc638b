import { fail, ok, type Result } from '../../../base/result.ts';
import { clip, visible } from '../../../base/text.ts';

const MOST_PHASES = 32;
const MOST_COUNT = 1_000_000_000;
const MOST_IDLE_US = 3_600_000_000;
/** Characters of a bad text that a message shows. */
const SHOWN = 40;
const named = (text: string): string => `“${visible(clip(text, SHOWN))}”`;

/** One phase of a thread. Counts of what is live are in blocks or KiB, as the knob `liveUnit` says. */
export type Phase =
  /** Allocate and free nothing until so much is live; undefined: the live set of the knobs. */
  | { readonly kind: 'grow'; readonly to: number | undefined }
  /** So many operations at that size; Infinity: for ever. */
  | { readonly kind: 'hold'; readonly ops: number }
  /** Free, or hand over, until only so much is live. */
  | { readonly kind: 'shrink'; readonly to: number; readonly order: 'oldest' | 'random' }
  /** Do nothing for so many microseconds; Infinity: for ever. */
  | { readonly kind: 'idle'; readonly us: number };

/** What a thread does, one after the other. */
export interface PhaseList {
  readonly phases: readonly Phase[];
  /** After the last the first comes again; otherwise the thread sleeps for ever. */
  readonly repeat: boolean;
}

const EXAMPLE =
  'phases are a list such as “grow 10000, hold 50000, shrink 100 oldest, idle 2s, repeat”';

/** Reads a list of phases; the grammar is in EXAMPLE. `grow`, `hold`, `shrink` and `idle` do without a number. */
export function parsePhases(text: string): Result<PhaseList> {
  const parts = text
    .toLowerCase()
    .split(',')
    .map((part) => part.trim());
  const repeat = parts.length > 1 && parts[parts.length - 1] === 'repeat';
  if (repeat) parts.pop();
  if (parts.length > MOST_PHASES)
    return fail('E_RANGE', `there are at most ${MOST_PHASES} phases, not ${parts.length}.`);
  const phases: Phase[] = [];
  for (const part of parts) {
    const phase = parsePhase(part);
    if (!phase.ok) return phase;
    phases.push(phase.value);
  }
  return ok({ phases, repeat });
}

function parsePhase(part: string): Result<Phase> {
  const [word, amount, ...more] = part.split(/\s+/);
  const unknown = (): Result<Phase> => fail('E_KNOB', `${named(part)} is no phase; ${EXAMPLE}.`);
  switch (word) {
    case 'grow': {
      if (more.length > 0) return unknown();
      if (amount === undefined) return ok({ kind: 'grow', to: undefined });
      const to = count(amount);
      return to === undefined || to === 0 ? badCount(part, 1) : ok({ kind: 'grow', to });
    }
    case 'hold': {
      if (more.length > 0) return unknown();
      if (amount === undefined) return ok({ kind: 'hold', ops: Infinity });
      const ops = count(amount);
      return ops === undefined || ops === 0 ? badCount(part, 1) : ok({ kind: 'hold', ops });
    }
    case 'shrink':
      return (
        parseShrink(
          part,
          [amount, ...more].filter((token) => token !== undefined),
        ) ?? unknown()
      );
    case 'idle': {
      if (amount === undefined) return ok({ kind: 'idle', us: Infinity });
      const us = microseconds([amount, ...more].join(''));
      return us === undefined || us < 1 || us > MOST_IDLE_US
        ? fail('E_RANGE', `${named(part)} needs a time from 1us to 3600s.`)
        : ok({ kind: 'idle', us });
    }
    default:
      return unknown();
  }
}

function parseShrink(part: string, tokens: readonly string[]): Result<Phase> | undefined {
  const rest = [...tokens];
  const last = rest.at(-1);
  const order = last === 'oldest' || last === 'random' ? last : undefined;
  if (order !== undefined) rest.pop();
  if (rest.length > 1) return undefined;
  const to = rest.length === 0 ? 0 : count(rest[0]);
  return to === undefined
    ? badCount(part, 0)
    : ok({ kind: 'shrink', to, order: order ?? 'oldest' });
}

const badCount = (part: string, least: number): Result<Phase> =>
  fail('E_RANGE', `${named(part)} needs a whole number from ${least} to 1,000,000,000.`);

function count(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= MOST_COUNT ? value : undefined;
}

const US: Readonly<Record<string, number>> = { us: 1, ms: 1e3, '': 1e3, s: 1e6 };

/** A time in us, ms or s; ms when nothing is said. */
function microseconds(text: string): number | undefined {
  const match = /^(\d{1,7}(?:\.\d{1,3})?)(us|ms|s|)$/.exec(text);
  return match ? Math.round(Number(match[1]) * US[match[2]]) : undefined;
}
