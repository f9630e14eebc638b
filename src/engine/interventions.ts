import type { Threads } from './machine/threads.ts';
import { HAND_SLOTS, MOST_HAND_BYTES } from './programs/hand/sizes.ts';
import type { HandCall } from './programs/program.ts';

/**
 * Interventions: what a user does to a run at one operation. Each is an edit of the recipe like a turned
 * knob. A blow ("break it") to a thread names a chain, one to memory the row of a SuperSlab or page. A call
 * by hand names the chain whose thread makes it and the slot of the program that it is about: it is that
 * chain's next operation. What cannot be done at that moment is refused with a reason and changes nothing.
 */
export const HAND_ACTS = ['malloc', 'realloc', 'free'] as const;
export type HandActId = (typeof HAND_ACTS)[number];
/** In the order of their numbers in events: new ones come last. */
export const ACT_IDS = [
  'stall',
  'burst',
  'kill',
  'adopt',
  'pin',
  'unpin',
  'trim',
  ...HAND_ACTS,
  'flush',
  'compact',
] as const;
export type ActId = (typeof ACT_IDS)[number];

export interface ActDef {
  readonly label: string;
  /** What it is done to; `hand`: a slot, by a thread. */
  readonly on: 'thread' | 'memory' | 'hand';
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
  flush: {
    label: 'Flush',
    on: 'thread',
    help: 'The thread gives its cached blocks back and runs a trim pass, whatever interval and reserve are: what its counter calls empty and nobody allocates from is released (hak_tiny_magazine_flush_all).',
  },
  compact: {
    label: 'Compact',
    on: 'memory',
    help: 'Option E: blocks of sparse SuperSlabs of the class would move together. It is refused with the count of pointers that would have to change.',
  },
  malloc: {
    label: 'malloc',
    on: 'hand',
    help: 'The thread allocates so many bytes into an empty slot, and writes them.',
    amount: { unit: 'B', min: 1, max: MOST_HAND_BYTES, default: 100 },
  },
  realloc: {
    label: 'realloc',
    on: 'hand',
    help: 'The block of the slot gets so many bytes; it may have to move.',
    amount: { unit: 'B', min: 1, max: MOST_HAND_BYTES, default: 100 },
  },
  free: {
    label: 'free',
    on: 'hand',
    help: 'The thread frees the block of the slot, whoever allocated it.',
  },
};

/** An act, what it is done to, and how much of it. */
export interface Intervention {
  readonly act: ActId;
  /** Chain (1 and up) or row. */
  readonly subject: number;
  /** See the act's `amount`; 0 where there is none. */
  readonly amount: number;
  /** Of a call by hand: which of the program's slots, 0 to HAND_SLOTS - 1. Other acts have none. */
  readonly slot?: number;
}

export const isActId = (id: unknown): id is ActId =>
  typeof id === 'string' && (ACT_IDS as readonly string[]).includes(id);

export const isHandAct = (id: ActId): id is HandActId => ACT[id].on === 'hand';

/** The call that an intervention asks for; undefined: it is a blow. */
export const handCallOf = ({ act, subject, amount, slot }: Intervention): HandCall | undefined =>
  isHandAct(act) && slot !== undefined ? { act, chain: subject, slot, bytes: amount } : undefined;

/** A call as C has it: “p3 = malloc(100)”. The program's slots are its pointers. */
export function callText(act: HandActId, slot: number | string, bytes: number): string {
  switch (act) {
    case 'malloc':
      return `p${slot} = malloc(${bytes})`;
    case 'realloc':
      return `p${slot} = realloc(p${slot}, ${bytes})`;
    case 'free':
      return `free(p${slot})`;
  }
}

/** An act at an operation as links and the command line write it: `act:subject[.slot]:amount`. */
export const actText = ({ act, subject, slot, amount }: Intervention): string =>
  `${act}:${subject}${slot === undefined ? '' : `.${slot}`}:${amount}`;

const ACT_TEXT = /^(\d{1,11}):([a-z]{1,20}):(\d{1,11})(?:\.(\d{1,3}))?:(\d{1,11})(?::(\d))?$/i;

/**
 * Reads `operation:act:subject[.slot]:amount[:lane]`, the fields unchecked (see parseAct).
 * @returns undefined: it has another form
 */
export function readActText(text: string): Record<string, unknown> | undefined {
  const match = ACT_TEXT.exec(text);
  if (!match) return undefined;
  const [, op, act, subject, slot, amount, lane] = match;
  return {
    op: Number(op),
    lane: Number(lane ?? 0),
    act,
    subject: Number(subject),
    amount: Number(amount),
    ...(slot === undefined ? {} : { slot: Number(slot) }),
  };
}

/** Checks ranges only, not what a run holds. @returns what is wrong with it, in one sentence */
export function rangeProblem({ act, subject, amount, slot }: Intervention): string | undefined {
  const def = ACT[act];
  const most = def.on === 'memory' ? MAX_ROW : MAX_CHAIN;
  const least = def.on === 'memory' ? 0 : 1;
  if (!Number.isInteger(subject) || subject < least || subject > most)
    return `${def.label} needs a ${def.on === 'memory' ? 'row' : 'chain'} from ${least} to ${most.toLocaleString('en-US')}.`;
  if (def.on !== 'hand' && slot !== undefined) return `${def.label} is not done to a slot.`;
  if (
    def.on === 'hand' &&
    !(Number.isInteger(slot) && Number(slot) >= 0 && Number(slot) < HAND_SLOTS)
  )
    return `${def.label} needs a slot from 0 to ${HAND_SLOTS - 1}.`;
  const range = def.amount;
  if (range === undefined) return amount === 0 ? undefined : `${def.label} has no amount.`;
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
