import { useState } from 'react';
import type { XAxis } from '../../draw/area.ts';
import type { KnobValues } from '../../engine/knobs.ts';
import type { Lane } from '../../live/lane.ts';
import type { ColourBy, Selection, SortBy } from '../../state/store.ts';
import { BytesCard, EntriesCard, RatesCard } from './charts.tsx';
import { CountersCard } from './counters-card.tsx';
import { EventsCard } from './events-card.tsx';
import { LaneHeader } from './header.tsx';
import { MapCard } from './map-card.tsx';
import { QueuesCard } from './queues-card.tsx';
import { TrimCard } from './trim-card.tsx';

interface Props {
  readonly lane: Lane;
  readonly name: string;
  readonly knobs: KnobValues;
  readonly selection: Selection | undefined;
  readonly colourBy: ColourBy;
  readonly sortBy: SortBy;
  onSelect(selection: Selection | undefined): void;
  onColourBy(colourBy: ColourBy): void;
  onSortBy(sortBy: SortBy): void;
}

/** All views of one lane. */
export function LaneView({ lane, name, knobs, ...map }: Props) {
  const [x, setX] = useState<XAxis>('ns');
  const [lit, setLit] = useState<string | undefined>(undefined);
  return (
    <div className="lane">
      <LaneHeader
        lane={lane}
        name={name}
        documentRate={knobs.timeBase === 'documentRate'}
        seconds={knobs.seconds}
        model={knobs.model}
      />
      <MapCard lane={lane} model={knobs.model} lit={lit} onLit={setLit} {...map} />
      <div className="axis-switch">
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
        <BytesCard lane={lane} x={x} lit={lit} onLit={setLit} />
        <EntriesCard lane={lane} x={x} />
        <QueuesCard lane={lane} x={x} />
        <RatesCard lane={lane} x={x} />
        {knobs.model === 'tiny' && <TrimCard lane={lane} />}
        <EventsCard model={knobs.model} lane={lane} onSelect={map.onSelect} />
        <CountersCard lane={lane} model={knobs.model} />
      </div>
    </div>
  );
}
