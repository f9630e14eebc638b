import { type KnobValues, resolveKnobs } from '../../../engine/knobs/index.ts';
import { Reel, reelOf } from '../../../engine/reel.ts';
import { createSimulation } from '../../../engine/simulation.ts';
import type { StageReel } from '../../../engine/stage.ts';
import { type EventKind, setOfKinds } from '../../../engine/telemetry/events.ts';
import { runTo, Timeline } from '../../../engine/timeline.ts';

const options = { eventCapacity: 4096 };
const resolve = (knobs: Partial<KnobValues>): KnobValues =>
  resolveKnobs(knobs.workload === undefined ? { threads: 2, chunks: 12, ...knobs } : knobs);

/** What moved around the first event of a kind. */
export function filmFirst(kind: EventKind, knobs: Partial<KnobValues>): StageReel {
  const run = createSimulation(resolve(knobs), options);
  run.advance(20_000, setOfKinds([kind]));
  return film(Math.max(0, run.op - 3), run.op + 2, knobs);
}

/** What moved in a small run, for tests of what shows and tells it. */
export function film(from: number, to: number, knobs: Partial<KnobValues> = {}): StageReel {
  const resolved = resolve(knobs);
  const timeline = new Timeline([]);
  runTo(createSimulation(resolved, options), timeline, to);
  const reel = new Reel(createSimulation(resolved, options), timeline);
  return reelOf(reel, { from, to, whole: true });
}
