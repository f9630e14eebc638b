import { bool, choice, cost, int, type KnobTable } from './kinds.ts';

/** Knobs that one or several models read beside their own; each ModelDef names those it reads (`shared`). */
export const SHARED_KNOBS = {
  orphanPolicy: choice({
    group: 'orphans',
    apply: 'live',
    url: 'op',
    default: 'abandon',
    options: ['abandon', 'reuse-empty', 'adopt'],
  }),
  mapMode: choice({
    group: 'limits',
    apply: 'live',
    url: 'mo',
    default: 'trimAligned',
    options: ['trimAligned', 'direct'],
  }),
  prelink: bool({
    group: 'shape',
    apply: 'live',
    url: 'pk',
    default: true,
  }),
  dtvBytes: int({
    group: 'threads',
    apply: 'restart',
    url: 'dt',
    default: 288,
    min: 0,
    max: 4096,
    unit: 'B',
    zero: 'none',
  }),
  quantum: int({
    group: 'time',
    apply: 'restart',
    url: 'q',
    default: 64,
    min: 1,
    max: 4096,
    scale: 'log',
    unit: 'ops',
  }),
  costMalloc: cost('ca', 8, 1000),
  costFree: cost('cf', 8, 1000),
  costRemoteFree: cost('cr', 40, 2000),
  costRefill: cost('cs', 40, 5000),
  costDrainBlock: cost('cd', 5, 1000),
  costAdopt: cost('co', 100, 10000),
  costMunmap: cost('cu', 1500, 100000),
  costMunmapPage: cost('cg', 350, 10000),
} as const satisfies KnobTable;
