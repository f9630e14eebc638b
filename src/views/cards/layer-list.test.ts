import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../engine/knobs/index.ts';
import { createSimulation } from '../../engine/simulation.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { layersOf } from './layer-list.ts';

const layers = (knobs: Partial<KnobValues>) => {
  const sim = createSimulation(resolveKnobs({ chunks: 64, ...knobs }), { eventCapacity: 1024 });
  sim.advance(2000);
  const counters = sim.readCounters();
  return { counters, list: layersOf({ counters }, sim.knobs) };
};
const named = (list: ReturnType<typeof layersOf>, name: string) =>
  list.find((layer) => layer.name === name);

describe('the layers of HAKMEM', () => {
  it('stand in their order from the call to the kernel, labels where they sit', () => {
    const { list, counters } = layers({});
    expect(list[0].name).toBe('LD_PRELOAD wrapper');
    expect(list[list.length - 1].name).toBe('Kernel');
    expect(list.filter(({ kind }) => kind === 'label only').map(({ name }) => name)).toEqual([
      'LD_PRELOAD wrapper',
      'BigCache',
      'L2.5',
      'Page arena',
    ]);
    expect(named(list, 'Kernel')?.counted).toContain(`${counters[C.mmapCalls]} mmap`);
    // What is a name alone counts nothing, but for the wrapper, which every call passes.
    for (const { kind, counted, name } of list)
      if (kind !== 'simulated' && name !== 'LD_PRELOAD wrapper') expect(counted, name).toBe('');
  });

  it('are simulated where their knobs are on', () => {
    const { list } = layers({
      tlsCacheSlots: 64,
      sharedPool: true,
      guessFree: true,
      aceTrace: true,
    });
    for (const name of ['LD_PRELOAD wrapper', 'Thread cache', 'Shared pool', 'ACE'])
      expect(named(list, name)?.kind).toBe('simulated');
    const central = layers({ tlsCacheSlots: 64, sharedPool: true, ownership: 'central' });
    for (const name of ['Thread cache', 'Shared pool'])
      expect(named(central.list, name)?.kind).toBe('switched off');
  });
});
