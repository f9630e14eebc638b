import { asBytes, NS_PER_S } from '../base/units.ts';
import { bytes, count, plural } from '../draw/format.ts';
import { modelDef } from '../engine/allocators/index.ts';
import { bandLabel } from '../engine/telemetry/band-words.ts';
import { BANDS } from '../engine/telemetry/ledger.ts';
import type { EndedBy, RunStatus } from '../engine/telemetry/states.ts';
import type { Autopsy, Simulation } from '../engine/types.ts';

/** What ended a run, or brought it to stand. Published in the JSON: names may be added, never changed. */
export type EndedWhat =
  | 'operations'
  | 'time'
  | 'mapEntries'
  | 'addressSpace'
  | 'physicalMemory'
  | 'threads'
  | 'nullPointer'
  | 'crash'
  | 'user'
  | 'nothing';

/** Who holds how much of what ran out. */
export interface Holder {
  readonly name: string;
  readonly count: number;
}

/** Why a run is over, in words and numbers. */
export interface Ended {
  readonly what: EndedWhat;
  /** How much of it was in use, and how much there is: entries, bytes, operations or nanoseconds. */
  readonly used?: number;
  readonly of?: number;
  /** Largest first. */
  readonly holders?: readonly Holder[];
  readonly text: string;
}

/** A holder is worth a word from this part on. */
const WORTH_TELLING = 0.05;
/** Holders that a sentence names. */
const MOST_NAMED = 2;

/** Whether the kernel refused because of its limit on entries; else there was no gap in the addresses. */
const atTheLimit = (what: 'superslab' | 'stack', entries: number, limit: number): boolean =>
  // A stack comes with its guard.
  entries + (what === 'stack' ? 2 : 1) > limit;

const largestFirst = (holders: readonly Holder[]): Holder[] =>
  holders.filter((holder) => holder.count > 0).sort((a, b) => b.count - a.count);

/** “, 65,480 of them stacks of un-joined threads”. */
function named(holders: readonly Holder[], format: (count: number) => string): string {
  const all = holders.reduce((sum, holder) => sum + holder.count, 0);
  const parts = holders
    .filter((holder) => holder.count >= WORTH_TELLING * all)
    .slice(0, MOST_NAMED)
    .map(({ name, count: n }, i) => `${format(n)}${i === 0 ? ' of them' : ''} ${name}`);
  return parts.length === 0 ? '' : `, ${parts.join(' and ')}`;
}

/** Who holds the map entries. */
export function entryHolders(sim: Simulation, autopsy: Autopsy = sim.autopsy()): Holder[] {
  const { entries, entriesOfDeadStacks } = autopsy;
  const dead =
    sim.knobs.threadEnd === 'leak' ? 'stacks of un-joined threads' : 'stacks of ended threads';
  return largestFirst([
    { name: modelDef(sim.model).noun.many, count: entries.superslabs },
    { name: dead, count: entriesOfDeadStacks },
    { name: 'stacks of living threads', count: entries.stacks - entriesOfDeadStacks },
    { name: 'the program’s own', count: entries.base },
    { name: 'other heap', count: entries.other },
  ]);
}

/** What ran out when the kernel first refused a mapping; undefined: it never did. */
function refusal(sim: Simulation, autopsy: Autopsy): Ended | undefined {
  const { refused } = autopsy;
  if (!refused) return undefined;
  const limit = sim.knobs.maxMapCount;
  const what = refused.what === 'stack' ? 'a stack' : `a ${modelDef(sim.model).noun.one}`;
  if (!atTheLimit(refused.what, refused.entries, limit)) {
    const text = `address space: no gap was left for ${what}, at operation ${count(refused.op)}`;
    return { what: 'addressSpace', text };
  }
  const holders = entryHolders(sim, autopsy);
  const used = holders.reduce((sum, holder) => sum + holder.count, 0);
  const full = `map entries: ${count(refused.entries)} of ${count(limit)}`;
  // What was held then is known as long as it still is.
  const text = atTheLimit('stack', used, limit)
    ? `map entries: ${count(used)} of ${count(limit)}${named(holders, count)}`
    : `${full} when ${what} was refused, at operation ${count(refused.op)}; ${count(used)} now`;
  return { what: 'mapEntries', used, of: limit, holders, text };
}

function physical(sim: Simulation, autopsy: Autopsy): Ended {
  const { physLimitGiB, memPressure } = sim.knobs;
  const of = physLimitGiB * 2 ** 30 * (1 - memPressure);
  const holders = largestFirst(
    autopsy.bands.map(({ resident }, i) => ({
      name: `bytes “${bandLabel(BANDS[i], sim.model)}”`,
      count: resident,
    })),
  );
  const left = memPressure > 0 ? ', which is what other programs leave' : '';
  const size = (value: number): string => bytes(asBytes(value));
  return {
    what: 'physicalMemory',
    used: sim.residentBytes,
    of,
    holders,
    text: `physical memory: ${size(sim.residentBytes)} of ${size(of)}${left}${named(holders, size)}`,
  };
}

/** Nobody can go on: all have ended, have nothing left to do, or wait for each other. */
function nobodyLeft(sim: Simulation): Ended {
  const left = sim.listThreads().filter(({ running }) => running);
  const waiting = left.length;
  let text = `threads: none can go on, ${plural(waiting, 'waits', 'wait')} for another`;
  if (waiting === 0) text = 'threads: every one has ended';
  else if (left.every(({ asleep }) => asleep))
    text = `threads: none can go on, ${plural(waiting, 'sleeps', 'sleep')} for ever`;
  return { what: 'threads', used: waiting, of: sim.chains - 1, text };
}

const ofOperations = (op: number): Ended => ({
  what: 'operations',
  used: op,
  of: op,
  text: `the limit of ${plural(op, 'operation')}`,
});

/** Why a run is over, or why it stands where it does. */
export function endedOf(sim: Simulation): Ended {
  const autopsy = sim.autopsy();
  if (sim.awaitsHand) return { what: 'nothing', text: 'nothing: it waits for your hand' };
  switch (sim.endedBy) {
    case 'notEnded':
    case 'opsLimit':
      return ofOperations(sim.op);
    case 'time': {
      const of = sim.knobs.seconds * NS_PER_S;
      return { what: 'time', used: of, of, text: `the time of ${sim.knobs.seconds} s` };
    }
    case 'chainsEnded':
      return refusal(sim, autopsy) ?? nobodyLeft(sim);
    case 'assertion': {
      const cause = refusal(sim, autopsy);
      const asserted = 'malloc returned NULL, and the program asserts that it never does';
      return cause
        ? { ...cause, text: `${cause.text}; ${asserted}` }
        : { what: 'nullPointer', text: asserted };
    }
    case 'physicalLimit':
      return physical(sim, autopsy);
    case 'crash':
      return { what: 'crash', text: crashText(sim, autopsy) };
    case 'user':
      return { what: 'user', text: 'your hand' };
  }
}

function crashText(sim: Simulation, { crash }: Autopsy): string {
  const one = modelDef(sim.model).noun.one;
  const where = crash === undefined ? `a ${one}` : `${one} ${count(crash.superslab)}`;
  const who =
    crash === undefined ? 'a thread' : crash.life === 0 ? 'main' : `life ${count(crash.life)}`;
  switch (crash?.reason) {
    case 'touchAfterDecrement':
      return `a crash: ${where} was unmapped while ${who} was freeing a block of it`;
    case 'libcAsOwn':
      return `a crash: ${who} freed a block of the C library, and free took it for one of the heap’s`;
    case 'ownAsLibc':
      return `a crash: ${who} freed a block of ${where}, and free gave it to the C library: invalid pointer`;
    default:
      return `a crash: ${where} was unmapped while ${who} allocated from it`;
  }
}

/** A mapping that was refused on the way of a run that went on; undefined: none was. */
export function refusedOnTheWay(sim: Simulation): string | undefined {
  const ends: readonly EndedBy[] = ['chainsEnded', 'assertion'];
  return ends.includes(sim.endedBy) ? undefined : refusal(sim, sim.autopsy())?.text;
}

/**
 * Status and reason as the JSON gives them: a run that was stopped where the command line said has finished
 * by the limit of its operations.
 */
export function standing(sim: Simulation): { status: RunStatus; endedBy: EndedBy } {
  const { status, endedBy } = sim;
  if (status !== 'running' || sim.awaitsHand) return { status, endedBy };
  return { status: sim.oomSeen ? 'oom' : 'finished', endedBy: 'opsLimit' };
}

/** How a run came to its end, before “after n operations”. */
export function endedHow(sim: Simulation): string {
  const { status } = sim;
  switch (status) {
    case 'running':
      return sim.awaitsHand ? 'waits for your hand' : 'stopped';
    case 'finished':
      return 'finished';
    case 'crashed':
      return 'crashed';
    case 'aborted':
      return 'stopped by hand';
    case 'oom': {
      const { what } = endedOf(sim);
      if (what === 'mapEntries') return 'out of map entries';
      if (what === 'addressSpace') return 'out of address space';
      if (what === 'physicalMemory') return 'out of physical memory';
      return 'finished';
    }
  }
}
