import { assert } from '../../../base/assert.ts';
import type { Settings } from '../../knobs/kinds.ts';
import type { Misfit } from '../definition.ts';
import { MIX_KNOBS } from './knobs.ts';
import { type PhaseList, parsePhases } from './phases.ts';
import { parseSizes, type SizeLaw } from './sizes.ts';

/** Most blocks that may be live, of all threads together. */
export const MOST_BLOCKS = 1_000_000;
/** As MAX_CHAINS; here, because the page loads this file. */
const MOST_THREADS = 127;
/** Blocks on their way to others beyond two batches before their sender has to wait. */
const SLACK = 64;

/** The texts of the knobs, read. They have passed their knobs' checks. */
export function lawOf(knobs: Settings): SizeLaw {
  const law = parseSizes(String(knobs.sizes));
  assert(law.ok, 'the sizes were checked');
  return law.value;
}
export function phasesOf(knobs: Settings): PhaseList {
  const list = parsePhases(String(knobs.phases));
  assert(list.ok, 'the phases were checked');
  return list.value;
}

/** Bytes or blocks in one of what the live set counts in. */
export const unitOf = (knobs: Settings): number => (knobs.liveUnit === 'KiB' ? 1024 : 1);

/** Threads that allocate. */
export const sendersOf = (knobs: Settings): number => Number(knobs.producers) + Number(knobs.both);

/** Whether a block can get from one thread to another. */
export function crosses(knobs: Settings): boolean {
  const receivers = Number(knobs.consumers) + Number(knobs.both);
  return receivers > 0 && (Number(knobs.producers) > 0 || receivers > 1);
}

/** Blocks that each sender may have collected and on their way, before it has to wait. */
export const mostHanded = (knobs: Settings): number =>
  crosses(knobs) ? 3 * Number(knobs.batch) + SLACK : 0;

/** Most that a thread's phases let it keep, in the unit of the live set. */
function mostKept(knobs: Settings): number {
  const { phases } = phasesOf(knobs);
  return Math.max(
    Number(knobs.liveSet),
    ...phases.map((phase) => (phase.kind === 'grow' ? (phase.to ?? 0) : 0)),
  );
}

/** Blocks that each sender can have live at once: its set, one more, and what it has handed over. */
export function blocksOfSender(knobs: Settings): number {
  const kept = mostKept(knobs);
  const set = knobs.liveUnit === 'KiB' ? Math.floor((kept * 1024) / lawOf(knobs).from) + 1 : kept;
  return set + 1 + mostHanded(knobs);
}

/** What is wrong with the knobs taken together. */
export function misfit(knobs: Settings): Misfit | undefined {
  const threads = sendersOf(knobs) + Number(knobs.consumers);
  if (sendersOf(knobs) === 0)
    return {
      message: 'Nobody allocates: there are neither producers nor threads that do both.',
      knob: 'both',
    };
  if (Number(knobs.producers) > 0 && !crosses(knobs))
    return {
      message: 'Producers need a thread that frees: a consumer, or one that does both.',
      knob: 'producers',
    };
  if (threads > MOST_THREADS)
    return {
      message: `${threads} threads are more than the ${MOST_THREADS} that a run can have.`,
      knob: largest(knobs),
    };
  const blocks = sendersOf(knobs) * blocksOfSender(knobs);
  if (blocks <= MOST_BLOCKS) return undefined;
  return {
    message: `${sendersOf(knobs)} threads that allocate could have ${blocks.toLocaleString('en-US')} live blocks; a run has at most ${MOST_BLOCKS.toLocaleString('en-US')}.`,
    knob: tooMuch(knobs),
  };
}

/** The role with most threads. */
function largest(knobs: Settings): string {
  const roles = ['producers', 'consumers', 'both'];
  return roles.reduce((most, role) => (Number(knobs[role]) > Number(knobs[most]) ? role : most));
}

/** The knob to which most of too many blocks are due. */
function tooMuch(knobs: Settings): string {
  if (mostHanded(knobs) > blocksOfSender(knobs) / 2) return 'batch';
  if (mostKept(knobs) > Number(knobs.liveSet)) return 'phases';
  return Number(knobs.liveSet) > MIX_KNOBS.liveSet.default ? 'liveSet' : 'liveUnit';
}
