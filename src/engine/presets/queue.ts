import type { KnobValues } from '../knobs/index.ts';
import { MF2_BASE } from './routes.ts';

/** One way to run the pending queue: D2's, or with some of its ingredients taken away. */
export interface QueueRow {
  readonly id: string;
  readonly name: string;
  readonly knobs: Partial<KnobValues>;
}

/** A pair whose threads live for ever, under one schedule, with blocks of one range of sizes. */
export interface QueueCondition {
  readonly id: string;
  readonly name: string;
  readonly knobs: Partial<KnobValues>;
  /** Whether the sizes that are drawn depend on the seed. */
  readonly seeded: boolean;
}

/** Which ingredient of the pending queue loses pages (preset `leaking-queue`). */
export const QUEUE_ROWS: readonly QueueRow[] = [
  { id: 'cda', name: 'CDA as in D2', knobs: {} },
  { id: 'alone', name: 'nobody adopts', knobs: { adoptBudget: 0 } },
  { id: 'again', name: 'queue again', knobs: { reEnqueue: true } },
  { id: 'tries-32', name: '32 tries', knobs: { gateBudget: 32 } },
  { id: 'tries', name: '1,024 tries', knobs: { gateBudget: 1024 } },
  { id: 'list', name: 'list of partly free pages', knobs: { partialList: 'on' } },
  { id: 'leave', name: 'leave when drained as active', knobs: { pendingLeave: true } },
  { id: 'oldest', name: 'oldest first', knobs: { pendingOrder: 'oldest' } },
  {
    id: 'tries-again',
    name: '1,024 tries, queue again',
    knobs: { gateBudget: 1024, reEnqueue: true },
  },
  {
    id: 'tries-again-list',
    name: '1,024 tries, queue again, list',
    knobs: { gateBudget: 1024, reEnqueue: true, partialList: 'on' },
  },
  {
    id: 'leave-again',
    name: 'leave, queue again',
    knobs: { pendingLeave: true, reEnqueue: true },
  },
  {
    id: 'oldest-again',
    name: 'oldest first, queue again',
    knobs: { pendingOrder: 'oldest', reEnqueue: true },
  },
  { id: 's1', name: 'S1', knobs: { route: 's1' } },
  { id: 's2', name: 'S2', knobs: { route: 's2' } },
  { id: 'threshold-7', name: 'CDA, threshold 7', knobs: { pendingThreshold: 7 } },
  { id: 'threshold-8', name: 'CDA, threshold 8', knobs: { pendingThreshold: 8 } },
  { id: 'threshold-16', name: 'CDA, threshold 16', knobs: { pendingThreshold: 16 } },
];

/** @throws when there is no such row, which is a fault of ours */
export function queueRow(id: string): QueueRow {
  const found = QUEUE_ROWS.find((row) => row.id === id);
  if (found === undefined) throw new Error(`no way to run a queue ${id}`);
  return found;
}

const PAIR: Partial<KnobValues> = { ...MF2_BASE, workload: 'pair', route: 'cda', opLimit: 0 };
const SIZES = [
  {
    id: '2k',
    name: '2 KiB',
    seeded: false,
    knobs: { minSize: 2048, maxSize: 2048, window: 512 },
  },
  {
    id: '2-8k',
    name: '2..8 KiB',
    seeded: true,
    knobs: { minSize: 2048, maxSize: 8192, window: 128 },
  },
] as const;
export const QUEUE_CONDITIONS: readonly QueueCondition[] = (['own', 'shared'] as const).flatMap(
  (schedule) =>
    SIZES.map(({ id, name, seeded, knobs }) => ({
      id: `${schedule}-${id}`,
      name: `${schedule}, ${name}`,
      seeded,
      knobs: { ...PAIR, ...knobs, schedule },
    })),
);
/** Operations at which pages are read. */
export const QUEUE_LENGTHS: readonly number[] = [200_000, 400_000, 600_000, 800_000];
export const QUEUE_SEEDS: readonly number[] = [12345, 1, 2, 3];

/** Knobs of one run of the table; it has no limit of operations. */
export const queueKnobs = (
  row: QueueRow,
  condition: QueueCondition,
  seed: number,
): Partial<KnobValues> => ({ ...condition.knobs, ...row.knobs, seed });
