import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { presetById, variantKnobs } from '../engine/presets.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C, COUNTERS } from '../engine/telemetry/counters.ts';
import { piecesOf } from './glossary.ts';
import { LESSONS } from './list.ts';
import { addProgress, curveScore, readProgress } from './progress.ts';
import type { Lesson } from './types.ts';

/** Knobs that reach each goal: one way, not the only one. */
const SOLUTIONS: Readonly<Record<string, Partial<KnobValues>>> = {
  'life-of-a-superslab': { minSize: 64, maxSize: 64 },
  'dead-owner': { orphanPolicy: 'adopt' },
  'lying-counter': { decOnRemote: true, trimSS: true, trimIntervalMs: 100, threadEnd: 'detach' },
  'who-hit-the-limit': { orphanPolicy: 'adopt' },
  sawtooth: { trimIntervalMs: 10, threadEnd: 'detach' },
  'helpful-thief': { route: 's2', adoptOnWake: true },
  'threshold-traps': { partialList: 'on' },
  'owner-priority': { route: 's2', orphanPolicy: 'adopt' },
  'two-heaps': { orphanPolicy: 'adopt' },
  'lean-and-entries': { decommit: 'off' },
  'design-the-policy': { partialList: 'on' },
  'leaking-queue': { pendingOrder: 'oldest' },
};

/** Values of a goal's counters at its operation count. */
function reached(lesson: Lesson, knobs: Partial<KnobValues>): boolean[] {
  const preset = presetById(lesson.preset);
  const base = preset ? variantKnobs(preset, lesson.variant ?? preset.lanes?.[0] ?? 0) : {};
  const sim = createSimulation(resolveKnobs(base, lesson.knobs ?? {}, knobs, { opLimit: 0 }), {
    eventCapacity: 1024,
  });
  sim.advance(lesson.goal.ops);
  const counters = sim.readCounters();
  return lesson.goal.tests.map(
    ({ counter, atMost, atLeast }) =>
      sim.op >= lesson.goal.ops &&
      counters[C[counter]] <= (atMost ?? Infinity) &&
      counters[C[counter]] >= (atLeast ?? 0),
  );
}

describe('goals', () => {
  it.each(LESSONS.map((lesson) => [lesson.id, lesson] as const))(
    'can be reached, and not by doing nothing: %s',
    { tags: ['slow'] },
    (id, lesson) => {
      expect(reached(lesson, SOLUTIONS[id])).not.toContain(false);
      expect(reached(lesson, {})).toContain(false);
    },
  );
});

describe('lessons', () => {
  it('are the course of the design, each on a scenario that exists', () => {
    expect(LESSONS.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    for (const lesson of LESSONS) {
      const preset = presetById(lesson.preset);
      expect(preset).toBeDefined();
      if (lesson.variant !== undefined) expect(preset?.variants[lesson.variant]).toBeDefined();
      expect(lesson.steps.length).toBeGreaterThanOrEqual(3);
      for (const { counter } of lesson.goal.tests) expect(COUNTERS).toContain(counter);
    }
  });

  it('explain a term once, and keep values apart from prose', () => {
    const pieces = piecesOf('A SuperSlab has an owner; the SuperSlab: {superslabs}.');
    expect(
      pieces.filter(({ kind }) => kind === 'term').map((piece) => 'text' in piece && piece.text),
    ).toEqual(['SuperSlab', 'owner']);
    expect(pieces).toContainEqual({ kind: 'value', name: 'superslabs' });
    expect(pieces.map((piece) => ('text' in piece ? piece.text : `{${piece.name}}`)).join('')).toBe(
      'A SuperSlab has an owner; the SuperSlab: {superslabs}.',
    );
  });

  it('score a curve by its shape', () => {
    const line = Array.from({ length: 40 }, (_, i) => i / 39);
    expect(
      curveScore(
        line,
        line.map((v) => v * 1000),
      ),
    ).toBeCloseTo(1);
    expect(curveScore(line, [...line].reverse())).toBeLessThan(0.2);
    expect(curveScore([], line)).toBe(0);
    // What was drawn is taken as drawn: the top of the frame is the highest of the run.
    expect(
      curveScore(
        line.map((v) => v / 10),
        line,
      ),
    ).toBeLessThan(0.2);
  });

  it('keep progress, and survive rubbish in its place', () => {
    const kept = new Map<string, string>();
    const store = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    addProgress(store, 'a', { score: 0.4 });
    addProgress(store, 'a', { score: 0.2, goal: true });
    expect(readProgress(store)).toEqual({ a: { score: 0.4, goal: true } });
    kept.set('slabscope.lessons', '{"a":{"score":"<b>"},"b":7}');
    expect(readProgress(store)).toEqual({ a: {} });
    kept.set('slabscope.lessons', 'not json');
    expect(readProgress(store)).toEqual({});
  });
});
