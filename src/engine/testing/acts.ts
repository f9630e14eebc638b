import fc from 'fast-check';
import { ACT, type ActId, type Intervention } from '../interventions.ts';

/** Any intervention on a small run; many name chains or rows that are not there. */
export const actArb: fc.Arbitrary<Intervention> = fc
  .record({
    act: fc.constantFrom<ActId>('stall', 'burst', 'kill', 'adopt', 'adopt', 'pin', 'unpin', 'trim'),
    chain: fc.integer({ min: 1, max: 5 }),
    row: fc.integer({ min: 0, max: 12 }),
    much: fc.constantFrom(1, 7, 60, 500),
  })
  .map(({ act, chain, row, much }) => {
    if (ACT[act].on === 'thread') return { act, subject: chain, amount: act === 'kill' ? 0 : much };
    return { act, subject: row, amount: act === 'adopt' ? chain : 0 };
  });
