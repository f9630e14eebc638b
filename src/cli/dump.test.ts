import { describe, expect, it } from 'vitest';
import { hasFeature, MODEL_IDS, modelDef } from '../engine/allocators/index.ts';
import { resolveKnobs } from '../engine/knobs/index.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C } from '../engine/telemetry/counters.ts';
import { stateOf, stateText } from './dump.ts';
import { sim } from './sim-command.ts';
import { inWorld } from './testing/io.ts';

const total = <Row>(rows: readonly Row[], of: (row: Row) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0);

describe('the state at an operation', () => {
  it.each(MODEL_IDS)('is the whole of it, and agrees with the counters: %s', (model) => {
    const run = createSimulation(resolveKnobs({ model, chunks: 200, minSize: 16, maxSize: 4096 }));
    run.advance(20_000);
    const state = stateOf(run);
    const counters = run.readCounters();
    expect(state.spans).toHaveLength(counters[C.superslabsNow]);
    expect(total(Object.values(state.states), (n) => n)).toBe(state.spans.length);
    if (hasFeature(model, 'classes'))
      expect(total(state.spans, ({ live }) => live)).toBe(counters[C.liveBlocks]);
    expect(total(state.queues, ({ blocks }) => blocks)).toBe(counters[C.queuedBlocks]);
    expect(total(state.spans, ({ queued }) => queued)).toBe(counters[C.queuedBlocks]);
    expect(state.threads).toEqual(run.listThreads());
  });

  it.each(MODEL_IDS)('reads well: %s', (model) => {
    const run = createSimulation(resolveKnobs({ model, chunks: 200, minSize: 16, maxSize: 4096 }));
    run.advance(5000);
    const text = stateText('A', run);
    expect(text).toMatch(/^A: operation 5,000, /);
    expect(text).toContain(run.digest());
    const { many } = modelDef(model).noun;
    expect(text).toContain(`States of ${many}`);
    for (const title of ['Threads', 'Map entries', 'Bytes', 'Counters that are not 0'])
      expect(text).toMatch(new RegExp(`^${title}$`, 'm'));
    expect(text.includes('Queues of remotely freed blocks')).toBe(
      hasFeature(model, 'remoteQueues'),
    );
    expect(text).not.toMatch(/undefined|NaN/);
    if (many !== 'SuperSlabs') expect(text.replace(/superslabs\w*/g, '')).not.toMatch(/SuperSlab/);
  });

  it('is that of the operation asked for, as JSON too, from the start on', async () => {
    const text = await inWorld(sim, ['--set', 'chunks=64', '--at', '0', '--dump']);
    expect(text.status).toBe(0);
    expect(text.out).toMatch(/^A: operation 0, /);
    const argv = ['--set', 'chunks=64', '--at', '777', '--dump', '--json'];
    const { out } = await inWorld(sim, argv);
    const line = JSON.parse(out) as { ops: number; spans: object[]; threads: object[] };
    expect(line).toMatchObject({ ops: 777, status: 'finished', recipe: { cursor: 777 } });
    expect(line.threads).toHaveLength(4);
    expect(line.spans[0]).toMatchObject({ index: 0, chain: 0, owner: 0, ownerAlive: true });
  });

  it('stops where the run ended, and says so', async () => {
    const argv = ['--set', 'chunks=64', '--set', 'opLimit=100', '--dump'];
    const { out } = await inWorld(sim, argv);
    expect(out).toMatch(/^A: operation 100, .*\n {2}ended by +the limit of 100 operations\n/);
  });
});
