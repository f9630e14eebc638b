import { fail, ok, type Result } from '../../../base/result.ts';
import { MAX_CHAINS } from '../program.ts';
import type { TraceEvents } from './events.ts';
import { keepTrace, type TraceFacts } from './library.ts';

const NONE = -1;
const MOST = MAX_CHAINS - 1;

/** How the lives of a trace share chains. */
export interface TracePlan {
  readonly events: TraceEvents;
  /** Chains, main included. */
  readonly chains: number;
  /** By life: its chain, 0: it makes no call; the event with which it begins; its last event. */
  readonly chainOf: Uint8Array;
  readonly begin: Int32Array;
  readonly last: Int32Array;
  /** By life: 1 when its thread ends after its last event. */
  readonly ends: Uint8Array;
  /**
   * Lives that the trace does not end, and that end after their last call all the same, because otherwise there would be more
   * threads at a time than can run.
   */
  readonly cutShort: number;
}

/**
 * Chains of lives, so that two of one chain never meet: a life is begun by whoever makes the call before its first, so it
 * takes its chain from that call on. @returns undefined: they do not suffice
 */
function coloured(
  begin: Int32Array,
  last: Int32Array,
  ends: Uint8Array,
  count: number,
): { chainOf: Uint8Array; chains: number } | undefined {
  const chainOf = new Uint8Array(begin.length);
  /** By chain: the last event of whoever has it. */
  const taken: number[] = [];
  const order = Array.from(begin.keys())
    .filter((life) => begin[life] !== NONE)
    .sort((a, b) => begin[a] - begin[b] || a - b);
  for (const life of order) {
    let chain = taken.findIndex((until) => until < begin[life] - 1);
    if (chain < 0) {
      chain = taken.length;
      if (chain === MOST) return undefined;
      taken.push(0);
    }
    taken[chain] = ends[life] !== 0 ? last[life] : count;
    chainOf[life] = chain + 1;
  }
  return { chainOf, chains: taken.length + 1 };
}

/** How a trace is run; it has events. Fails when more threads make calls at a time than a run can have. */
export function planOf(events: TraceEvents): Result<TracePlan> {
  const { lives, count, carried } = events;
  const begin = Int32Array.from(lives, ({ first }, life) =>
    first !== NONE && life < carried ? 0 : first,
  );
  const last = Int32Array.from(lives, (life) => life.last);
  const ends = Uint8Array.from(lives, (life) => (life.ended ? 1 : 0));
  const plain = coloured(begin, last, ends, count);
  if (plain !== undefined) return ok({ events, ...plain, begin, last, ends, cutShort: 0 });
  let cutShort = 0;
  for (let life = 0; life < ends.length; life++) {
    if (ends[life] !== 0 || begin[life] === NONE) continue;
    ends[life] = 1;
    cutShort++;
  }
  const closer = coloured(begin, last, ends, count);
  if (closer !== undefined) return ok({ events, ...closer, begin, last, ends, cutShort });
  return fail(
    'E_RANGE',
    `More than ${MOST} threads of this trace make calls at a time, and a run has no more: choose a stretch with fewer (--skip, --take).`,
  );
}

/** Plans a trace and keeps it, so that the knob may name it. @param digest of its events */
export function provideTrace(events: TraceEvents, digest: string): Result<TraceFacts & TracePlan> {
  if (events.count === 0) return fail('E_RANGE', 'No call of this trace can be run.');
  const plan = planOf(events);
  if (!plan.ok) return plan;
  const facts = { digest, chains: plan.value.chains };
  keepTrace(facts, plan.value);
  return ok({ ...plan.value, ...facts });
}
