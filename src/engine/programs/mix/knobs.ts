import {
  choice,
  int,
  type KnobTable,
  real,
  type Settings,
  text,
  type When,
} from '../../knobs/kinds.ts';
import { parsePhases } from './phases.ts';
import { parseSizes } from './sizes.ts';

const threads = (url: string, count: number) =>
  int({
    group: 'workload',
    apply: 'restart',
    url,
    default: count,
    min: 0,
    max: 64,
    unit: 'threads',
    zero: 'none',
  });

/** Threads that free what others hand to them. */
const receivers = (knobs: Settings): number => Number(knobs.consumers) + Number(knobs.both);

const handsNothingOver: When = (knobs) => {
  if (receivers(knobs) === 0) return 'Nobody takes what is handed over';
  return Number(knobs.producers) === 0 && receivers(knobs) < 2
    ? 'There is nobody else to hand to'
    : undefined;
};
const unless =
  (knob: string, value: string, reason: string): When =>
  (knobs) =>
    knobs[knob] === value ? undefined : reason;

/** Knobs of the general program. */
export const MIX_KNOBS = {
  producers: threads('xp', 0),
  consumers: threads('xc', 0),
  both: threads('xb', 4),
  handOver: int({
    group: 'workload',
    apply: 'live',
    url: 'xh',
    default: 50,
    min: 0,
    max: 100,
    unit: '%',
    zero: 'none',
    when: (knobs) =>
      Number(knobs.both) === 0
        ? 'Producers hand over everything, consumers nothing'
        : handsNothingOver(knobs),
  }),
  handTo: choice({
    group: 'workload',
    apply: 'live',
    url: 'xt',
    default: 'random',
    options: ['next', 'random', 'one'],
    when: handsNothingOver,
  }),
  batch: int({
    group: 'workload',
    apply: 'restart',
    url: 'xn',
    default: 1,
    min: 1,
    max: 4096,
    scale: 'log',
    unit: 'blocks',
    when: handsNothingOver,
  }),
  sizes: text({
    group: 'workload',
    apply: 'restart',
    url: 'xs',
    default: '16-1024',
    maxLength: 400,
    parse: parseSizes,
    examples: ['64', '16 x 50, 64 x 30, 1K-4K x 1', 'power 1.5 16-64K', 'lognormal 200 1.2 16-64K'],
  }),
  liveSet: int({
    group: 'workload',
    apply: 'restart',
    url: 'xv',
    default: 1000,
    min: 1,
    max: 1000000,
    scale: 'log',
    unit: '',
  }),
  liveUnit: choice({
    group: 'workload',
    apply: 'restart',
    url: 'xu',
    default: 'blocks',
    options: ['blocks', 'KiB'],
  }),
  lifetime: choice({
    group: 'workload',
    apply: 'live',
    url: 'xl',
    default: 'random',
    options: ['random', 'fifo', 'lifo', 'mixed'],
  }),
  longShare: int({
    group: 'workload',
    apply: 'live',
    url: 'xg',
    default: 10,
    min: 1,
    max: 50,
    unit: '%',
    when: unless('lifetime', 'mixed', 'All blocks live alike'),
  }),
  discard: int({
    group: 'workload',
    apply: 'live',
    url: 'xd',
    default: 1,
    min: 1,
    max: 4096,
    scale: 'log',
    unit: 'blocks',
  }),
  phases: text({
    group: 'workload',
    apply: 'restart',
    url: 'xf',
    default: 'grow, hold',
    maxLength: 400,
    parse: parsePhases,
    examples: [
      'grow 50, shrink 10 oldest, repeat',
      'grow 40, hold 100, idle 5ms, shrink 20, repeat',
    ],
  }),
  phasing: choice({
    group: 'workload',
    apply: 'restart',
    url: 'xo',
    default: 'own',
    options: ['own', 'together', 'staggered'],
    when: (knobs) => (knobs.arrivals === 'pool' ? 'One thread is active at a time' : undefined),
  }),
  staggerMs: real({
    group: 'workload',
    apply: 'restart',
    url: 'xy',
    default: 10,
    min: 0.001,
    max: 10000,
    scale: 'log',
    unit: 'ms',
    when: (knobs) =>
      knobs.arrivals === 'pool' || knobs.phasing !== 'staggered'
        ? 'All threads begin at once'
        : undefined,
  }),
  arrivals: choice({
    group: 'workload',
    apply: 'restart',
    url: 'xa',
    default: 'forever',
    options: ['forever', 'successor', 'pause', 'once', 'pool'],
  }),
  lifeOps: int({
    group: 'workload',
    apply: 'live',
    url: 'xk',
    default: 10000,
    min: 1,
    max: 1000000000,
    scale: 'log',
    unit: 'ops',
    when: (knobs) => (knobs.arrivals === 'forever' ? 'Threads live for ever' : undefined),
  }),
  pauseMs: real({
    group: 'workload',
    apply: 'live',
    url: 'xw',
    default: 10,
    min: 0.001,
    max: 60000,
    scale: 'log',
    unit: 'ms',
    when: unless('arrivals', 'pause', 'No successor pauses'),
  }),
} as const satisfies KnobTable;
