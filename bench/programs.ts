import { type KnobValues, resolveKnobs } from '../src/engine/knobs/index.ts';
import { programOf } from '../src/engine/programs/create.ts';
import { OP_WORDS } from '../src/engine/programs/program.ts';
import type { Figure } from './main.ts';

const RECORDS = 128;
const STRETCHES = 2_000;
const SAMPLES = 60;

/** Nanoseconds of one record of a program's stream, drawn and settled; the least of many samples. */
function recordNs(knobs: Partial<KnobValues>): number {
  const program = programOf(resolveKnobs(knobs));
  program.setup({ malloc: () => {}, free: () => {}, start: () => true });
  const ops = new Int32Array(RECORDS * OP_WORDS);
  let least = Infinity;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const from = performance.now();
    let records = 0;
    for (let i = 0; i < STRETCHES; i++) {
      const chain = 1 + (i % (program.chains - 1));
      const drawn = program.fill(chain, ops, 0, RECORDS);
      program.settle(chain, drawn);
      records += drawn;
    }
    least = Math.min(least, ((performance.now() - from) / records) * 1e6);
  }
  return least;
}

/** What it costs to write the streams, without any allocator. */
export const programFigures = (): Figure[] => [
  {
    name: 'a record of Larson, drawn 128 at a time',
    value: recordNs({}),
    unit: 'ns',
    goal: { value: 6, better: 'less' },
  },
  {
    name: 'a record of Larson without succession',
    value: recordNs({ succession: false }),
    unit: 'ns',
    goal: { value: 6, better: 'less' },
  },
  { name: 'a record of the pair', value: recordNs({ workload: 'pair' }), unit: 'ns' },
  {
    name: 'a record of Larson on a shared array',
    value: recordNs({ workload: 'larson-shared' }),
    unit: 'ns',
  },
  {
    name: 'a record of random mixed, a million slots',
    value: recordNs({ workload: 'random-mixed', workingSet: 1_000_000 }),
    unit: 'ns',
  },
  { name: 'a record of mix', value: recordNs({ workload: 'mix' }), unit: 'ns' },
  {
    name: 'a record of mix, 64 producers and one consumer',
    value: recordNs({ workload: 'mix', producers: 64, consumers: 1, both: 0 }),
    unit: 'ns',
  },
];
