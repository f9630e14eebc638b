// @module-tag slow
import { describe, expect, it } from 'vitest';
import { some } from '../../base/testing/fuzz.ts';
import { sampleAt } from '../../draw/area.ts';
import { frameOf } from '../../draw/testing/frames.ts';
import { resolveKnobs } from '../../engine/knobs/index.ts';
import { PRESETS, presetById, storyUnder, variantKnobs } from '../../engine/presets.ts';
import { createSimulation } from '../../engine/simulation.ts';
import { LESSONS } from '../../lessons/list.ts';
import { curveScore } from '../../lessons/progress.ts';
import type { Lesson } from '../../lessons/types.ts';
import { currentStep, hasCome, resolveText, storyValues } from './resolve.ts';

describe('every variant of every scenario runs and tells its story', () => {
  it.each(PRESETS.map((preset) => [preset.id, preset] as const))('%s', (_, preset) => {
    for (const [i] of preset.variants.entries()) {
      const sim = createSimulation(resolveKnobs(variantKnobs(preset, i)), { eventCapacity: 1024 });
      sim.advance(1500);
      // One that waits for calls by hand has its story played in presets/hand.test.ts.
      // Another one crashes before its first operation.
      if (!sim.awaitsHand && sim.status !== 'crashed') expect(sim.op).toBeGreaterThan(1000);
      const frame = frameOf(sim);
      const told = storyUnder(preset.story, sim.knobs);
      const step = told[currentStep(told, frame)];
      expect(step.title).not.toBe('');
      const said = resolveText(step.text, storyValues(frame));
      expect(said.length).toBeGreaterThan(20);
      expect(said).not.toMatch(/[{}]|NaN|undefined/);
    }
  });
});

/** Which option is right, or that the curve rises. */
const RIGHT: Readonly<Record<string, number | 'rise'>> = {
  'life-of-a-superslab': 0,
  'dead-owner': 'rise',
  'lying-counter': 2,
  'who-hit-the-limit': 3,
  sawtooth: 'rise',
  'helpful-thief': 0,
  'threshold-traps': 2,
  'owner-priority': 3,
  'two-heaps': 2,
  'lean-and-entries': 0,
  'design-the-policy': 2,
  'leaking-queue': 3,
};
/** Operations between two looks at a run, as between two frames of a fast one. */
const LOOK = 50_000;
/** Far more than any lesson needs; without it one that never proves anything would not end. */
const ENOUGH = 60_000_000;

/** The runs of a lesson, lane by lane, stopped where its last step has come. */
function proved(lesson: Lesson) {
  const preset = presetById(lesson.preset);
  if (!preset) throw new Error(`no preset ${lesson.preset}`);
  const variants = lesson.variant === undefined ? (preset.lanes ?? [0]) : [lesson.variant];
  const sims = variants.map((variant) =>
    createSimulation(resolveKnobs(variantKnobs(preset, variant), lesson.knobs ?? {}), {
      eventCapacity: 1024,
    }),
  );
  const [first] = sims;
  let at = -1;
  let frame = frameOf(first);
  while (at < lesson.steps.length - 1 && first.status === 'running' && first.op < ENOUGH) {
    for (const sim of sims) sim.advance(LOOK);
    frame = frameOf(first);
    // One step after the other: a step waits for those before it.
    for (const [i, step] of lesson.steps.entries())
      if (at === i - 1 && hasCome(step.when, frame)) at = i;
  }
  return { at, frame, counters: sims.map((sim) => sim.readCounters()) };
}

describe('every lesson comes to its last step and proves its answer', () => {
  // Half of them each time: whole runs, several lanes of some.
  it.each(some(LESSONS, 2).map((lesson) => [lesson.id, lesson] as const))(
    '%s',
    (id, { steps, predict, ...rest }) => {
      const { at, frame, counters } = proved({ steps, predict, ...rest });
      expect(at).toBe(steps.length - 1);
      const values = storyValues(frame);
      for (const { text } of steps) expect(resolveText(text, values)).not.toMatch(/[{}]|NaN/);
      if (predict.kind === 'choose') {
        expect(predict.answer(counters)).toBe(RIGHT[id]);
        expect(predict.options[Number(RIGHT[id])]).toBeDefined();
        return;
      }
      expect(RIGHT[id]).toBe('rise');
      const points = 40;
      const real = Array.from({ length: points }, (_, i) =>
        sampleAt(frame, Math.round((i / (points - 1)) * (frame.shape.samples - 1)), predict.series),
      );
      const rising = real.map((_, i) => i / (points - 1));
      expect(curveScore(rising, real)).toBeGreaterThan(0.7);
      expect(curveScore(rising.toReversed(), real)).toBeLessThan(0.5);
    },
  );
});
