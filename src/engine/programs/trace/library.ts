import type { TracePlan } from './plan.ts';

/** What there is to know of a trace without its events: the page needs no more. */
export interface TraceFacts {
  /** What names it in recipes: see TraceEvents.digest. */
  readonly digest: string;
  /** Chains that it takes, main included. */
  readonly chains: number;
}

/** Chains of the traces that are always there, by their names; their events are in built-in.ts. */
export const BUILT_IN = { demo: 3, relay: 3 } as const;
export type BuiltIn = keyof typeof BUILT_IN;

export const isBuiltIn = (text: string): text is BuiltIn => Object.hasOwn(BUILT_IN, text);

/**
 * Traces that this thread of JavaScript has. A trace is named by what it holds, so it does not matter who put it here, or how
 * often: a run with that name is the same everywhere. The command line puts what it reads here; a page knows the facts of
 * those that its workers have.
 */
const FACTS = new Map<string, TraceFacts>();
const PLANS = new Map<string, TracePlan>();

/** A trace is known from now on. @param plan where it is to run */
export function keepTrace(facts: TraceFacts, plan?: TracePlan): void {
  FACTS.set(facts.digest, facts);
  if (plan !== undefined) PLANS.set(facts.digest, plan);
}

/** The digest in the knob's text: `digest name`. */
const digestIn = (text: string): string => text.split(' ', 1)[0];

/** The facts of the trace that the knob names; undefined: it is not here. */
export function factsOf(text: string): TraceFacts | undefined {
  if (isBuiltIn(text)) return { digest: text, chains: BUILT_IN[text] };
  return FACTS.get(digestIn(text));
}

/** How the trace that the knob names is run; undefined: its events are not here. */
export const planNamed = (text: string): TracePlan | undefined => PLANS.get(digestIn(text));
