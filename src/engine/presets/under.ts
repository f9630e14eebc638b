import type { KnobValues } from '../knobs/index.ts';
import { livesEnd } from '../programs/index.ts';

/**
 * Under which knobs a sentence of a story holds. Knobs are turned while it is told, so that each says what it
 * takes for granted; where one does not hold it is left out, or another one is told instead.
 */
export type Under = (knobs: Readonly<KnobValues>) => boolean;

export const not =
  (condition: Under): Under =>
  (knobs) =>
    !condition(knobs);
export const all =
  (...conditions: readonly Under[]): Under =>
  (knobs) =>
    conditions.every((condition) => condition(knobs));

/** Threads end, and successors take over their blocks. */
export const dying: Under = (knobs) => livesEnd(knobs);
/** A slab belongs to a thread, and nobody drains for it. */
export const owned: Under = ({ ownership }) => ownership === 'owner';
export const central: Under = ({ ownership }) => ownership === 'central';
export const hybrid: Under = ({ ownership }) => ownership === 'hybridG';
/** Nobody may use what the dead leave, and nobody drains it. */
export const abandoned: Under = ({ ownership, orphanPolicy }) =>
  ownership === 'owner' && orphanPolicy === 'abandon';
export const adopting: Under = ({ ownership, orphanPolicy }) =>
  ownership !== 'central' && orphanPolicy === 'adopt';
export const reusingEmpties: Under = ({ ownership, orphanPolicy }) =>
  ownership === 'owner' && orphanPolicy === 'reuse-empty';
/** Whoever needs memory is served of what the dead leave, live blocks in it or not. */
export const usedAgain: Under = (knobs) => central(knobs) || adopting(knobs);
/** Remote frees lower the counter. */
export const counted: Under = ({ decOnRemote }) => decOnRemote;
/** A pass in the background gives SuperSlabs back. */
export const trimming: Under = ({ trimIntervalMs, trimSS, ownership }) =>
  (trimIntervalMs > 0 && trimSS) || ownership === 'hybridG';
/** Every step takes its time. */
export const priced: Under = ({ timeBase }) => timeBase === 'costs';
/** Stacks and thread tables of the dead stay for ever. */
export const leaking: Under = ({ threadEnd }) => threadEnd === 'leak';
