import { useLane } from '../lane/context.ts';
import { Card, type TableSpec } from './card.tsx';
import { layersOf } from './layer-list.ts';
import { LiveTable } from './live-table.tsx';

/** The layers that a request passes, in their order, those that are names alone among them. */
export function LayersCard() {
  const { knobs } = useLane();
  const table: TableSpec = {
    head: ['Layer, from the call down', 'Here', 'Counted', 'What it is'],
    rows: (frame) =>
      layersOf(frame, knobs).map(({ name, kind, what, counted }, i) => [
        `${i + 1}. ${name}`,
        kind,
        counted,
        what,
      ]),
  };
  return (
    <Card
      pictured={false}
      className="layers-card"
      title={(frame) => {
        const layers = layersOf(frame, knobs);
        const simulated = layers.filter(({ kind }) => kind === 'simulated').length;
        const labels = layers.filter(({ kind }) => kind === 'label only').length;
        return `Of ${layers.length} layers ${simulated} are simulated here, ${labels} are labels`;
      }}
      table={table}
    >
      <LiveTable
        spec={{
          head: ['Layer, from the call down', 'Here'],
          rows: (frame) =>
            layersOf(frame, knobs).map(({ name, kind, counted }, i) => [
              `${i + 1}. ${name}`,
              counted === '' ? kind : counted,
            ]),
        }}
      />
    </Card>
  );
}
