import { useEffect, useRef, useState } from 'react';
import { compact, count, percent } from '../../draw/format.ts';
import { derive } from '../../engine/report.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { Card, type TableSpec } from './card.tsx';
import {
  BASE_LABELS,
  BASES,
  type Base,
  degradation,
  gap,
  HOT,
  MEASURED,
  REALISTIC,
} from './gap-figures.ts';
import { LiveTable } from './live-table.tsx';
import {
  cacheLines,
  cacheRows,
  laneLine,
  line,
  runSets,
  type SetReadings,
  setLines,
  setRuns,
} from './set-runs.ts';

/**
 * D3's two working sets: what it measured, by the base that one chooses, and this lane by the modelled clock; beside D1's
 * projections for adaptive caches, runs of the lane's knobs.
 */
export function GapsCard() {
  const { knobs } = useLane();
  // Other knobs, other runs: what was found is forgotten.
  return <Gaps key={JSON.stringify(knobs)} />;
}

function Gaps() {
  const { knobs } = useLane();
  const [base, setBase] = useState<Base>('other');
  const [known, setKnown] = useState<SetReadings>({});
  const [busy, setBusy] = useState(false);
  const giveUp = useRef<() => void>(() => {});
  useEffect(() => () => giveUp.current(), []);
  const stop = (): void => {
    giveUp.current();
    setBusy(false);
  };
  const runAll = (): void => {
    const list = setRuns(knobs);
    let found: SetReadings = {};
    setKnown(found);
    setBusy(true);
    giveUp.current = runSets(list, (run, readings) => {
      found = { ...found, [run]: readings };
      setKnown(found);
      if (Object.keys(found).length === list.length) setBusy(false);
    });
  };
  const { workingSet } = knobs;
  const caches: TableSpec = {
    head: ['Adaptive caches', 'D1, projected', `here, ${count(workingSet)} slots`],
    rows: () => cacheRows(knobs, known),
  };
  const table: TableSpec = {
    head: ['M ops/s', 'Degradation', `${HOT}`, 'HAKMEM to it', count(REALISTIC), 'HAKMEM to it'],
    rows: (frame: FrameView) => {
      const { counters, header } = frame;
      const { modelledOpsPerSecond } = derive(
        counters,
        header[H.op],
        header[H.virtualNs],
        false,
        0,
      );
      const rate = compact(modelledOpsPerSecond / 1e6);
      return [
        ...MEASURED.map((one) => [
          `${one.name}, measured by D3`,
          `${degradation(one).toFixed(2)} ×`,
          `${one.hot}`,
          one.id === 'hakmem' ? '' : percent(gap(one.hot, 'hot', base)),
          `${one.realistic}`,
          one.id === 'hakmem' ? '' : percent(gap(one.realistic, 'realistic', base)),
        ]),
        ...setLines(knobs, known),
        laneLine(knobs, header[H.op], rate),
        ...STAGES.map(([name, counter]) => line(`this lane: ${name}`, count(counters[C[counter]]))),
      ];
    },
  };
  return (
    <Card
      pictured={false}
      className="gaps-card"
      title={({ counters }) => {
        const [, system] = MEASURED;
        const slower = percent(-gap(system.realistic, 'realistic', base));
        const d3 =
          base === 'other'
            ? `D3: HAKMEM is ${slower} slower than system malloc with ${count(REALISTIC)} slots`
            : `D3’s “${slower} slower” is a share of HAKMEM’s own speed`;
        return counters[C.poolAsks] === 0
          ? d3
          : `${d3}; here the pool failed ${count(counters[C.sharedFails])} of ${count(counters[C.poolAsks])} times`;
      }}
      table={{
        head: table.head,
        rows: (frame) => [...table.rows(frame), ...cacheLines(knobs, known)],
      }}
      actions={
        <label className="mini-select">
          gaps are shares of
          <select value={base} onChange={(event) => setBase(event.target.value as Base)}>
            {BASES.map((one) => (
              <option key={one} value={one}>
                {BASE_LABELS[one]}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <div className="verdict-buttons">
        <button type="button" onClick={busy ? stop : runAll}>
          {busy ? 'Stop' : 'Run both sets'}
        </button>
      </div>
      <LiveTable spec={table} />
      {cacheRows(knobs, known).length > 0 && <LiveTable spec={caches} />}
    </Card>
  );
}

/** Who served when a slab was asked of the shared pool; they sum to the asks. */
const STAGES = [
  ['asked of the shared pool', 'poolAsks'],
  ['stage 0: the slot given back last', 'poolStage0'],
  ['stage 0.5: an empty slot beside', 'poolStage05'],
  ['stage 1: the list of empty slots', 'poolStage1'],
  ['stage 2: an unused slot', 'poolStage2'],
  ['stage 3: a new SuperSlab', 'poolStage3'],
  ['adopted from a dead owner', 'poolAdopted'],
  ['shared_fail, legacy', 'sharedFails'],
] as const;
