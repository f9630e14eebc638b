import { describe, expect, it } from 'vitest';
import { C, COUNTER_COUNT, type CounterName } from '../../engine/telemetry/counters.ts';
import { RUN_STATUS, type RunStatus } from '../../engine/telemetry/states.ts';
import { H } from '../../worker/frame.ts';
import { lightsOf } from './checklist-lights.ts';

const frame = (
  counted: Partial<Record<CounterName, number>>,
  status: RunStatus,
  seconds: number,
  mapped: number,
  op: number,
) => {
  const counters = new Float64Array(COUNTER_COUNT);
  for (const [name, value] of Object.entries(counted)) counters[C[name as CounterName]] = value;
  const header = new Float64Array(Object.keys(H).length);
  header[H.status] = RUN_STATUS.indexOf(status);
  header[H.virtualNs] = seconds * 1e9;
  header[H.mappedBytes] = mapped;
  header[H.op] = op;
  return { counters, header };
};
const states = (...args: [...Parameters<typeof frame>, boolean]): string => {
  const priced = args.pop() as boolean;
  const [counted, status, seconds, mapped, op] = args as unknown as Parameters<typeof frame>;
  return lightsOf(frame(counted, status, seconds, mapped, op), priced)
    .map(({ state }) => state)
    .join(' ');
};

describe('D0’s five lights', () => {
  it('are all open or unjudged as a run begins, but for memory', () => {
    expect(states({}, 'running', 0.1, 50e6, 1000, false)).toBe('open met open open unjudged');
  });
  it('are not met by the run as shipped', () => {
    expect(states({ mapRefusals: 1 }, 'oom', 2, 171e9, 8.4e6, true)).toBe(
      'missed missed missed missed met',
    );
  });
  it('are met by a run that frees, stays small, lasts and is fast', () => {
    const counted = { superslabsFreed: 5, trimFreed: 5 };
    expect(states(counted, 'finished', 60, 99e6, 300e6, true)).toBe('met met met met met');
    expect(states(counted, 'finished', 60, 100e6, 200e6, true)).toBe('met missed met met missed');
  });
  it('do not say of a short run what it would have done', () => {
    expect(states({ emptySuperslabs: 1 }, 'finished', 10, 1e6, 1, false)).toBe(
      'missed met met unjudged unjudged',
    );
  });
});
