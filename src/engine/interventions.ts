import type { Threads } from './machine/threads.ts';

/**
 * Interventions ("break it"): blows that a user deals to a run at one operation. Each is an edit of the
 * recipe like a turned knob. An act on a thread names a chain, an act on memory the row of a SuperSlab
 * or page. What cannot be done at that moment is refused with a reason and changes nothing.
 */
export const ACT_IDS = ['stall', 'burst', 'kill', 'adopt', 'pin', 'unpin', 'trim'] as const;
export type ActId = (typeof ACT_IDS)[number];

export interface ActDef {
  readonly label: string;
  readonly on: 'thread' | 'memory';
  /** What it does, in one sentence. */
  readonly help: string;
  /** What `amount` means; without it the amount is 0. */
  readonly amount?: {
    readonly unit: string;
    readonly min: number;
    readonly max: number;
    readonly default: number;
  };
}

const MAX_CHAIN = 127;
/** Rows that any run can have: more map entries than the largest limit allows. */
const MAX_ROW = 4_194_304;

export const ACT: Readonly<Record<ActId, ActDef>> = {
  stall: {
    label: 'Stall',
    on: 'thread',
    help: 'The thread is descheduled: its clock jumps ahead while the others go on.',
    amount: { unit: 'µs', min: 1, max: 10_000_000, default: 10_000 },
  },
  burst: {
    label: 'Burst',
    on: 'thread',
    help: 'The thread does this many operations in a row while all others stand still.',
    amount: { unit: 'operations', min: 1, max: 1_000_000, default: 10_000 },
  },
  kill: {
    label: 'Kill',
    on: 'thread',
    help: 'The thread ends after the operation under way, without a successor. Its blocks stay live for ever and nobody is handed its memory.',
  },
  adopt: {
    label: 'Force adoption',
    on: 'memory',
    help: 'A living thread becomes the owner at once, whatever the policy says: queues are drained and it allocates from here.',
    amount: { unit: 'chain', min: 1, max: MAX_CHAIN, default: 1 },
  },
  pin: {
    label: 'Pin',
    on: 'memory',
    help: 'Nobody may adopt it, take it over or give it back to the OS until it is unpinned.',
  },
  unpin: {
    label: 'Unpin',
    on: 'memory',
    help: 'It may be adopted and given back again.',
  },
  trim: {
    label: 'Trim',
    on: 'memory',
    help: 'Gives back to the OS what holds no block: a whole SuperSlab whose last block is gone, whatever its counter says, or the free OS pages of a page.',
  },
};

/** An act, what it is done to, and how much of it. */
export interface Intervention {
  readonly act: ActId;
  /** Chain (1 and up) or row. */
  readonly subject: number;
  /** See the act's `amount`; 0 where there is none. */
  readonly amount: number;
}

export const isActId = (id: unknown): id is ActId =>
  typeof id === 'string' && (ACT_IDS as readonly string[]).includes(id);

/** Checks ranges only, not what a run holds. @returns what is wrong with it, in one sentence */
export function rangeProblem({ act, subject, amount }: Intervention): string | undefined {
  const def = ACT[act];
  const most = def.on === 'thread' ? MAX_CHAIN : MAX_ROW;
  const least = def.on === 'thread' ? 1 : 0;
  if (!Number.isInteger(subject) || subject < least || subject > most)
    return `${def.label} needs a ${def.on === 'thread' ? 'chain' : 'row'} from ${least} to ${most.toLocaleString('en-US')}.`;
  const range = def.amount ?? { min: 0, max: 0, unit: 'nothing' };
  if (!Number.isInteger(amount) || amount < range.min || amount > range.max)
    return `${def.label} goes from ${range.min.toLocaleString('en-US')} to ${range.max.toLocaleString('en-US')} ${range.unit}.`;
  return undefined;
}

/** Why an act on a thread cannot be done now; undefined: it can. */
export function whyNotThread(
  threads: Threads,
  schedule: 'own' | 'shared',
  { act, subject }: Intervention,
): string | undefined {
  const missing = whyNotRunning(threads, subject);
  if (missing !== undefined) return missing;
  if (act === 'stall' && schedule === 'shared')
    return 'Under the shared schedule operations are dealt out in turn: a stalled thread would stop all.';
  return undefined;
}

/** Why a chain cannot be given work; undefined: its thread runs. */
export function whyNotRunning(threads: Threads, chain: number): string | undefined {
  if (chain < 1 || chain >= threads.chains) return `There is no chain ${chain}.`;
  return threads.running[chain] === 0 ? `Chain ${chain} has ended.` : undefined;
}
