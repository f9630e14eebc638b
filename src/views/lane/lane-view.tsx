import { useState } from 'react';
import type { XAxis } from '../../draw/area.ts';
import type { KnobValues } from '../../engine/knobs/index.ts';
import type { Lane } from '../../live/lane.ts';
import type { ColourBy, Selection, SortBy } from '../../state/store.ts';
import { AdoptionCard } from './adoption-card.tsx';
import { BytesCard, EntriesCard, RatesCard } from './charts.tsx';
import { CountersCard } from './counters-card.tsx';
import { DominoCard } from './domino-card.tsx';
import { EventsCard } from './events-card.tsx';
import { LaneHeader } from './header.tsx';
import { LaneTools } from './lane-tools.tsx';
import { MapCard } from './map-card.tsx';
import { PendingCard } from './pending-card.tsx';
import { QueuesCard } from './queues-card.tsx';
import { TrimCard } from './trim-card.tsx';

interface Props {
  readonly lane: Lane;
  readonly index: number;
  /** Lanes on screen. */
  readonly count: number;
  readonly focused: boolean;
  readonly name: string;
  readonly knobs: KnobValues;
  readonly selection: Selection | undefined;
  readonly colourBy: ColourBy;
  readonly sortBy: SortBy;
  onSelect(selection: Selection | undefined): void;
  onColourBy(colourBy: ColourBy): void;
  onSortBy(sortBy: SortBy): void;
  onFocus(): void;
  onRename(name: string): void;
  onDuplicate(): void;
  onRemove(): void;
  onMove(): void;
  /** Brings all lanes to an operation. */
  onSeek(op: number): void;
}

/** All views of one lane. */
export function LaneView({ lane, name, knobs, ...map }: Props) {
  const { index, count: lanes, focused } = map;
  const [x, setX] = useState<XAxis>('ns');
  const [explained, setExplained] = useState<number | undefined>(undefined);
  const [lit, setLit] = useState<string | undefined>(undefined);
  return (
    <section
      className={`lane${focused ? ' focused' : ''}`}
      aria-label={`Lane ${'ABCD'[index]}: ${name}`}
      onFocusCapture={lanes > 1 && !focused ? map.onFocus : undefined}
      onPointerDown={lanes > 1 && !focused ? map.onFocus : undefined}
    >
      <LaneHeader
        lane={lane}
        name={name}
        documentRate={knobs.timeBase === 'documentRate'}
        seconds={knobs.seconds}
        model={knobs.model}
        index={index}
        tools={
          <LaneTools
            index={index}
            lanes={lanes}
            name={name}
            onRename={map.onRename}
            onDuplicate={map.onDuplicate}
            onRemove={map.onRemove}
            onMove={map.onMove}
          />
        }
      />
      <MapCard lane={lane} model={knobs.model} lit={lit} onLit={setLit} {...map} />
      <div className="axis-switch" hidden={lanes > 1}>
        <fieldset className="segments">
          <legend className="sr">Horizontal axis of the charts</legend>
          <button type="button" aria-pressed={x === 'ns'} onClick={() => setX('ns')}>
            Virtual time
          </button>
          <button type="button" aria-pressed={x === 'op'} onClick={() => setX('op')}>
            Operations
          </button>
        </fieldset>
      </div>
      <div className="cards">
        {(knobs.model === 'mf2' || knobs.orphanPolicy === 'adopt') && (
          <AdoptionCard lane={lane} model={knobs.model} onExplain={setExplained} />
        )}
        {(knobs.model === 'mf2' || explained !== undefined) && (
          <DominoCard
            lane={lane}
            model={knobs.model}
            superslabBytes={2 ** knobs.ssLg}
            seq={explained}
            onExplain={setExplained}
            onSeek={map.onSeek}
          />
        )}
        <BytesCard lane={lane} x={x} lit={lit} onLit={setLit} />
        <EntriesCard lane={lane} x={x} model={knobs.model} />
        {knobs.model === 'mf2' && <PendingCard lane={lane} x={x} />}
        <QueuesCard lane={lane} x={x} />
        <RatesCard lane={lane} x={x} model={knobs.model} />
        {knobs.model === 'tiny' && <TrimCard lane={lane} />}
        <EventsCard model={knobs.model} lane={lane} onExplain={setExplained} />
        <CountersCard lane={lane} model={knobs.model} />
      </div>
    </section>
  );
}
