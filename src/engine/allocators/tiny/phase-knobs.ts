import {
  bool,
  choice,
  cost,
  type KnobTable,
  onlyUnderCosts,
  type Settings,
} from '../../knobs/kinds.ts';

const central = (knobs: Settings): string | undefined =>
  knobs.ownership === 'central' ? 'With a central list threads keep nothing' : undefined;

/** Switches of the documents' phases 7 and 9, and of their tracing. */
export const PHASE_KNOBS = {
  superslabOn: bool({
    group: 'shape',
    apply: 'live',
    url: 'ys',
    default: true,
  }),
  lookup: choice({
    group: 'frees',
    apply: 'restart',
    url: 'yl',
    default: 'mask',
    options: ['mask', 'header', 'hash', 'registry'],
  }),
  inlinePath: bool({
    group: 'frees',
    apply: 'live',
    url: 'yi',
    default: false,
    when: onlyUnderCosts,
  }),
  prewarmTls: bool({
    group: 'frees',
    apply: 'live',
    url: 'yp',
    default: false,
    when: central,
  }),
  aceTrace: bool({
    group: 'frees',
    apply: 'live',
    url: 'yt',
    default: false,
  }),
  costLookup: {
    ...cost('yc', 3, 1000),
    when: (knobs) =>
      onlyUnderCosts(knobs) ??
      (knobs.lookup === 'mask' || (knobs.lookup === 'header' && knobs.headerByte !== true)
        ? 'A pointer’s own bits say where its SuperSlab is'
        : undefined),
  },
  costCall: {
    ...cost('yk', 1, 100),
    when: (knobs) =>
      onlyUnderCosts(knobs) ??
      (knobs.inlinePath === true ? undefined : 'A malloc’s and a free’s price includes their call'),
  },
} as const satisfies KnobTable;
