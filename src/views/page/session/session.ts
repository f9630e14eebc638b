import { createStore, type StoreApi } from 'zustand/vanilla';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { Autopsy } from '../../../engine/types.ts';
import type { Lane } from '../../../live/lane.ts';
import type { Lockstep } from '../../../live/lockstep.ts';
import type { AppActions, AppState, Store } from '../../../state/store.ts';
import { CallError } from '../../../worker/link.ts';
import type { Summary } from '../../../worker/protocol.ts';
import { Axes } from '../../lane/axes.ts';
import { InTurn } from './in-turn.ts';

/** How the lanes stand, as they said last; renewed when they start, stop or end, not with every frame. */
export interface Standing {
  /** Of the focused lane. */
  readonly summary: Summary | undefined;
  /** Of the focused lane, once it has ended. */
  readonly autopsy: Autopsy | undefined;
  readonly anyRunning: boolean;
  readonly anyPlaying: boolean;
  /** Lanes whose worker was lost too often to be replaced, and why. */
  readonly lost: readonly Lost[];
}

/** A lane without a worker: a command tries again. */
export interface Lost {
  readonly lane: number;
  readonly reason: string;
}

/** Whether the focused lane's run is over. */
export const hasEnded = ({ summary }: Standing): boolean =>
  summary !== undefined && summary.status !== 'running';

/** What commands act on: the store of intents, the lanes, and how they stand. React is no part of it. */
export interface Session {
  readonly store: Store;
  readonly lockstep: Lockstep;
  readonly standing: StoreApi<Standing>;
  /** What changes the recipe, one after the other; see `inTurn`. */
  readonly presses: InTurn;
  /** What the charts of several lanes have in common. */
  readonly axes: Axes;
  /** Check every invariant after each slice. */
  readonly audit: boolean;
}

/** A session over a store and lanes. It does nothing until `follow` (run.ts) is called. */
export const createSession = (store: Store, lockstep: Lockstep, audit = false): Session => ({
  store,
  lockstep,
  audit,
  presses: new InTurn(),
  axes: new Axes(() => lockstep.lanes.map(({ hub }) => hub)),
  standing: createStore<Standing>()(() => ({
    summary: undefined,
    autopsy: undefined,
    anyRunning: true,
    anyPlaying: false,
    lost: [],
  })),
});

export const stateOf = ({ store }: Session): AppState & AppActions => store.getState();

/** The lane that knobs, inspector and story speak of. */
export function focusOf(session: Session): number {
  const { focus, recipe } = stateOf(session);
  return Math.min(focus, recipe.lanes.length - 1);
}
export const focusedLane = (session: Session): Lane =>
  session.lockstep.lanes[focusOf(session)] ?? session.lockstep.lanes[0];

/** What a command has to say: to the live region, or as a notice that stays until it is dismissed. */
export interface Said {
  readonly announce?: string;
  readonly notice?: string;
}
/** What a command came to. Whoever asks for it shows it (`show`). */
export type Outcome = Result<Said>;

/** Done, and there is nothing to say that the page does not show by itself. */
export const DONE: Outcome = ok({});
export const announced = (announce: string): Outcome => ok({ announce });
export const noticed = (notice: string): Outcome => ok({ notice });

/** Shows what a command came to. A command that a newer one stopped has nothing to say. */
export function show(session: Session, outcome: Outcome): void {
  const { notify, announce } = stateOf(session);
  if (!outcome.ok) {
    const { code, message, kept } = outcome.error;
    if (code !== 'E_ABORTED') notify('problem', message, kept);
    return;
  }
  if (outcome.value.notice !== undefined) notify('info', outcome.value.notice);
  if (outcome.value.announce !== undefined) announce(outcome.value.announce);
}

/** A command over a session. */
export type Command<A extends readonly unknown[]> = (
  session: Session,
  ...args: A
) => Outcome | Promise<Outcome>;

/**
 * Makes a change of the recipe once all that was asked for before has been made, so that it is noted in the order
 * in which lanes made it. What was meant for a recipe that another has replaced by then is not done to that one.
 */
export function inTurn(
  session: Session,
  change: () => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  const { opened } = stateOf(session);
  return session.presses.add(async () => (stateOf(session).opened === opened ? change() : DONE));
}

/** Runs a command and shows what it came to; also a fault of ours, in the words that it has. */
export async function perform<A extends readonly unknown[]>(
  session: Session,
  command: Command<A>,
  ...args: A
): Promise<void> {
  try {
    show(session, await command(session, ...args));
  } catch (error) {
    show(session, failed(error));
  }
}

/** Why a request of a lane came to nothing. */
export const failed = (error: unknown, kept = 'the recipe'): Outcome =>
  error instanceof CallError
    ? fail(error.code, sentence(error.message), kept)
    : fail('E_WORKER', sentence(error instanceof Error ? error.message : 'An unknown fault'), kept);

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

/** Letters of lanes on screen. */
export const LETTERS = 'ABCD';
