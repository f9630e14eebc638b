import { type KnobId, type KnobValues, whyInapplicable } from '../../engine/knobs/index.ts';
import type { Autopsy } from '../../engine/types.ts';

/** A run that the autopsy offers: the same with some knobs turned. */
export interface Cure {
  readonly label: string;
  readonly knobs: Partial<KnobValues>;
  /** Map entries, or spans, that are as they are for want of it. */
  concerns(autopsy: Autopsy, knobs: KnobValues): number;
}

/** Spans that hold no block. */
const empties = ({ inflated, inflatedCurrent, freeable }: Autopsy): number =>
  inflated - inflatedCurrent + freeable;

const CURES: readonly Cure[] = [
  {
    label: 'Let living threads adopt the orphans',
    knobs: { orphanPolicy: 'adopt' },
    concerns: (autopsy) =>
      autopsy.lives > autopsy.livesAlive ? autopsy.orphansHolding + empties(autopsy) : 0,
  },
  {
    label: 'Let owners look into their older SuperSlabs',
    knobs: { ownReuse: 'chunks' },
    concerns: ({ forgotten }) => forgotten,
  },
  { label: 'Adopt only on need', knobs: { adoptOnWake: false }, concerns: () => 0 },
  {
    label: 'Keep a list of partly free pages',
    knobs: { partialList: 'on' },
    concerns: () => 0,
  },
  {
    label: 'Count remote frees',
    knobs: { decOnRemote: true },
    // A right counter gives nothing back unless somebody reads it.
    concerns: ({ inflated, inflatedCurrent }, { orphanPolicy, trimSS, trimIntervalMs }) =>
      orphanPolicy === 'reuse-empty' || (trimSS && trimIntervalMs > 0)
        ? inflated - inflatedCurrent
        : 0,
  },
  {
    label: 'Count and trim, 100 ms',
    knobs: { decOnRemote: true, trimIntervalMs: 100, trimSS: true },
    concerns: empties,
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
    concerns: () => 0,
  },
  { label: 'A million map entries', knobs: { maxMapCount: 1_000_000 }, concerns: () => 0 },
];

/** Routes that keep a list of partly free pages by themselves. */
const LISTING: ReadonlySet<string> = new Set(['s2', 's3', 'p']);

const inForce = (cure: Cure, knobs: KnobValues): boolean =>
  Object.entries(cure.knobs).every(([id, value]) => knobs[id as keyof KnobValues] === value);

/** What to try next, most telling first; what is in force already or has no effect here is left out. */
export function curesFor(autopsy: Autopsy, knobs: KnobValues): readonly Cure[] {
  const offered = CURES.filter(
    (cure) =>
      !inForce(cure, knobs) &&
      (cure.knobs.maxMapCount === undefined || autopsy.refused !== undefined) &&
      !(
        cure.knobs.partialList === 'on' &&
        knobs.partialList === 'byRoute' &&
        LISTING.has(knobs.route)
      ) &&
      Object.keys(cure.knobs).every(
        (id) => whyInapplicable(id as KnobId, { ...knobs, ...cure.knobs }) === undefined,
      ),
  );
  return offered.sort((a, b) => b.concerns(autopsy, knobs) - a.concerns(autopsy, knobs));
}
