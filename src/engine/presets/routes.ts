import type { KnobValues } from '../knobs/index.ts';

export type RouteWorkloadId = 'short' | 'long' | 'immortal' | 'idle' | 'pair';

export interface RouteWorkload {
  readonly id: RouteWorkloadId;
  readonly name: string;
  readonly knobs: Partial<KnobValues>;
}

export interface RouteRow {
  readonly id: string;
  readonly name: string;
  readonly knobs: Partial<KnobValues>;
  /** New pages that the independent prototype gave (engine.md section 9). */
  readonly prototype?: Partial<Record<RouteWorkloadId, number>>;
}

/** What all MF2 scenarios share: sizes of the mid classes, merging mappings, the cost clock. */
export const MF2_BASE: Partial<KnobValues> = {
  model: 'mf2',
  minSize: 2048,
  maxSize: 32768,
  mapMode: 'direct',
  timeBase: 'costs',
  schedule: 'shared',
  opLimit: 300_000,
  maxMapCount: 65530,
  physLimitGiB: 256,
};

export const ROUTE_WORKLOADS: readonly RouteWorkload[] = [
  { id: 'short', name: 'Larson, 1 round', knobs: { workload: 'larson', rounds: 1 } },
  { id: 'long', name: 'Larson, 100 rounds', knobs: { workload: 'larson', rounds: 100 } },
  { id: 'immortal', name: 'Larson, immortal', knobs: { workload: 'larson-immortal' } },
  { id: 'idle', name: 'pair and wakers', knobs: { workload: 'wakers' } },
  { id: 'pair', name: 'pair', knobs: { workload: 'pair' } },
];

export const ROUTE_ROWS: readonly RouteRow[] = [
  {
    id: 'cda1',
    name: 'CDA, threshold 1',
    knobs: { route: 'cda' },
    prototype: { short: 71_759, long: 200_304, idle: 11_966 },
  },
  {
    id: 'cda2',
    name: 'CDA, threshold 2',
    knobs: { route: 'cda', pendingThreshold: 2 },
    prototype: { short: 180_019, long: 206_442, idle: 160_385 },
  },
  {
    id: 'cda4',
    name: 'CDA, threshold 4',
    knobs: { route: 'cda', pendingThreshold: 4 },
    prototype: { short: 199_327, long: 206_894, idle: 185_471 },
  },
  {
    id: 'cda-partial',
    name: 'CDA and partial list',
    knobs: { route: 'cda', partialList: 'on' },
    prototype: { short: 3_196, long: 2_977, idle: 1_133 },
  },
  {
    id: 's1',
    name: 'S1',
    knobs: { route: 's1' },
    prototype: { short: 204_799, long: 204_429, idle: 12_163 },
  },
  {
    id: 's2',
    name: 'S2',
    knobs: { route: 's2' },
    prototype: { short: 125_309, long: 5_593, idle: 1_177 },
  },
  { id: 's3', name: 'S3', knobs: { route: 's3' } },
  {
    id: 'p',
    name: 'P, gates of the document',
    knobs: { route: 'p' },
    prototype: { short: 124_444, long: 5_593, idle: 1_177 },
  },
  {
    id: 'dead',
    name: 'S2, adopt from the dead',
    knobs: { route: 's2', orphanPolicy: 'adopt' },
    prototype: { short: 5_976, long: 5_593, idle: 1_177 },
  },
  {
    id: 'dead-idle',
    name: 'S2, dead or idle over 10 ms',
    knobs: { route: 's2', orphanPolicy: 'adopt', adoptIdleMs: 10 },
    prototype: { short: 3_503, long: 3_290, idle: 1_177 },
  },
];

/**
 * The policy that `npm run policy` has chosen: on need from the living and the dead, the list of partly free pages,
 * queues oldest first, and a page that is drained as the active one leaves its queue. (Here, since the page has no
 * use for what policy.ts tries.)
 */
export const RECOMMENDED_KNOBS: Partial<KnobValues> = {
  route: 'cda',
  partialList: 'on',
  pendingOrder: 'oldest',
  pendingLeave: true,
  orphanPolicy: 'adopt',
};

/** Knobs of one cell of the table. */
export const routeKnobs = (row: RouteRow, workload: RouteWorkload): Partial<KnobValues> => ({
  ...MF2_BASE,
  ...workload.knobs,
  ...row.knobs,
});
