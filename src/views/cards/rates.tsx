import { useState } from 'react';
import { capital, compact } from '../../draw/format.ts';
import { hasFeature, type ModelId } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { B } from '../../engine/telemetry/ledger.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { noun, nouns } from '../models.ts';
import { Card } from './card.tsx';
import { Chart } from './chart.tsx';

/** “1 SuperSlab”, “2.50 k SuperSlabs”: as it is written, one is one. */
const several = (value: number, one: string, many: string): string => {
  const text = compact(value);
  return `${text} ${text === '1' ? one : many}`;
};

/** Sentence above the rates. */
export function ratesFinding({ header, counters }: FrameView, model: ModelId): string {
  const per = (events: number): number => (events * 1e6) / Math.max(1, header[H.op]);
  const said = [
    `${several(per(counters[C.superslabsAllocated]), noun(model), nouns(model))} mapped`,
  ];
  if (hasFeature(model, 'remoteQueues'))
    said.push(several(per(counters[C.drainSuccesses]), 'drain', 'drains'));
  const calls = counters[C.mmapCalls] + counters[C.munmapCalls] + counters[C.madviseCalls];
  said.push(several(per(calls), 'system call', 'system calls'));
  return `Per million operations: ${said.join(', ')}`;
}

/** What happens per million operations. */
export function RatesCard() {
  const { model } = useLane().knobs;
  const things = nouns(model);
  const drains = hasFeature(model, 'remoteQueues');
  const [what, setWhat] = useState<'superslabs' | 'syscalls' | 'drains'>('superslabs');
  return (
    <Card
      title={(frame) => ratesFinding(frame, model)}
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
                MODEL_SHOWN[model].reuses.reduce((sum, counter) => sum + counters[C[counter]], 0),
              ),
            ],
            ...(drains ? [['drains that moved blocks', per(counters[C.drainSuccesses])]] : []),
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
          {(['superslabs', 'drains', 'syscalls'] as const)
            .filter((key) => key !== 'drains' || drains)
            .map((key) => (
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
