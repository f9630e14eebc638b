import {
  HEAP_STATES,
  type HeapState,
  PAGE_STATES,
  type PageState,
  SS_STATES,
  type SuperSlabState,
} from '../../engine/telemetry/states.ts';
import type { ModelId } from '../../engine/types.ts';
import { type FrameView, H } from '../../worker/frame.ts';

/** What each state of a SuperSlab is called, and its token. */
export const STATE_LABELS: Readonly<Record<SuperSlabState, readonly [string, string]>> = {
  unmapped: ['given back', '--ghost'],
  current: ['in use by a living thread', '--living'],
  owned: ['owner living, set aside', '--owned'],
  orphan: ['owner dead, blocks live', '--dead'],
  inflated: ['empty, counter says in use', '--infl'],
  empty: ['empty, counter agrees', '--empty'],
  kept: ['empty, kept in reserve', '--kept'],
  cached: ['in a SuperSlab cache', '--cached'],
};

/** What each state of a page is called, and its token. */
export const PAGE_LABELS: Readonly<Record<PageState, readonly [string, string]>> = {
  unmapped: ['given back', '--ghost'],
  active: ['active', '--living'],
  pending: ['in its owner’s queue', '--cached'],
  partial: ['partly free, listed', '--empty'],
  full: ['full', '--full'],
  graveyard: ['graveyard: free, but in no list', '--infl'],
  below: ['remote blocks, never enqueued', '--b-below'],
  orphan: ['owner dead', '--dead'],
  orphanPending: ['in a dead owner’s queue', '--kept'],
};

/** What each state of a stretch of a brk heap is called, and its token. */
export const HEAP_LABELS: Readonly<Record<HeapState, readonly [string, string]>> = {
  unmapped: ['given back', '--ghost'],
  full: ['full', '--full'],
  holed: ['live blocks and holes', '--living'],
  vacant: ['all free, below live blocks', '--infl'],
  top: ['top of the heap, free', '--empty'],
  untouched: ['never used', '--kept'],
};

export const modelOf = (frame: FrameView): ModelId =>
  frame.header[H.model] === 1 ? 'mf2' : 'tiny';

export interface StateName {
  readonly name: string;
  readonly label: string;
  readonly token: string;
}
const TINY: readonly StateName[] = SS_STATES.map((name) => ({
  name,
  label: STATE_LABELS[name][0],
  token: STATE_LABELS[name][1],
}));
const PAGES: readonly StateName[] = PAGE_STATES.map((name) => ({
  name: `page-${name}`,
  label: PAGE_LABELS[name][0],
  token: PAGE_LABELS[name][1],
}));
/** States of a model, by their index in a frame. */
export const statesOf = (model: ModelId): readonly StateName[] => (model === 'tiny' ? TINY : PAGES);

const isHeapState = (state: string): state is HeapState =>
  (HEAP_STATES as readonly string[]).includes(state);

/** Name and token of a state of any model. */
export const stateLabel = (
  state: SuperSlabState | PageState | HeapState,
  model: ModelId,
): readonly [string, string] => {
  if (model === 'tiny') return STATE_LABELS[state as SuperSlabState];
  if (model === 'mf2') return PAGE_LABELS[state as PageState];
  return isHeapState(state) ? HEAP_LABELS[state] : [state, '--ghost'];
};

/** What a row of the map is. */
export const noun = (model: ModelId): string => (model === 'tiny' ? 'SuperSlab' : 'page');
export const nouns = (model: ModelId): string => `${noun(model)}s`;
