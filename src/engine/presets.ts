import type { KnobValues } from './knobs/index.ts';
import { COST_TOGGLES } from './presets/cost-toggles.ts';
import { HAND_PRESETS } from './presets/hand.ts';
import { LEAKING_QUEUE } from './presets/leaking-queue.ts';
import { LEAN_PRESETS } from './presets/lean.ts';
import { EXHIBIT, PRESET_LIST } from './presets/list.ts';
import { MF2_PRESETS } from './presets/mf2.ts';
import { MIXED_PRESETS } from './presets/mixed-heaps.ts';
import { TEXTBOOK_PRESETS } from './presets/textbook.ts';
import type { Under } from './presets/under.ts';
import { WORKING_SET } from './presets/working-set.ts';
import type { CounterName } from './telemetry/counters.ts';
import type { EventKind } from './telemetry/events.ts';

export { variantKnobs } from './presets/variant.ts';

/** When a step of a story becomes the current one. */
export type StoryWhen =
  | { readonly kind: 'start' }
  | { readonly kind: 'op'; readonly op: number }
  | { readonly kind: 'counter'; readonly counter: CounterName; readonly atLeast: number }
  | { readonly kind: 'event'; readonly event: EventKind }
  /**
   * `refused`: a mapping was refused on the way, for want of map entries, or none was; undefined: either.
   * `after`, `without`: what the counter counts has happened on the way, or has not.
   */
  | {
      readonly kind: 'ended';
      readonly refused?: boolean;
      readonly after?: CounterName;
      readonly without?: CounterName;
    };

/** One sentence or two; {names} are filled from the run's own numbers. */
export interface StoryStep {
  readonly title: string;
  readonly text: string;
  readonly when: StoryWhen;
  /** Under which knobs it holds; it is told under no others. Undefined: under all. */
  readonly under?: Under;
  /** What its sentences rest on: see docs/evidence.md. */
  readonly rests?: readonly string[];
}

export type MetricId =
  | 'superslabsPeak'
  | 'superslabsNow'
  | 'oomSeconds'
  | 'mappedKiB'
  | 'residentKiB'
  | 'peakResidentMB'
  | 'freed'
  | 'remoteSharePercent'
  | 'modelledOpsPerSecond'
  | 'printedOpsPerSecond'
  | 'perLife'
  | 'lives'
  | 'allocated'
  | 'newPages'
  | 'pageReuses'
  | 'pendingEnqueued'
  | 'reusePercent';

/** What a document says, to stand greyed beside what the engine gives. */
export interface DocumentFigure {
  readonly label: string;
  readonly unit: string;
  readonly document: number;
  readonly source: string;
  readonly metric: MetricId;
  readonly note?: string;
}

/** How many of a document's runs passed, to stand greyed beside the verdicts of ours. */
export interface DocumentVerdict {
  readonly passed: number;
  readonly of: number;
  readonly source: string;
}

export interface Variant {
  readonly name: string;
  readonly knobs: Partial<KnobValues>;
  readonly note?: string;
  /** What the note, and those of its figures, rest on: see docs/evidence.md. */
  readonly rests?: readonly string[];
  readonly documentFigures?: readonly DocumentFigure[];
  readonly documentVerdict?: DocumentVerdict;
}

export interface Preset {
  readonly id: string;
  readonly scenario: string;
  readonly title: string;
  readonly question: string;
  readonly claims: readonly string[];
  readonly knobs: Partial<KnobValues>;
  /** At least one; presets that compare show one at a time. */
  readonly variants: readonly Variant[];
  /** Variants that open side by side, at most four; undefined: the first alone. */
  readonly lanes?: readonly number[];
  readonly story: readonly StoryStep[];
  /** Operations per second of wall time, or flat out. */
  readonly speed: number | 'max';
  readonly documentFigures: readonly DocumentFigure[];
  /** Of its variants that have none of their own. */
  readonly documentVerdict?: DocumentVerdict;
  /** What the notes of its figures rest on: see docs/evidence.md. */
  readonly rests?: readonly string[];
}

export const PRESETS: readonly Preset[] = [
  ...PRESET_LIST,
  ...MIXED_PRESETS,
  ...MF2_PRESETS,
  LEAKING_QUEUE,
  WORKING_SET,
  COST_TOGGLES,
  ...LEAN_PRESETS,
  ...TEXTBOOK_PRESETS,
  ...HAND_PRESETS,
];
/** What a first visit plays. */
export const FIRST_PRESET = EXHIBIT;

/** The preset with this id, or undefined. */
export const presetById = (id: string): Preset | undefined =>
  PRESETS.find((preset) => preset.id === id);

/** The steps that hold under these knobs, in their order. */
export const storyUnder = (
  story: readonly StoryStep[],
  knobs: Readonly<KnobValues>,
): readonly StoryStep[] => story.filter(({ under }) => under?.(knobs) ?? true);
