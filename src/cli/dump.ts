import { NS_PER_S } from '../base/units.ts';
import { classSize, count } from '../draw/format.ts';
import { hasFeature, modelDef } from '../engine/allocators/index.ts';
import { UNMAPPED } from '../engine/allocators/model.ts';
import { MODEL_SHOWN } from '../engine/allocators/shown.ts';
import { bandLabel } from '../engine/telemetry/band-words.ts';
import { COUNTERS } from '../engine/telemetry/counters.ts';
import { BAND_COUNT, BANDS } from '../engine/telemetry/ledger.ts';
import { type Simulation, SPAN_FLAG, type ThreadDetail } from '../engine/types.ts';
import { endedOf, entryHolders } from './ended.ts';
import { line } from './print.ts';

/** Chain of a span that nobody owns. */
const NOBODY = 255;

/** A span as the map shows it. Published: fields may be added. */
interface SpanState {
  readonly index: number;
  readonly state: string;
  /** Chain that owns it, main is 0; null: nobody. */
  readonly chain: number | null;
  readonly owner: number;
  readonly ownerAlive: boolean;
  readonly adopted: boolean;
  readonly blockBytes: number | null;
  readonly live: number;
  readonly believed: number;
  readonly capacity: number;
  readonly queued: number;
  readonly slabs: number;
  readonly bornOp: number;
}

/** Blocks that wait to be taken back. */
interface QueueState {
  readonly chain: number;
  /** Of the chain's dead lives, not of the one that runs. */
  readonly dead: boolean;
  readonly blockBytes: number;
  readonly blocks: number;
}

/** What a run holds at an operation. */
export interface RunState {
  readonly threads: readonly ThreadDetail[];
  /** Spans of each state. */
  readonly states: Readonly<Record<string, number>>;
  readonly spans: readonly SpanState[];
  readonly queues: readonly QueueState[];
}

function queuesOf({ chains, classBytes }: Simulation, matrix: Float64Array): QueueState[] {
  const classes = classBytes.length;
  const found: QueueState[] = [];
  matrix.forEach((blocks, i) => {
    if (blocks === 0) return;
    const row = Math.floor(i / classes);
    found.push({
      chain: row % chains,
      dead: row >= chains,
      blockBytes: classBytes[i % classes],
      blocks,
    });
  });
  return found;
}

/** The state of a run, from what the page's cards are drawn from. */
export function stateOf(sim: Simulation): RunState {
  const { columns, queues } = sim.readRows();
  const names = MODEL_SHOWN[sim.model].states.map(({ name }) => name);
  const states: Record<string, number> = {};
  const spans: SpanState[] = [];
  for (let row = 0; row < sim.rows; row++) {
    if (columns.state[row] === UNMAPPED) continue;
    const state = names[columns.state[row]];
    states[state] = (states[state] ?? 0) + 1;
    const flags = columns.flags[row];
    const chain = columns.chain[row];
    spans.push({
      index: row,
      state,
      chain: chain === NOBODY ? null : chain,
      owner: columns.owner[row],
      ownerAlive: (flags & SPAN_FLAG.ownerDead) === 0,
      adopted: (flags & SPAN_FLAG.adopted) !== 0,
      blockBytes: sim.classBytes[columns.cls[row]] ?? null,
      live: columns.live[row],
      believed: columns.believed[row],
      capacity: columns.capacity[row],
      queued: columns.queued[row],
      slabs: columns.slabs[row],
      bornOp: columns.born[row],
    });
  }
  return { threads: sim.listThreads(), states, spans, queues: queuesOf(sim, queues) };
}

/** A table whose first row is its head; numbers stand under each other. */
function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? count(cell) : cell)),
  );
  const widths = cells[0].map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  const isText = cells[0].map((_, i) => rows.slice(1).every((row) => typeof row[i] === 'string'));
  return cells.map((row) =>
    `  ${row.map((cell, i) => (isText[i] ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}`.trimEnd(),
  );
}

const titled = (title: string, rows: readonly (readonly (string | number)[])[]): string[] =>
  rows.length > 1 ? ['', title, ...table(rows)] : ['', `${title}: none`];

function threadRows({ threads }: RunState, owns: string | undefined): (string | number)[][] {
  const head = ['thread', 'life', 'state', 'clock, ms', 'operations'];
  return [
    owns === undefined ? head : [...head, owns],
    ...threads.map(({ chain, life, running, asleep, clockNs, ops, owned }) => {
      const state = running ? (asleep ? 'asleep' : 'runs') : 'ended';
      const row = [chain, life, state, (clockNs / 1e6).toFixed(3).padStart(9), ops];
      return owns === undefined ? row : [...row, owned];
    }),
  ];
}

/** What a model's spans have: columns that would be empty are left out. */
function spanRows(sim: Simulation, { spans }: RunState): (string | number)[][] {
  const owners = hasFeature(sim.model, 'owners');
  const classes = hasFeature(sim.model, 'classes');
  const remote = hasFeature(sim.model, 'remoteQueues');
  const lying = hasFeature(sim.model, 'lyingCounter');
  const parts = hasFeature(sim.model, 'parts');
  const pick = (
    index: string | number,
    state: string,
    owner: string | number,
    block: string | number,
    live: readonly (string | number)[],
    believed: string | number,
    queued: string | number,
    slabs: string | number,
    born: string | number,
  ): (string | number)[] => [
    index,
    state,
    ...(owners ? [owner] : []),
    ...(classes ? [block] : []),
    ...live,
    ...(lying ? [believed] : []),
    ...(remote ? [queued] : []),
    ...(parts ? [slabs] : []),
    born,
  ];
  return [
    pick(
      'no.',
      'state',
      'owner',
      'blocks of',
      ['live', 'room'],
      'counter',
      'queued',
      'slabs',
      'born at',
    ),
    ...spans.map((span) =>
      pick(
        span.index,
        span.state,
        span.chain === null
          ? 'nobody'
          : `life ${count(span.owner)}${span.ownerAlive ? '' : ', dead'}${span.adopted ? ', adopted' : ''}`,
        span.blockBytes === null ? '' : classSize(span.blockBytes),
        [span.live, span.capacity],
        span.believed,
        span.queued,
        span.slabs,
        span.bornOp,
      ),
    ),
  ];
}

/** The state of a run as text. */
export function stateText(name: string, sim: Simulation): string {
  const state = stateOf(sim);
  const { noun } = modelDef(sim.model);
  const owners = hasFeature(sim.model, 'owners');
  const counters = sim.readCounters();
  const mapped = new Float64Array(BAND_COUNT);
  const resident = new Float64Array(BAND_COUNT);
  sim.readLedger(mapped, resident);
  const labels = new Map(MODEL_SHOWN[sim.model].states.map(({ name: id, label }) => [id, label]));
  return [
    `${name}: operation ${count(sim.op)}, ${(sim.virtualNs / NS_PER_S).toFixed(9)} s modelled`,
    ...(sim.status === 'running' ? [] : [line('ended by', endedOf(sim).text)]),
    line('digest', sim.digest()),
    ...titled('Threads', threadRows(state, owners ? noun.many : undefined)),
    ...titled(`States of ${noun.many}`, [
      ['state', 'meaning', noun.many],
      ...Object.entries(state.states).map(([id, n]) => [id, labels.get(id) ?? '', n]),
    ]),
    ...titled(
      noun.many.replace(/^./, (letter) => letter.toUpperCase()),
      spanRows(sim, state),
    ),
    ...(hasFeature(sim.model, 'remoteQueues')
      ? titled('Queues of remotely freed blocks', [
          ['thread', 'lives', 'blocks of', 'blocks'],
          ...state.queues.map(({ chain, dead, blockBytes, blocks }) => [
            chain,
            dead ? 'dead' : 'living',
            classSize(blockBytes),
            blocks,
          ]),
        ])
      : []),
    ...titled('Map entries', [
      ['of', 'entries'],
      ...entryHolders(sim).map((holder) => [holder.name, holder.count]),
    ]),
    ...titled('Bytes', [
      ['of', 'mapped', 'resident'],
      ...BANDS.map((band, i) => [bandLabel(band, sim.model), mapped[i], resident[i]]).filter(
        ([, bytes]) => bytes !== 0,
      ),
    ]),
    ...titled('Counters that are not 0', [
      ['counter', 'value'],
      ...COUNTERS.map((counter, i) => [counter, counters[i]]).filter(([, value]) => value !== 0),
    ]),
  ].join('\n');
}
