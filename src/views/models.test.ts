import { describe, expect, it } from 'vitest';
import { frameAt } from '../draw/testing/frames.ts';
import { MODEL_IDS, type ModelId, modelDef } from '../engine/allocators/index.ts';
import type { Feature } from '../engine/allocators/model.ts';
import { MODEL_SHOWN } from '../engine/allocators/shown.ts';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { createSimulation } from '../engine/simulation.ts';
import { EVENT_KINDS, type EventKind } from '../engine/telemetry/events.ts';
import { QUEUE_SERIES } from '../engine/telemetry/series.ts';
import { describe as inWords, mapFinding } from './cards/map.tsx';
import { CARDS, type Chosen, cardsFor } from './cards/registry.ts';
import { eventOf, eventSentence, kindName } from './lane/event-text.ts';
import {
  commonNouns,
  countersOf,
  counterWords,
  isInForce,
  kindsOf,
  modelOf,
  nouns,
  statesOf,
} from './models.ts';
import { autopsySentences } from './side/sentences.ts';
import { stopKind, stopsOf } from './transport/stops.ts';

/** Small runs of every model that between them bring about most of what it can do. */
const LARGE: Partial<KnobValues> = { minSize: 2048, maxSize: 9000 };
const RUNS: readonly Partial<KnobValues>[] = [
  {},
  LARGE,
  { orphanPolicy: 'adopt' },
  { ...LARGE, orphanPolicy: 'adopt' },
  { maxMapCount: 200 },
  { decOnRemote: true, trimIntervalMs: 1, trimSS: true, emptyReserve: 1 },
  { orphanPolicy: 'reuse-empty', decOnRemote: true },
  { ...LARGE, route: 'p', rfrWindowUs: 5 },
  { ...LARGE, route: 's2', partialList: 'on' },
];
const OPS = 8000;

const runOf = (model: ModelId, knobs: Partial<KnobValues>): Partial<KnobValues> => ({
  chunks: 64,
  threads: 3,
  rounds: 2,
  ...knobs,
  model,
});

describe.each(MODEL_IDS)('what is shown of %s', (model) => {
  const frames = RUNS.map((knobs) => frameAt(OPS, runOf(model, knobs)));

  it('names the states that its runs come to, in the engine’s order', () => {
    const names = new Set<string>();
    for (const knobs of RUNS) {
      const sim = createSimulation(resolveKnobs(runOf(model, knobs)), { eventCapacity: 64 });
      sim.advance(OPS);
      const frame = frameAt(OPS, runOf(model, knobs));
      const step = Math.max(1, Math.floor(sim.rows / 300));
      for (let row = 0; row < sim.rows; row += step) {
        const detail = sim.inspectSpan(row);
        const state = statesOf(model)[frame.columns.state[row]];
        if (!detail) continue;
        expect(state.name).toBe(detail.state);
        names.add(detail.state);
      }
    }
    expect(names.size).toBeGreaterThan(1);
  });

  it('lists every kind of event that its runs bring about', () => {
    const kinds = new Set<EventKind>(kindsOf(model));
    const seen = new Set<EventKind>();
    for (const frame of frames)
      for (const [i, kind] of EVENT_KINDS.entries()) if (frame.totals[i] > 0) seen.add(kind);
    for (const kind of seen) expect(kinds).toContain(kind);
    expect(seen).toContain(MODEL_SHOWN[model].newSpan);
    expect(stopsOf(model)).toContain(stopKind(model, undefined));
  });

  it('says of new spans how many bytes were mapped with them', () => {
    const knobs = resolveKnobs({
      ...runOf(model, {}),
      threadEnd: 'detach',
      thp: 'never',
      trimTop: 0,
    });
    const sim = createSimulation(knobs);
    sim.advance(OPS);
    const { newSpan, spanBytes } = MODEL_SHOWN[model];
    let bytes = 0;
    for (let seq = sim.events.first; seq < sim.events.next; seq++) {
      const event = sim.events.get(seq);
      if (event?.kind === newSpan) bytes += spanBytes(knobs, event);
    }
    const rows = Array.from({ length: sim.rows }, (_, row) => sim.inspectSpan(row)?.bytes ?? 0);
    expect(bytes).toBe(rows.reduce((sum: number, each) => sum + each, 0));
  });

  it('says nothing in the words of another model', () => {
    const foreign = MODEL_IDS.filter((id) => id !== model).flatMap((id) => {
      const { one } = modelDef(id).noun;
      return modelDef(model).noun.one === one ? [] : [one];
    });
    const said: string[] = [];
    for (const frame of frames) {
      said.push(mapFinding(frame));
      for (let row = 0; row < Math.min(50, frame.shape.rows); row++) said.push(inWords(frame, row));
      for (let i = 0; i < frame.shape.events; i++)
        said.push(eventSentence(eventOf(frame, i), frame.classBytes, model));
    }
    for (const kind of stopsOf(model)) said.push(kindName(kind, model));
    for (const name of countersOf(model)) said.push(counterWords(model, name));
    for (const { label } of statesOf(model)) said.push(label);
    for (const knobs of RUNS) {
      const sim = createSimulation(resolveKnobs(runOf(model, knobs)), { eventCapacity: 64 });
      sim.advance(OPS);
      said.push(...autopsySentences(sim.autopsy()));
    }
    for (const text of said) {
      expect(text).not.toMatch(/undefined|NaN/);
      // OS pages and pages of a heap are one word; a SuperSlab is nothing else.
      for (const word of foreign.filter((noun) => noun !== 'page'))
        expect(text).not.toMatch(new RegExp(`\\b${word}s?\\b`, 'i'));
    }
  });

  it('has no more classes with remote queues than the history has columns for', () => {
    if (!modelDef(model).features.includes('remoteQueues')) return;
    for (const frame of frames) expect(frame.classBytes.length).toBeLessThanOrEqual(QUEUE_SERIES);
  });

  it('is the model of its frames', () => {
    for (const frame of frames) expect(modelOf(frame)).toBe(model);
  });
});

describe('cards', () => {
  const idsFor = (features: readonly Feature[]): string[] =>
    cardsFor(
      (feature) => features.includes(feature),
      () => false,
      {},
    ).map(({ id }) => id);

  it('ask for features: what a model lacks is not shown', () => {
    const bare = idsFor([]);
    for (const id of ['map', 'bytes', 'entries', 'rates', 'events', 'counters'])
      expect(bare).toContain(id);
    for (const { id, needs } of CARDS) if (needs.length > 0) expect(bare).not.toContain(id);
    const more = idsFor(['trim', 'remoteQueues']);
    expect(more.filter((id) => !bare.includes(id))).toEqual(['queues', 'trim']);
    const orders = more.map((id) => CARDS.find((card) => card.id === id)?.order ?? Number.NaN);
    expect(orders).toEqual([...orders].sort((a, b) => a - b));
  });

  it('follow the knobs in force', () => {
    const has = (knobs: KnobValues) => (feature: Feature) => isInForce(feature, knobs);
    const shown = (knobs: Partial<KnobValues>): string[] =>
      cardsFor(has(resolveKnobs(knobs)), () => false, {}).map(({ id }) => id);
    expect(shown({ model: 'tiny' })).not.toContain('adoption');
    expect(shown({ model: 'tiny', orphanPolicy: 'adopt' })).toContain('adoption');
    expect(shown({ model: 'mf2' })).toContain('pending');
    expect(shown({ model: 'mf2' })).not.toContain('trim');
  });

  it('are hidden and shown by hand, but never without what they need', () => {
    const has = (feature: Feature): boolean => feature === 'trim';
    const ids = (chosen: Chosen): string[] =>
      cardsFor(has, () => false, chosen).map(({ id }) => id);
    expect(ids({ trim: false })).not.toContain('trim');
    expect(ids({ pending: true })).not.toContain('pending');
  });

  it('have an id and a place each', () => {
    expect(new Set(CARDS.map(({ id }) => id)).size).toBe(CARDS.length);
    expect(new Set(CARDS.map(({ order }) => order)).size).toBe(CARDS.length);
  });
});

describe('lanes of several models', () => {
  it('are spoken of together', () => {
    expect(commonNouns(['tiny', 'tiny'])).toBe('SuperSlabs');
    expect(commonNouns(['tiny', 'mf2', 'tiny'])).toBe(`SuperSlabs or ${nouns('mf2')}`);
  });
});
