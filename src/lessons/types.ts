import type { KnobValues } from '../engine/knobs/index.ts';
import type { StoryStep } from '../engine/presets.ts';
import type { CounterName } from '../engine/telemetry/counters.ts';
import type { SeriesName } from '../engine/telemetry/series.ts';

/** Views that prose can point at. */
export const POINTS = [
  'map',
  'bytes',
  'entries',
  'queues',
  'trim',
  'adoption',
  'domino',
  'pending',
  'verdicts',
  'compare',
] as const;
export type Point = (typeof POINTS)[number];

/** A link in the prose: points at a view, or travels to an operation. */
export interface LessonLink {
  readonly label: string;
  readonly point?: Point;
  readonly seek?: number;
}

export interface LessonStep extends StoryStep {
  readonly links?: readonly LessonLink[];
}

/** What the learner says before the run begins; the run itself is the answer. */
export type Prediction =
  | {
      readonly kind: 'choose';
      readonly question: string;
      readonly options: readonly string[];
      /** Which option the run proves, read when it is over; counters of every lane in order. */
      answer(lanes: readonly ArrayLike<number>[]): number;
      /** What shows that the answer is no accident of this run: see docs/evidence.md. */
      readonly rests: readonly string[];
    }
  | {
      readonly kind: 'curve';
      readonly question: string;
      /** Series whose shape is drawn. */
      readonly series: SeriesName;
      readonly label: string;
      /** What shows that its shape is no accident of this run: see docs/evidence.md. */
      readonly rests: readonly string[];
    };

/** Something to reach with the knobs. */
export interface Goal {
  readonly text: string;
  /** Operations after which it counts. */
  readonly ops: number;
  readonly tests: readonly {
    readonly counter: CounterName;
    readonly atMost?: number;
    readonly atLeast?: number;
    readonly label: string;
  }[];
  readonly hint: string;
  /** What text and hint rest on: see docs/evidence.md. */
  readonly rests: readonly string[];
}

export interface Lesson {
  readonly id: string;
  /** Number in the course (ui.md). */
  readonly number: number;
  readonly title: string;
  readonly intro: string;
  readonly preset: string;
  /** Variant shown alone; undefined: side by side where the scenario compares. */
  readonly variant?: number;
  /** Knobs that the lesson sets on top of the scenario. */
  readonly knobs?: Partial<KnobValues>;
  readonly speed: number;
  readonly predict: Prediction;
  readonly steps: readonly LessonStep[];
  readonly goal: Goal;
}
