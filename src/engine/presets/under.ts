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
/** With a central list, every call goes to it: no caches stand in front. */
export const uncached: Under = ({ centralCaches, tlsCacheSlots }) =>
  !centralCaches || tlsCacheSlots === 0;
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
/** A thread has a table that its end leaves behind. */
export const tabled: Under = ({ dtvBytes }) => dtvBytes > 0;
/** Threads free blocks that others have allocated: all of them swap in one array, and there are several. */
export const shared: Under = ({ workload, threads }) => workload === 'larson-shared' && threads > 1;
/** Owners look into their queues when they need a block. */
export const draining: Under = ({ drainOnRefill }) => drainOnRefill;
/** Where malloc returns NULL the C library serves, so that a run ends when no thread can be created. */
export const fallingBack: Under = ({ onNull }) => onNull === 'libcFallback';
/** 10,000 blocks of 1,024 B of one thread that lives for ever, in SuperSlabs of 2 MiB. */
export const oneClassOverflows: Under = (knobs) =>
  knobs.workload === 'larson-immortal' &&
  knobs.threads === 1 &&
  knobs.chunks === 10_000 &&
  knobs.minSize > 512 &&
  knobs.maxSize > 512 &&
  knobs.maxSize < 1024 &&
  knobs.ssLg === 21 &&
  knobs.hotClassSlabs === 'same' &&
  knobs.classTable === 'pow2';
