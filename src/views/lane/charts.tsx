import { useRef, useState } from 'react';
import { asBytes } from '../../base/units.ts';
import type { XAxis } from '../../draw/area.ts';
import { bytes, compact, count, percent } from '../../draw/format.ts';
import type { Palette } from '../../draw/palette.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { B, BANDS } from '../../engine/telemetry/ledger.ts';
import type { ModelId } from '../../engine/types.ts';
import type { Lane } from '../../live/lane.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { BAND_GROUPS, BAND_LABELS } from './band-groups.ts';
import { Card } from './card.tsx';
import { Chart, type ChartLayer } from './chart.tsx';
import { nouns } from './nouns.ts';
import { useFrames } from './use-frame.ts';

interface Props {
  readonly lane: Lane;
  readonly x: XAxis;
}

/** A legend whose values are written from frames. */
function Legend({
  lane,
  items,
}: {
  readonly lane: Lane;
  readonly items: readonly {
    key: string;
    token: string;
    label: string;
    value(frame: FrameView): string;
    shown?(frame: FrameView): boolean;
    /** Makes the entry a switch. */
    press?: { readonly on: boolean; readonly title: string; toggle(): void };
  }[];
}) {
  const list = useRef<HTMLUListElement>(null);
  useFrames(lane, 150, (frame) => {
    items.forEach((item, i) => {
      const line = list.current?.children[i] as HTMLElement | undefined;
      if (!line) return;
      const text = item.value(frame);
      const value = line.querySelector('b');
      if (value && value.textContent !== text) value.textContent = text;
      line.hidden = item.shown ? !item.shown(frame) : false;
    });
  });
  return (
    <ul className="legend" ref={list}>
      {items.map(({ key, token, label, press }) => {
        const inside = (
          <>
            <span className="swatch" style={{ background: `var(${token})` }} aria-hidden="true" />
            <span>{label}</span>
            <b />
          </>
        );
        return (
          <li key={key}>
            {press ? (
              <button
                type="button"
                className="light"
                aria-pressed={press.on}
                title={press.title}
                onClick={press.toggle}
              >
                {inside}
              </button>
            ) : (
              inside
            )}
          </li>
        );
      })}
    </ul>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const groupSum = (column: Float64Array, group: (typeof BAND_GROUPS)[number]): number =>
  group.bands.reduce((sum, band) => sum + column[B[band]], 0);

/** The byte ledger over time; its bands sum to the mapped bytes. */
export function BytesCard({
  lane,
  x,
  lit,
  onLit,
}: Props & {
  /** The band whose SuperSlabs are lit in the map. */
  readonly lit: string | undefined;
  onLit(label: string | undefined): void;
}) {
  const [resident, setResident] = useState(false);
  const layers = (palette: Palette): readonly ChartLayer[] =>
    BAND_GROUPS.map((group) => ({
      name: group.label,
      series: group.bands.map((band) => `band.${band}` as const),
      colour: palette.bands[B[group.bands[0]]],
      hatch: group.hatch,
    }));
  return (
    <Card
      className="bytes-card"
      lane={lane}
      title={(frame) =>
        `${bytes(asBytes(frame.header[H.residentBytes]))} is resident, ${bytes(asBytes(frame.header[H.mappedBytes]))} mapped; the program asked for ${bytes(asBytes(frame.bands[B.live]))}`
      }
      table={{
        head: ['Band', 'Mapped', 'Resident', 'Share of mapped'],
        rows: (frame) => [
          ...BANDS.map((band, i) => [
            BAND_LABELS[band],
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
        lane={lane}
        items={BAND_GROUPS.map((group) => ({
          key: group.label,
          token: group.token,
          label: group.label,
          value: (frame) =>
            bytes(asBytes(groupSum(resident ? frame.bandsResident : frame.bands, group))),
          shown: (frame) => groupSum(resident ? frame.bandsResident : frame.bands, group) > 0,
          ...(group.lights
            ? {
                press: {
                  on: lit === group.label,
                  title: 'Light up the SuperSlabs that can hold these bytes',
                  toggle: () => onLit(lit === group.label ? undefined : group.label),
                },
              }
            : {}),
        }))}
      />
      {resident ? (
        <Chart
          key="resident"
          lane={lane}
          x={x}
          label="Resident bytes over the run"
          format={(value) => bytes(asBytes(value))}
          binary
          layers={(palette) => [
            { name: 'resident', series: ['resident'], colour: palette.bands[B.freeDead] },
          ]}
          limit={(frame) => ({ value: frame.header[H.physLimitBytes], label: 'physical memory' })}
        />
      ) : (
        <Chart
          key="mapped"
          lane={lane}
          x={x}
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

/** Map entries against the kernel's limit. */
export function EntriesCard({ lane, x, model }: Props & { readonly model: ModelId }) {
  const things = capital(nouns(model));
  return (
    <Card
      className="entries-card"
      lane={lane}
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
        lane={lane}
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
        lane={lane}
        x={x}
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

/** What happens per million operations. */
export function RatesCard({ lane, x, model }: Props & { readonly model: ModelId }) {
  const things = nouns(model);
  const [what, setWhat] = useState<'superslabs' | 'syscalls' | 'drains'>('superslabs');
  return (
    <Card
      lane={lane}
      title={(frame) => {
        const ops = Math.max(1, frame.header[H.op]);
        const per = (index: number): string => compact((frame.counters[index] * 1e6) / ops);
        return `Per million operations: ${per(C.superslabsAllocated)} ${things} mapped, ${per(C.drainSuccesses)} drains, ${compact(((frame.counters[C.mmapCalls] + frame.counters[C.munmapCalls]) * 1e6) / ops)} system calls`;
      }}
      table={{
        head: ['Per million operations', 'Whole run'],
        rows: (frame) => {
          const ops = Math.max(1, frame.header[H.op]);
          const per = (value: number): string => compact((value * 1e6) / ops);
          const { counters } = frame;
          return [
            [`${things} mapped`, per(counters[C.superslabsAllocated])],
            [`${things} freed`, per(counters[C.superslabsFreed])],
            [
              `${things} taken again`,
              per(
                model === 'tiny'
                  ? counters[C.emptyReuses] + counters[C.cacheReuses] + counters[C.adoptions]
                  : counters[C.pageReuses],
              ),
            ],
            ['drains that moved blocks', per(counters[C.drainSuccesses])],
            [
              'system calls',
              per(counters[C.mmapCalls] + counters[C.munmapCalls] + counters[C.madviseCalls]),
            ],
            ['page faults', per(counters[C.pageFaults])],
          ];
        },
      }}
      actions={
        <fieldset className="segments">
          <legend className="sr">Which rate</legend>
          {(['superslabs', 'drains', 'syscalls'] as const).map((key) => (
            <button
              key={key}
              type="button"
              aria-pressed={what === key}
              onClick={() => setWhat(key)}
            >
              {{ superslabs: capital(things), drains: 'Drains', syscalls: 'System calls' }[key]}
            </button>
          ))}
        </fieldset>
      }
    >
      <Chart
        key={what}
        lane={lane}
        x={x}
        rate
        className="short"
        label="Rate per million operations over the run"
        unit="per million operations"
        format={compact}
        layers={(palette) =>
          what === 'superslabs'
            ? [
                { name: 'taken again', series: ['reuses'], colour: palette.empty },
                { name: 'newly mapped', series: ['allocated'], colour: palette.inflated },
              ]
            : what === 'drains'
              ? [{ name: 'drains', series: ['drains'], colour: palette.living }]
              : [
                  {
                    name: 'system calls',
                    series: ['syscalls'],
                    colour: palette.bands[B.stacksDead],
                  },
                ]
        }
      />
    </Card>
  );
}
