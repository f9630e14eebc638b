import { useState } from 'react';
import { asBytes } from '../../base/units.ts';
import { bytes, capital, percent } from '../../draw/format.ts';
import type { Palette } from '../../draw/palette.ts';
import type { KnobValues } from '../../engine/knobs/index.ts';
import { bandLabel } from '../../engine/telemetry/band-words.ts';
import { B, BANDS } from '../../engine/telemetry/ledger.ts';
import { H } from '../../worker/frame.ts';
import { BAND_GROUPS, type BandGroup, bandToken, groupLabel } from '../lane/band-groups.ts';
import { useLane } from '../lane/context.ts';
import { nouns } from '../models.ts';
import { Card } from './card.tsx';
import { Chart, type ChartLayer } from './chart.tsx';
import { Legend } from './legend.tsx';

const groupSum = (column: Float64Array, group: BandGroup): number =>
  group.bands.reduce((sum, band) => sum + column[B[band]], 0);

/** The resident bytes that lean mode is to stay below. A line, and nothing else: nobody reads it. */
const leanTarget = ({
  lean,
  leanTargetMB,
}: KnobValues): { value: number; label: string } | undefined =>
  lean
    ? { value: leanTargetMB * 1e6, label: 'target of lean mode, which nothing enforces' }
    : undefined;

/** The byte ledger over time; its bands sum to the mapped bytes. */
export function BytesCard() {
  const { knobs, lit, onLit } = useLane();
  const [resident, setResident] = useState(false);
  const target = leanTarget(knobs);
  const layers = (palette: Palette): readonly ChartLayer[] =>
    BAND_GROUPS.map((group) => ({
      name: groupLabel(group, knobs.model),
      series: group.bands.map((band) => `band.${band}` as const),
      colour: palette.bands[B[group.bands[0]]],
      hatch: group.hatch,
    }));
  return (
    <Card
      className="bytes-card"
      title={(frame) =>
        `${bytes(asBytes(frame.header[H.residentBytes]))} is resident, ${bytes(asBytes(frame.header[H.mappedBytes]))} mapped; the program asked for ${bytes(asBytes(frame.bands[B.live]))}`
      }
      table={{
        head: ['Band', 'Mapped', 'Resident', 'Share of mapped'],
        rows: (frame) => [
          ...BANDS.map((band, i) => [
            bandLabel(band, knobs.model),
            bytes(asBytes(frame.bands[i])),
            bytes(asBytes(frame.bandsResident[i])),
            percent(frame.bands[i] / Math.max(1, frame.header[H.mappedBytes])),
          ]),
          [
            'Sum',
            bytes(asBytes(frame.bands.reduce((a, b) => a + b, 0))),
            bytes(asBytes(frame.bandsResident.reduce((a, b) => a + b, 0))),
            '100.0 %',
          ],
          ...(target === undefined
            ? []
            : [[capital(target.label), '', bytes(asBytes(target.value)), '']]),
        ],
      }}
      actions={
        <fieldset className="segments">
          <legend className="sr">Which bytes</legend>
          <button type="button" aria-pressed={!resident} onClick={() => setResident(false)}>
            Mapped
          </button>
          <button type="button" aria-pressed={resident} onClick={() => setResident(true)}>
            Resident
          </button>
        </fieldset>
      }
    >
      <Legend
        items={BAND_GROUPS.map((group) => ({
          key: group.label,
          token: bandToken(group),
          label: groupLabel(group, knobs.model),
          value: (frame) =>
            bytes(asBytes(groupSum(resident ? frame.bandsResident : frame.bands, group))),
          shown: (frame) => groupSum(resident ? frame.bandsResident : frame.bands, group) > 0,
          ...(group.lights
            ? {
                press: {
                  on: lit === group.label,
                  title: `Light up the ${nouns(knobs.model)} that can hold these bytes`,
                  toggle: () => onLit(lit === group.label ? undefined : group.label),
                },
              }
            : {}),
        }))}
      />
      {resident ? (
        <Chart
          key="resident"
          label="Resident bytes over the run"
          format={(value) => bytes(asBytes(value))}
          binary
          layers={(palette) => [
            { name: 'resident', series: ['resident'], colour: palette.bands[B.freeDead] },
          ]}
          limit={(frame) => ({ value: frame.header[H.physLimitBytes], label: 'physical memory' })}
          {...(target === undefined ? {} : { target })}
        />
      ) : (
        <Chart
          key="mapped"
          label="Mapped bytes by band over the run, with resident bytes as a line"
          format={(value) => bytes(asBytes(value))}
          binary
          layers={layers}
          line={(palette) => ({ series: 'resident', colour: palette.text })}
        />
      )}
    </Card>
  );
}
