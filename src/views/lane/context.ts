import { createContext, useContext } from 'react';
import type { XAxis } from '../../draw/area.ts';
import type { KnobValues } from '../../engine/knobs/index.ts';
import type { Lane } from '../../live/lane.ts';
import type { Axes } from './axes.ts';

/** What the views of one lane share. */
export interface LaneScope {
  readonly lane: Lane;
  /** Its place on screen, from 0. */
  readonly index: number;
  /** Knobs in force in it. */
  readonly knobs: KnobValues;
  /** What its charts have in common with those of the lanes beside it; undefined: it is alone. */
  readonly axes: Axes | undefined;
  /** Horizontal axis of its charts while it is alone. */
  readonly x: XAxis;
  /** Label of the byte band whose spans keep their colour in the map. */
  readonly lit: string | undefined;
  onLit(label: string | undefined): void;
  /** The event whose causes are shown. */
  readonly explained: Explained | undefined;
  /** Asks for the chain of causes that ends in an event; undefined: no more. */
  onExplain(event: Explained | undefined): void;
}

/** An event that somebody asked about, and the card in which: the answer stands there. */
export interface Explained {
  /** Sequence number of the event. */
  readonly seq: number;
  readonly by: 'adoption' | 'domino' | 'events';
}

export const LaneContext = createContext<LaneScope | undefined>(undefined);

/** The lane that a view is of. */
export function useLane(): LaneScope {
  const scope = useContext(LaneContext);
  if (!scope) throw new Error('no lane around this view');
  return scope;
}
