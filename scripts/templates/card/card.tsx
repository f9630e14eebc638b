import { capital, compact, count, percent, plural } from '../../draw/format.ts';
import { UNMAPPED } from '../../engine/allocators/model.ts';
import type { FrameView } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { noun, nouns } from '../models.ts';
import { Card } from './card.tsx';
import { Chart } from './chart.tsx';

const TENTHS = 10;

/** Spans by how full they are, in tenths; a full one is in the last. */
function byFill({ shape, columns }: FrameView): number[] {
  const counts = Array.from({ length: TENTHS }, () => 0);
  const { state, live, capacity } = columns;
  for (let row = 0; row < shape.rows; row++) {
    if (state[row] === UNMAPPED || capacity[row] === 0) continue;
    counts[Math.min(TENTHS - 1, Math.floor((TENTHS * live[row]) / capacity[row]))]++;
  }
  return counts;
}

/** __Label__: how full spans are. Its title is what it finds; the table says the same in numbers. */
export function TemplateCard() {
  const { model } = useLane().knobs;
  const things = nouns(model);
  return (
    <Card
      title={(frame) => {
        const counts = byFill(frame);
        const all = counts.reduce((sum, n) => sum + n, 0);
        const low = counts.slice(0, TENTHS / 2).reduce((sum, n) => sum + n, 0);
        return all === 0
          ? `No ${noun(model)} yet`
          : `${count(low)} of ${plural(all, noun(model), things)} less than half full`;
      }}
      table={{
        head: ['Full', capital(things)],
        rows: (frame) =>
          byFill(frame).map((n, tenth) => [`${percent(tenth / TENTHS, 0)} and more`, count(n)]),
      }}
    >
      <Chart
        label={`${capital(things)} over the run`}
        unit={things}
        format={compact}
        layers={(palette) => [{ name: things, series: ['superslabs'], colour: palette.living }]}
      />
    </Card>
  );
}
