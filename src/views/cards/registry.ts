import type { ReactElement } from 'react';
import type { Feature } from '../../engine/allocators/model.ts';
import type { ProgramFeature } from '../../engine/programs/definition.ts';
import { lazily } from '../shell/lazily.tsx';
import { MapCard } from './map.tsx';

/** A view of a lane. A new one is a file with a component that takes no props, and a line in CARDS. */
export interface CardDef {
  readonly id: string;
  /** What it is called in menus; its own heading is a finding. */
  readonly title: string;
  /** Features without which it would have nothing to show. */
  readonly needs: readonly Feature[];
  /** The same of its program. */
  readonly needsOfProgram?: readonly ProgramFeature[];
  /** Cards stand in this order; those numbered below 0 stand above the others, over the whole width. */
  readonly order: number;
  /** Shown before anybody chose. */
  readonly byDefault: boolean;
  readonly Card: (props: object) => ReactElement;
}

/** Every view of a lane. */
export const CARDS = [
  {
    id: 'hand',
    title: 'By hand',
    needs: [],
    needsOfProgram: ['hand'],
    order: -2,
    byDefault: true,
    Card: lazily(async () => (await import('./hand.tsx')).HandCard),
  },
  {
    id: 'stage',
    title: 'Stage',
    needs: [],
    order: -1.5,
    // Not before the page opens with it: its place is above all others.
    byDefault: false,
    Card: lazily(async () => (await import('./stage.tsx')).StageCard),
  },
  {
    id: 'map',
    title: 'Map',
    needs: [],
    order: -1,
    byDefault: true,
    // Of the first picture: it is there at once.
    Card: MapCard,
  },
  {
    id: 'adoption',
    title: 'Adoption lanes',
    needs: ['adoption'],
    order: 10,
    byDefault: true,
    Card: lazily(async () => (await import('./adoption.tsx')).AdoptionCard),
  },
  {
    id: 'domino',
    title: 'Dominoes',
    needs: ['causes'],
    order: 20,
    byDefault: true,
    Card: lazily(async () => (await import('./domino.tsx')).DominoCard),
  },
  {
    id: 'verdicts',
    title: 'Verdicts of twenty runs',
    needs: ['mixedHeaps'],
    order: 25,
    byDefault: true,
    Card: lazily(async () => (await import('./verdicts.tsx')).VerdictsCard),
  },
  {
    id: 'bytes',
    title: 'Where the bytes go',
    needs: [],
    order: 30,
    byDefault: true,
    Card: lazily(async () => (await import('./bytes.tsx')).BytesCard),
  },
  {
    id: 'entries',
    title: 'Map entries',
    needs: [],
    order: 40,
    byDefault: true,
    Card: lazily(async () => (await import('./entries.tsx')).EntriesCard),
  },
  {
    id: 'pending',
    title: 'Pending queues',
    needs: ['pendingQueues'],
    order: 50,
    byDefault: true,
    Card: lazily(async () => (await import('./pending.tsx')).PendingCard),
  },
  {
    id: 'queues',
    title: 'Remote queues',
    needs: ['remoteQueues'],
    order: 60,
    byDefault: true,
    Card: lazily(async () => (await import('./queues.tsx')).QueuesCard),
  },
  {
    id: 'rates',
    title: 'Rates',
    needs: [],
    order: 70,
    byDefault: true,
    Card: lazily(async () => (await import('./rates.tsx')).RatesCard),
  },
  {
    id: 'trim',
    title: 'Trim log',
    needs: ['trim'],
    order: 80,
    byDefault: true,
    Card: lazily(async () => (await import('./trim.tsx')).TrimCard),
  },
  {
    id: 'checklist',
    title: 'D0’s checklist',
    needs: ['checklist'],
    order: 82,
    byDefault: true,
    Card: lazily(async () => (await import('./checklist.tsx')).ChecklistCard),
  },
  {
    id: 'layers',
    title: 'Layers',
    needs: ['layers'],
    order: 84,
    byDefault: true,
    Card: lazily(async () => (await import('./layers.tsx')).LayersCard),
  },
  {
    id: 'gaps',
    title: 'Working sets',
    needs: [],
    needsOfProgram: ['workingSets'],
    order: 85,
    byDefault: true,
    Card: lazily(async () => (await import('./gaps.tsx')).GapsCard),
  },
  {
    id: 'events',
    title: 'Events',
    needs: [],
    order: 90,
    byDefault: true,
    Card: lazily(async () => (await import('./events.tsx')).EventsCard),
  },
  {
    id: 'counters',
    title: 'Counters',
    needs: [],
    order: 100,
    byDefault: true,
    Card: lazily(async () => (await import('./counters.tsx')).CountersCard),
  },
] as const satisfies readonly CardDef[];

export type CardId = (typeof CARDS)[number]['id'];

/** What a user chose to see or not, by card. */
export type Chosen = Readonly<Partial<Record<CardId, boolean>>>;

const ORDERED: readonly (CardDef & { readonly id: CardId })[] = [...CARDS].sort(
  (a, b) => a.order - b.order,
);

/**
 * The cards of a lane, in order.
 * @param has whether its model has a feature with the knobs in force
 * @param does whether its program has a feature
 */
export const cardsFor = (
  has: (feature: Feature) => boolean,
  does: (feature: ProgramFeature) => boolean,
  chosen: Chosen,
): readonly (CardDef & { readonly id: CardId })[] =>
  ORDERED.filter(
    ({ id, byDefault, needs, needsOfProgram = [] }) =>
      (chosen[id] ?? byDefault) && needsOfProgram.every(does) && needs.every(has),
  );
