import {
  bool,
  choice,
  cost,
  int,
  type KnobTable,
  onlyUnderCosts,
  real,
  type Settings,
  type When,
} from '../../knobs/kinds.ts';

const leans: When = (knobs) => (knobs.lean === true ? undefined : 'Needs lean mode');
const advised: When = (knobs) =>
  leans(knobs) ?? (knobs.decommit === 'off' ? 'Nothing is decommitted' : undefined);

/** Chance decides in which SuperSlabs a library lies. */
export const drawsOverlaps = (knobs: Settings): boolean =>
  advised(knobs) === undefined && Number(knobs.dsoOverlap) > 0 && Number(knobs.dsoOverlap) < 100;

/** Knobs of memory-lean mode (D4). */
export const LEAN_KNOBS = {
  lean: bool({ group: 'release', apply: 'restart', url: 'ln', default: false }),
  decommit: choice({
    group: 'release',
    apply: 'live',
    url: 'ld',
    default: 'free',
    options: ['free', 'dontneed', 'off'],
    when: leans,
  }),
  leanTargetMB: int({
    group: 'release',
    apply: 'live',
    url: 'lt',
    default: 10,
    min: 1,
    max: 64,
    unit: 'MB',
    inert: true,
    when: (knobs) => leans(knobs) ?? 'Drawn as a line: nothing reads it',
  }),
  dsoOverlap: real({
    group: 'release',
    apply: 'live',
    url: 'lo',
    default: 0,
    min: 0,
    max: 100,
    step: 1,
    unit: '%',
    zero: 'nowhere',
    when: advised,
  }),
  enomemAt: int({
    group: 'release',
    apply: 'live',
    url: 'le',
    default: 0,
    min: 0,
    max: 100_000,
    unit: 'calls',
    zero: 'never',
    when: advised,
  }),
  costMadvise: {
    ...cost('lm', 750, 100_000),
    when: (knobs) => onlyUnderCosts(knobs) ?? advised(knobs),
  },
  profile: choice({
    group: 'inert',
    apply: 'restart',
    url: 'lp',
    default: 'standard',
    options: ['standard', 'observe', 'fast'],
    inert: true,
  }),
  osStats: bool({ group: 'inert', apply: 'live', url: 'ls', default: false, inert: true }),
} as const satisfies KnobTable;
