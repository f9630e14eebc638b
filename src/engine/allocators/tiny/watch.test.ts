import { expect, it } from 'vitest';
import { resolveKnobs } from '../../knobs/index.ts';
import { createSimulation } from '../../simulation.ts';
import { EV } from '../../telemetry/events.ts';

const SMALL = { eventCapacity: 256 };

it('stops right after the operation in which a watched event happens', () => {
  const sim = createSimulation(resolveKnobs({ chunks: 32 }), SMALL);
  const bit = 1 << EV.superslabMapped;
  for (let i = 0; i < 40; i++) {
    const before = sim.events.totals[EV.superslabMapped];
    const { hit } = sim.advance(1e6, bit);
    expect(hit).toBe(true);
    expect(sim.events.totals[EV.superslabMapped]).toBeGreaterThan(before);
    const last = sim.events.get(sim.events.next - 1);
    expect(last?.op).toBeLessThanOrEqual(sim.op);
  }
  expect(sim.audit()).toEqual([]);
});
