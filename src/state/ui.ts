import type { EventKind } from '../engine/telemetry/events.ts';

/** What covers the page. */
export type Overlay = 'gallery' | 'help' | 'palette' | 'share' | 'lessons';
export type Theme = 'dark' | 'light';

/** A lesson that is open: enough to judge whether its scenario still is, without its words. */
export interface OpenLesson {
  readonly id: string;
  readonly number: number;
  readonly preset: string;
  readonly variant: number | undefined;
  /** Counts openings: the same lesson begun again is another one. */
  readonly attempt: number;
}

/** Which side panels are open. */
export interface Panels {
  /** The knobs, where the page is too narrow for them beside the lanes. */
  readonly knobs: boolean;
  readonly breakIt: boolean;
  /** `byHand`: somebody asked for them and wants to be in them; `byRecipe`: the recipe brought notes. */
  readonly notes: false | 'byHand' | 'byRecipe';
}

/** How the page stands around a recipe: dialogs, panels, choices of the moment. None of it is in a link. */
export interface Ui {
  /** Operations per second of wall time to play at, or flat out. */
  readonly speed: number | 'max';
  /** Kind of event that steps go to, as chosen last; a model without it has its own. */
  readonly stopKind: EventKind | undefined;
  readonly overlay: Overlay | undefined;
  readonly lesson: OpenLesson | undefined;
  /** Lessons in large type, turned by a clicker. */
  readonly teacher: boolean;
  readonly panels: Panels;
  /** Words of a note that is not pinned yet: they outlive their panel. */
  readonly draft: string;
  /** The run has been brought somewhere on the time bar. */
  readonly travelled: boolean;
  readonly theme: Theme;
  /** Every lane scales its own axes. */
  readonly ownAxes: boolean;
  /** Views that were chosen to be shown or not, by id. */
  readonly cards: Readonly<Record<string, boolean>>;
}

export const initialUi = (start: Partial<Ui>): Ui => ({
  speed: 'max',
  stopKind: undefined,
  overlay: undefined,
  lesson: undefined,
  teacher: false,
  panels: { knobs: false, breakIt: false, notes: false },
  draft: '',
  travelled: false,
  theme: 'dark',
  ownAxes: false,
  cards: {},
  ...start,
});
