import { useLane } from '../lane/context.ts';
import { Card, type TableSpec } from './card.tsx';
import { LIGHT_WORDS, lightsOf } from './checklist-lights.ts';
import { LiveTable } from './live-table.tsx';

/** D0's list of five conditions under which it would call the leak fixed, as lights. */
export function ChecklistCard() {
  const { knobs } = useLane();
  const priced = knobs.timeBase === 'costs';
  const table: TableSpec = {
    head: ['D0’s condition', 'Light', 'Here'],
    rows: (frame) =>
      lightsOf(frame, priced).map(({ condition, state, here }) => [
        condition,
        `${SIGNS[state]} ${LIGHT_WORDS[state]}`,
        here,
      ]),
  };
  return (
    <Card
      pictured={false}
      className="checklist-card"
      title={(frame) => {
        const lights = lightsOf(frame, priced);
        const met = lights.filter(({ state }) => state === 'met').length;
        const missed = lights.filter(({ state }) => state === 'missed').length;
        return `D0’s checklist: ${met} of ${lights.length} met, ${missed} not`;
      }}
      table={table}
    >
      <LiveTable
        spec={{
          head: ['D0’s condition', 'Here'],
          rows: (frame) =>
            lightsOf(frame, priced).map(({ condition, state, here }) => [
              condition,
              `${SIGNS[state]} ${here}`,
            ]),
        }}
      />
      <p className="story-note">
        {STATES.map((state) => `${SIGNS[state]} ${LIGHT_WORDS[state]}`).join(', ')}
      </p>
    </Card>
  );
}

/** Told apart by more than colour. */
const SIGNS = { met: '●', missed: '✕', open: '○', unjudged: '–' } as const;
const STATES = ['met', 'missed', 'open', 'unjudged'] as const;
