import { compact, count, unbroken } from '../../draw/format.ts';
import type { KnobValues } from '../../engine/knobs/index.ts';
import { laneKnobs } from '../../engine/recipe-parse.ts';
import type { Lesson } from '../../lessons/types.ts';
import { presetRecipe } from '../../state/store.ts';
import type { Speed } from '../../worker/protocol.ts';

/** Seconds, or minutes where there are many. */
const wallTime = (seconds: number): string =>
  seconds < 100 ? `${count(Math.max(1, seconds))} s` : `${count(seconds / 60)} min`;

/**
 * How long runs beside each other take, in operations, and in seconds as far as the speed says: what a machine needs
 * besides nobody knows before it has begun.
 * @param lanes the knobs of each
 * @param ops after which it is over, at most; undefined: as its knobs say
 * @returns undefined: one run is no reason to say anything
 */
export function lengthText(
  lanes: readonly Readonly<KnobValues>[],
  speed: Speed,
  ops?: number,
): string | undefined {
  if (lanes.length < 2) return undefined;
  const limits = lanes.map(({ opLimit }) => ops ?? opLimit);
  const longest = Math.max(...limits);
  const pace = speed === 'max' ? 'flat out' : `at ${compact(speed)} operations a second`;
  if (limits.includes(0)) return unbroken(`${lanes.length} lanes, each to its end, ${pace}`);
  const same = new Set(limits).size === 1;
  const each = `${lanes.length} lanes of ${same ? '' : 'up to '}${compact(longest)} operations`;
  if (speed === 'max') return unbroken(`${each}, ${pace}`);
  return unbroken(`${each}: at least ${wallTime(longest / speed)} ${pace}`);
}

/** What is said of a scenario before it is opened side by side. */
export function scenarioLength(id: string, speed: Speed): string | undefined {
  const recipe = presetRecipe(id);
  return lengthText(
    recipe.lanes.map((_, i) => laneKnobs(recipe, i)),
    speed,
  );
}

/** What is said of a lesson before it is begun: it is over when its last step has come. */
export function lessonLength({ preset, variant, knobs, speed, steps }: Lesson): string | undefined {
  const recipe = presetRecipe(preset, variant);
  const last = steps.at(-1)?.when;
  return lengthText(
    recipe.lanes.map((_, i) => ({ ...laneKnobs(recipe, i), ...knobs })),
    speed,
    last?.kind === 'op' ? last.op : undefined,
  );
}
