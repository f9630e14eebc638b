import { capital, compact, count, percent } from '../../draw/format.ts';
import { B } from '../../engine/telemetry/ledger.ts';
import { H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { nouns } from '../models.ts';
import { Card } from './card.tsx';
import { Chart } from './chart.tsx';
import { Legend } from './legend.tsx';

/** Map entries against the kernel's limit. */
export function EntriesCard() {
  const things = capital(nouns(useLane().knobs.model));
  return (
    <Card
      className="entries-card"
      title={(frame) => {
        const total = frame.entries.reduce((a, b) => a + b, 0);
        const left = frame.header[H.maxMapCount] - total;
        if (left <= 2)
          return `The run ends on map entries: ${percent(frame.entries[1] / total, 0)} of them are stacks`;
        return `${count(total)} map entries, ${count(left)} left`;
      }}
      table={{
        head: ['Kind', 'Entries', 'Share of limit'],
        rows: (frame) => [
          ...[things, 'Thread stacks', 'Process base', 'Other heap'].map((name, i) => [
            name,
            count(frame.entries[i]),
            percent(frame.entries[i] / frame.header[H.maxMapCount]),
          ]),
          ['Limit', count(frame.header[H.maxMapCount]), '100.0 %'],
        ],
      }}
    >
      <Legend
        items={[
          {
            key: 'ss',
            token: '--infl',
            label: things,
            value: (frame) => count(frame.entries[0]),
          },
          {
            key: 'st',
            token: '--b-stk',
            label: 'thread stacks, two each',
            value: (frame) => count(frame.entries[1]),
          },
          {
            key: 'ba',
            token: '--b-base',
            label: 'process base',
            value: (frame) => count(frame.entries[2]),
          },
          {
            key: 'ot',
            token: '--b-other',
            label: 'other heap',
            value: (frame) => count(frame.entries[3]),
            shown: (frame) => frame.entries[3] > 0,
          },
        ]}
      />
      <Chart
        label="Map entries over the run"
        unit="entries"
        format={compact}
        layers={(palette) => [
          { name: 'base', series: ['entries.base'], colour: palette.bands[B.base] },
          {
            name: 'stacks',
            series: ['entries.stacks'],
            colour: palette.bands[B.stacksDead],
            hatch: true,
          },
          { name: things, series: ['entries.superslabs'], colour: palette.inflated },
          { name: 'other', series: ['entries.other'], colour: palette.cached },
        ]}
        limit={(frame) => ({
          value: frame.header[H.maxMapCount],
          label: 'limit, vm.max_map_count',
        })}
      />
    </Card>
  );
}
