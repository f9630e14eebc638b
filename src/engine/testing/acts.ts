import fc from 'fast-check';
import { ACT, type ActId, HAND_ACTS, type Intervention } from '../interventions.ts';

/** Any blow to a small run; many name chains or rows that are not there. */
const blowArb: fc.Arbitrary<Intervention> = fc
  .record({
    act: fc.constantFrom<ActId>(
      ...(['stall', 'burst', 'kill', 'adopt', 'adopt', 'pin', 'unpin', 'trim', 'flush'] as const),
      'compact',
    ),
    chain: fc.integer({ min: 1, max: 5 }),
    row: fc.integer({ min: 0, max: 12 }),
    much: fc.constantFrom(1, 7, 60, 500),
  })
  .map(({ act, chain, row, much }) => {
    if (ACT[act].on === 'thread')
      return { act, subject: chain, amount: ACT[act].amount === undefined ? 0 : much };
    return { act, subject: row, amount: act === 'adopt' ? chain : 0 };
  });

/** Any call by hand, of few threads and slots, so that many of them can be made. */
export const callArb: fc.Arbitrary<Intervention> = fc
  .record({
    act: fc.constantFrom(...HAND_ACTS),
    subject: fc.constantFrom(1, 1, 2, 3, 5),
    slot: fc.constantFrom(0, 1, 2, 3, 9),
    bytes: fc.oneof(
      fc.integer({ min: 1, max: 600 }),
      fc.constantFrom(1, 16, 1000, 2048, 4096, 30_000, 70_000, 300_000),
    ),
  })
  .map(({ bytes, ...call }) => ({ ...call, amount: call.act === 'free' ? 0 : bytes }));

/** Any intervention on a small run. */
export const actArb: fc.Arbitrary<Intervention> = fc.oneof(
  { weight: 6, arbitrary: blowArb },
  { weight: 1, arbitrary: callArb },
);
