import { asBytes, asNs } from '../../base/units.ts';
import { bytes, compact, count, duration } from '../../draw/format.ts';
import { derive } from '../../engine/report.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { RUN_STATUS } from '../../engine/telemetry/states.ts';
import { type FrameView, H } from '../../worker/frame.ts';

/** Whether a condition is met, is not, is not decided yet, or cannot be judged here. */
export type LightState = 'met' | 'missed' | 'open' | 'unjudged';

export interface Light {
  readonly id: 'freed' | 'memory' | 'zero' | 'time' | 'speed';
  /** D0's condition. */
  readonly condition: string;
  readonly state: LightState;
  /** What the run has. */
  readonly here: string;
}

/** Limits of D0's list, in its own units: 100 MB, 60 s, 4.0 M operations a second. */
const MOST_BYTES = 100e6;
const LEAST_NS = 60e9;
const LEAST_RATE = 4.0e6;

export const LIGHT_WORDS: Readonly<Record<LightState, string>> = {
  met: 'met',
  missed: 'not met',
  open: 'not decided yet',
  unjudged: 'cannot be judged here',
};

/**
 * The five lights of D0's checklist (section 9; S-30, C-20), each from what the frame counts.
 * @param priced operations take the time that their steps cost; else the clock is the document's own rate
 */
export function lightsOf(
  { counters, header }: Pick<FrameView, 'counters' | 'header'>,
  priced: boolean,
): readonly Light[] {
  const status = RUN_STATUS[header[H.status]];
  const running = status === 'running';
  const ns = header[H.virtualNs];
  const freed = counters[C.superslabsFreed];
  const zeros = counters[C.emptySuperslabs] + counters[C.trimFreed];
  const mapped = header[H.mappedBytes];
  const rate = derive(counters, header[H.op], ns, false, 0).modelledOpsPerSecond;
  const refused = status === 'oom' || counters[C.mapRefusals] > 0;
  const met = (is: boolean, later: LightState): LightState => (is ? 'met' : later);
  const after = running ? 'open' : 'missed';
  return [
    {
      id: 'freed',
      condition: 'SuperSlabs are freed during the run',
      state: met(freed > 0, after),
      here: count(freed),
    },
    {
      id: 'memory',
      condition: 'memory stays below 100 MB',
      state: met(mapped < MOST_BYTES, 'missed'),
      here: `${bytes(asBytes(mapped))} mapped`,
    },
    {
      id: 'zero',
      condition: 'counters of some SuperSlabs are 0',
      state: met(zeros > 0, after),
      here: count(zeros),
    },
    {
      id: 'time',
      condition: 'no refused mapping for 60 s',
      state: refused ? 'missed' : met(ns >= LEAST_NS, running ? 'open' : 'unjudged'),
      here: `${refused ? 'refused, ' : ''}${duration(asNs(ns))}`,
    },
    {
      id: 'speed',
      condition: 'at least 4.0 M operations a second',
      state: priced ? met(rate >= LEAST_RATE, 'missed') : 'unjudged',
      here: priced ? `${compact(rate)}, modelled` : 'the clock is D0’s rate',
    },
  ];
}
