import { type KnobId, type KnobValues, whyInapplicable } from '../../engine/knobs/index.ts';
import type { Autopsy } from '../../engine/types.ts';

/** A run that the autopsy offers: the same with some knobs turned. */
export interface Cure {
  readonly label: string;
  readonly knobs: Partial<KnobValues>;
  /** Map entries, or spans, that are as they are for want of it. */
  concerns(autopsy: Autopsy, knobs: KnobValues): number;
}

/** Whether passes come. */
const trims = ({ trimSS, trimIntervalMs }: KnobValues): boolean => trimSS && trimIntervalMs > 0;
/** Spans that are empty while their counter says in use, those that a thread allocates from left out. */
const miscounted = ({ inflated, inflatedCurrent }: Autopsy): number => inflated - inflatedCurrent;
/** Spans that hold no block and that nobody keeps on purpose. */
const empties = (autopsy: Autopsy): number => miscounted(autopsy) + autopsy.freeable - autopsy.kept;
/** Whether it was the limit on entries that refused a mapping: a stack takes two of them. */
const atTheLimit = ({ refused }: Autopsy, { maxMapCount }: KnobValues): boolean =>
  refused !== undefined && refused.entries + (refused.what === 'stack' ? 2 : 1) > maxMapCount;

const CURES: readonly Cure[] = [
  {
    label: 'Let living threads adopt the orphans',
    knobs: { orphanPolicy: 'adopt' },
    concerns: (autopsy) =>
      autopsy.lives > autopsy.livesAlive && autopsy.superslabs > autopsy.livingOwned
        ? autopsy.orphansHolding + empties(autopsy)
        : 0,
  },
  {
    label: 'Let owners look into their older SuperSlabs',
    knobs: { ownReuse: 'chunks' },
    concerns: ({ forgotten }) => forgotten,
  },
  {
    label: 'Adopt only on need',
    knobs: { adoptOnWake: false },
    concerns: ({ unneeded }) => Math.min(1, unneeded),
  },
  {
    label: 'Keep a list of partly free pages',
    knobs: { partialList: 'on' },
    concerns: ({ graveyard }) => Math.min(1, graveyard),
  },
  {
    label: 'Count remote frees',
    knobs: { decOnRemote: true },
    // A right counter gives nothing back unless somebody reads it.
    concerns: (autopsy, knobs) =>
      knobs.orphanPolicy === 'reuse-empty' || trims(knobs) ? miscounted(autopsy) : 0,
  },
  {
    label: 'Count and trim, 100 ms',
    knobs: { decOnRemote: true, trimIntervalMs: 100, trimSS: true },
    // Where passes come already, or counters are right already, half of it is another cure.
    concerns: (autopsy, knobs) =>
      trims(knobs) || knobs.decOnRemote || miscounted(autopsy) === 0 ? 0 : empties(autopsy),
  },
  {
    label: 'Trim, 100 ms',
    knobs: { trimIntervalMs: 100, trimSS: true },
    concerns: (autopsy, knobs) =>
      trims(knobs) || (!knobs.decOnRemote && miscounted(autopsy) > 0) ? 0 : empties(autopsy),
  },
  {
    label: 'Unmap, decommit nothing',
    knobs: { decommit: 'off' },
    concerns: ({ retired }) => retired,
  },
  {
    label: 'Detach threads',
    knobs: { threadEnd: 'detach' },
    concerns: ({ entriesOfDeadStacks }) => entriesOfDeadStacks,
  },
  {
    label: 'Ask an ownership bitmap',
    knobs: { ownerBitmap: true },
    // Where the map is full its 64 GiB are outgrown, and it ends the program sooner.
    concerns: ({ crash, ...autopsy }, knobs) =>
      crash?.reason === 'libcAsOwn' && !atTheLimit(autopsy, knobs) ? 1 : 0,
  },
  {
    label: 'A million map entries',
    knobs: { maxMapCount: 1_000_000 },
    concerns: (autopsy, knobs) =>
      atTheLimit(autopsy, knobs) && knobs.maxMapCount < 1_000_000 ? 1 : 0,
  },
];

/** Routes that keep a list of partly free pages by themselves. */
const LISTING: ReadonlySet<string> = new Set(['s2', 's3', 'p']);

/** Whether all that it sets is so already. */
const inForce = (cure: Cure, knobs: KnobValues): boolean =>
  Object.entries(cure.knobs).every(([id, value]) => knobs[id as keyof KnobValues] === value);
const listsAlready = ({ partialList, route }: KnobValues): boolean =>
  partialList === 'byRoute' && LISTING.has(route);

/** What to try next, most telling first; what is in force already, has no effect here or concerns nothing is left out. */
export function curesFor(autopsy: Autopsy, knobs: KnobValues): readonly Cure[] {
  const offered = CURES.filter(
    (cure) =>
      cure.concerns(autopsy, knobs) > 0 &&
      !inForce(cure, knobs) &&
      !(cure.knobs.partialList === 'on' && listsAlready(knobs)) &&
      Object.keys(cure.knobs).every(
        (id) => whyInapplicable(id as KnobId, { ...knobs, ...cure.knobs }) === undefined,
      ),
  );
  return offered.sort((a, b) => b.concerns(autopsy, knobs) - a.concerns(autopsy, knobs));
}
