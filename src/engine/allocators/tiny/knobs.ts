import {
  bool,
  choice,
  cost,
  int,
  type KnobTable,
  onlyUnderCosts,
  type Settings,
  type When,
} from '../../knobs/kinds.ts';
import { LEAN_KNOBS } from './lean-knobs.ts';
import { MIXED_KNOBS } from './mixed-knobs.ts';
import { PHASE_KNOBS } from './phase-knobs.ts';

const trims = (knobs: Settings): boolean =>
  Number(knobs.trimIntervalMs) > 0 && knobs.trimSS === true;
const trimmed: When = (knobs) =>
  trims(knobs) || knobs.ownership === 'hybridG' ? undefined : 'No effect while nothing is trimmed';

const pooled: When = (knobs) =>
  knobs.ownership === 'central' || knobs.sharedPool !== true ? 'Needs the shared pool' : undefined;

/** With a central list threads keep nothing, unless caches stand in front of it. */
const bare = (knobs: Settings): boolean =>
  knobs.ownership === 'central' && knobs.centralCaches !== true;
const cached: When = (knobs) =>
  bare(knobs) || Number(knobs.tlsCacheSlots) === 0 ? 'Threads keep no caches' : undefined;

/** Knobs of mechanisms that only SuperSlabs have. */
export const TINY_KNOBS = {
  ownership: choice({
    group: 'orphans',
    apply: 'restart',
    url: 'ow',
    default: 'owner',
    options: ['owner', 'central', 'hybridG'],
  }),
  ownReuse: choice({
    group: 'shape',
    apply: 'live',
    url: 'ou',
    default: 'chunks',
    options: ['chunks', 'current'],
    when: (knobs) =>
      knobs.ownership !== 'central'
        ? undefined
        : 'With a central list every SuperSlab of the class is looked through',
  }),
  decOnRemote: bool({
    group: 'frees',
    apply: 'live',
    url: 'dr',
    default: false,
    when: (knobs) =>
      knobs.ownership !== 'central' ? undefined : 'No remote frees with a central list',
  }),
  drainOnRefill: bool({
    group: 'frees',
    apply: 'live',
    url: 'do',
    default: true,
    when: (knobs) =>
      knobs.ownership !== 'central' ? undefined : 'No remote queues with a central list',
  }),
  trimIntervalMs: int({
    group: 'release',
    apply: 'live',
    url: 'ti',
    default: 0,
    min: 0,
    max: 5000,
    unit: 'ms',
    zero: 'off',
  }),
  trimSS: bool({
    group: 'release',
    apply: 'live',
    url: 'ts',
    default: false,
    when: (knobs) =>
      Number(knobs.trimIntervalMs) > 0 || knobs.flushOnExit === true
        ? undefined
        : 'Needs a trim interval above 0',
  }),
  emptyReserve: int({
    group: 'release',
    apply: 'live',
    url: 'er',
    default: 2,
    min: 0,
    max: 256,
    unit: 'per class',
    when: (knobs) =>
      (knobs.lean === true ? 'Lean mode keeps no empty SuperSlab' : undefined) ??
      (trims(knobs) ||
      knobs.flushOnExit === true ||
      knobs.ownership === 'hybridG' ||
      pooled(knobs) === undefined
        ? undefined
        : 'No effect while nothing is trimmed'),
  }),
  flushOnExit: bool({
    group: 'release',
    apply: 'live',
    url: 'fe',
    default: false,
  }),
  superslabCacheSlots: int({
    group: 'release',
    apply: 'live',
    url: 'sc',
    default: 0,
    min: 0,
    max: 64,
    unit: 'slots × 2',
    zero: 'off',
    when: (knobs) => pooled(knobs) && trimmed(knobs),
  }),
  hazardTls: bool({
    group: 'release',
    apply: 'live',
    url: 'ht',
    default: false,
    when: trimmed,
  }),
  hazardDecOrder: bool({
    group: 'release',
    apply: 'live',
    url: 'hd',
    default: false,
    when: (knobs) =>
      trims(knobs) && knobs.decOnRemote === true
        ? undefined
        : 'Needs counted remote frees and a trim pass',
  }),
  ...LEAN_KNOBS,
  ...MIXED_KNOBS,
  ...PHASE_KNOBS,
  ssLg: int({
    group: 'shape',
    apply: 'live',
    url: 'lg',
    default: 21,
    min: 16,
    max: 22,
    unit: 'lg B',
    when: (knobs) => (knobs.superslabOn === false ? 'Slabs are mapped one by one' : undefined),
  }),
  classTable: choice({
    group: 'shape',
    apply: 'restart',
    url: 'ct',
    default: 'pow2',
    options: ['pow2', 'six'],
  }),
  headerByte: bool({
    group: 'shape',
    apply: 'live',
    url: 'hb',
    default: false,
  }),
  dynamicExpand: bool({
    group: 'shape',
    apply: 'live',
    url: 'de',
    default: true,
  }),
  hotClassSlabs: choice({
    group: 'shape',
    apply: 'live',
    url: 'hs',
    default: 'same',
    options: ['same', 'double'],
    when: (knobs) => (knobs.superslabOn === false ? 'Slabs are mapped one by one' : undefined),
  }),
  prewarmPerClass: int({
    group: 'shape',
    apply: 'restart',
    url: 'pw',
    default: 0,
    min: 0,
    max: 4,
    unit: 'per class',
    zero: 'none',
    when: (knobs) => (knobs.lean === true ? 'Lean mode prewarms nothing' : undefined),
  }),
  sharedPool: bool({
    group: 'shape',
    apply: 'restart',
    url: 'zp',
    default: false,
    when: (knobs) =>
      knobs.ownership === 'central'
        ? 'With a central list nobody needs slabs of its own'
        : undefined,
  }),
  sharedCapacity: int({
    group: 'shape',
    apply: 'live',
    url: 'zc',
    default: 256,
    min: 16,
    max: 65536,
    scale: 'log',
    unit: 'slots',
    when: (knobs) => pooled(knobs),
  }),
  tlsCacheSlots: int({
    group: 'shape',
    apply: 'restart',
    url: 'zt',
    default: 0,
    min: 0,
    max: 2048,
    unit: 'slots',
    zero: 'no cache',
    when: (knobs) => (bare(knobs) ? 'With a central list threads keep nothing' : undefined),
  }),
  centralCaches: bool({
    group: 'shape',
    apply: 'restart',
    url: 'zy',
    default: false,
    when: (knobs) =>
      knobs.ownership === 'central' && Number(knobs.tlsCacheSlots) > 0
        ? undefined
        : 'Needs a central list and thread caches',
  }),
  tlsCacheSizing: choice({
    group: 'shape',
    apply: 'restart',
    url: 'zs',
    default: 'adaptive',
    options: ['adaptive', 'fixed'],
    when: (knobs) => cached(knobs),
  }),
  costCacheHit: {
    ...cost('zh', 2, 1000),
    when: (knobs) => onlyUnderCosts(knobs) ?? cached(knobs),
  },
  costCentral: {
    ...cost('cc', 14, 2000),
    when: (knobs) =>
      onlyUnderCosts(knobs) ??
      (knobs.ownership === 'central' ? undefined : 'Needs the central list'),
  },
  costDecrement: {
    ...cost('cz', 5, 2000),
    when: (knobs) =>
      onlyUnderCosts(knobs) ??
      (knobs.ownership === 'central'
        ? 'No remote frees with a central list'
        : knobs.decOnRemote === true
          ? undefined
          : 'Remote frees are not counted'),
  },
  costContended: cost('cb', 40, 2000),
  costLook: {
    ...cost('cj', 20, 5000),
    when: (knobs) =>
      onlyUnderCosts(knobs) ??
      (knobs.ownership === 'central' || knobs.ownReuse !== 'chunks'
        ? 'Nobody looks into other SuperSlabs of its own'
        : undefined),
  },
  costTrimVisit: cost('cv', 170, 5000),
} as const satisfies KnobTable;
