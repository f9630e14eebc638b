import { UNMAPPED } from './allocators/model.ts';
import type { Move } from './moves.ts';
import type { StageBeat, StageScene, StageSpan, StageThread } from './stage.ts';
import type { EventRecord } from './telemetry/events.ts';
import { BLOCK_STATES, type Simulation, SPAN_FLAG } from './types.ts';

/** Blocks of a span that are shown one by one. */
const MOST_CELLS = 32;
/** Spans that are shown: the design's 64, and some more on their way out. */
const MOST_SPANS = 72;
const UNCARVED = BLOCK_STATES.indexOf('uncarved');
const NOBODY = -1;

/** What is looked at of each row, to see whether it has changed. */
const WATCHED = ['state', 'owner', 'flags', 'live', 'believed', 'queued', 'born', 'slabs'] as const;

/** Finds the rows that have changed, whatever changed them. */
export class RowWatch {
  private rows = 0;
  private last = new Int32Array(0);

  /** Rows that say something else than when this was last called, new ones among them. */
  changed(sim: Simulation): number[] {
    const { columns } = sim.readRows();
    const { rows } = sim;
    const width = WATCHED.length;
    if (this.last.length < rows * width) {
      const more = new Int32Array(2 * rows * width);
      more.set(this.last);
      this.last = more;
    }
    const found: number[] = [];
    for (let row = 0, at = 0; row < rows; row++, at += width) {
      let same = row < this.rows;
      for (let i = 0; i < width; i++) {
        const value = columns[WATCHED[i]][row] | 0;
        same &&= this.last[at + i] === value;
        this.last[at + i] = value;
      }
      if (!same) found.push(row);
    }
    // Only a restore makes them fewer.
    this.rows = rows;
    return found;
  }
}

/** Mapped rows that are shown, and how many are left out. */
function shownRows(sim: Simulation): { readonly rows: readonly number[]; readonly more: number } {
  const { columns } = sim.readRows();
  const living: number[] = [];
  const others: number[] = [];
  for (let row = 0; row < sim.rows; row++) {
    if (columns.state[row] === UNMAPPED) continue;
    const dead = (columns.flags[row] & SPAN_FLAG.ownerDead) !== 0 || columns.owner[row] < 0;
    (dead ? others : living).push(row);
  }
  // The latest that were mapped: those that a thread works with, and those of the latest dead, as a rule.
  const latest = (a: number, b: number): number => columns.born[b] - columns.born[a] || b - a;
  const all = [...living.sort(latest), ...others.sort(latest)];
  const rows = all.slice(0, MOST_SPANS);
  return { rows: rows.sort((a, b) => a - b), more: all.length - rows.length };
}

/** A span as it stands, with the blocks of a movement among its cells; undefined: the row has no memory. */
function spanOf(
  sim: Simulation,
  row: number,
  wanted: readonly number[] = [],
): StageSpan | undefined {
  const detail = sim.inspectSpan(row);
  if (detail === undefined) return undefined;
  const cells: number[] = [];
  const states: number[] = [];
  const slots: number[] = [];
  let more = 0;
  for (const { index, acquired } of detail.slabs) {
    const blocks = acquired ? sim.inspectBlocks(row, index) : undefined;
    if (blocks === undefined) continue;
    for (const [i, state] of blocks.states.entries()) {
      if (state === UNCARVED) continue;
      const number = blocks.numbers === undefined ? index * 65_536 + i : blocks.numbers[i];
      if (cells.length >= MOST_CELLS && !wanted.includes(number)) more++;
      else {
        cells.push(number);
        states.push(state);
        slots.push(blocks.slots[i]);
      }
    }
  }
  const { serial, state, cls, blockBytes, owner, ownerAlive, adoptedFrom } = detail;
  const { live, believed, queued, capacity } = detail;
  return {
    row,
    serial,
    state,
    cls,
    blockBytes,
    owner,
    ownerChain: owner >= 0 ? detail.ownerChain : NOBODY,
    ownerAlive,
    adoptedFrom,
    live,
    believed,
    queued,
    capacity,
    cells: Int32Array.from(cells),
    cellStates: Uint8Array.from(states),
    cellSlots: Int32Array.from(slots),
    more,
  };
}

function threadsOf(sim: Simulation): StageThread[] {
  return [
    { chain: 0, life: 0, state: 'asleep', ops: 0 },
    ...sim.listThreads().map(({ chain, life, running, asleep, ops }): StageThread => {
      const state = running ? (asleep ? 'asleep' : 'runs') : 'dead';
      return { chain, life, state, ops };
    }),
  ];
}

function entriesOf(sim: Simulation): number {
  const { superslabs, stacks, base, other } = sim.readEntries();
  return superslabs + stacks + base + other;
}

/** The stage as it stands. */
export function sceneOf(sim: Simulation): StageScene {
  const { rows, more } = shownRows(sim);
  return {
    op: sim.op,
    seq: sim.events.next,
    threads: threadsOf(sim),
    spans: rows.flatMap((row) => spanOf(sim, row) ?? []),
    more,
    entries: entriesOf(sim),
  };
}

/** A movement with what it changed, right after it. @param watch has seen the run right before it */
export function beatOf(sim: Simulation, watch: RowWatch, move: Move, op: number): StageBeat {
  const events: EventRecord[] = [];
  for (let seq = move.firstEvent; seq < move.endEvent; seq++) {
    const event = sim.events.get(seq);
    if (event) events.push(event);
  }
  const rows = new Set(watch.changed(sim));
  for (const place of [move.from, move.to]) if (place) rows.add(place.row);
  const spans: StageSpan[] = [];
  const gone: number[] = [];
  for (const row of rows) {
    const wanted = [move.from, move.to].flatMap((place) =>
      place?.row === row ? [place.block] : [],
    );
    const span = spanOf(sim, row, wanted);
    if (span === undefined) gone.push(row);
    else spans.push(span);
  }
  return {
    ...move,
    op,
    events,
    spans,
    gone,
    threads: threadsOf(sim),
    seq: move.endEvent,
    entries: entriesOf(sim),
  };
}
