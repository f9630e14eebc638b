import { WordHash } from '../../base/hash.ts';
import type { KnobValues } from '../knobs/index.ts';
import { costsOf } from '../machine/costs.ts';
import { COUNTERS } from '../telemetry/counters.ts';
import type { SavedEvents } from '../telemetry/events.ts';
import type { Snapshot } from '../types.ts';
import type { SavedHand } from './hand.ts';
import type { Run } from './run.ts';

/** Plain fields of a run that are state. */
const FIELDS = [
  'operations',
  'outcome',
  'reason',
  'refusedAny',
  'refusal',
  'crash',
  'endNs',
  'turnChain',
  'turnLeft',
  'burstChain',
  'burstLeft',
  'doomedCount',
  'frameBytes',
  'peakMappedBytes',
  'peakResidentBytes',
] as const;
type Fields = { [Name in (typeof FIELDS)[number]]: Run[Name] };

/** Everything that decides the future of a run. */
export interface SavedRun {
  readonly settings: KnobValues;
  readonly fields: Fields;
  readonly space: ReturnType<Run['space']['snapshot']>;
  readonly threads: unknown;
  readonly locks: Float64Array[];
  readonly history: ReturnType<Run['history']['snapshot']>;
  readonly events: SavedEvents;
  readonly counters: Float64Array;
  readonly regs: Float64Array;
  readonly program: Int32Array;
  readonly waiting: Uint8Array;
  readonly schedule: ReturnType<Run['schedule']['snapshot']>;
  readonly lives: ReturnType<Run['lives']['snapshot']>;
  readonly notes: ReturnType<Run['notes']['snapshot']>;
  readonly byHand: SavedHand | undefined;
  readonly doomed: Uint8Array;
  readonly doomEvent: Int32Array;
  readonly busy: Uint8Array;
  readonly allocator: unknown;
}

export function snapshotOf(run: Run): Snapshot {
  run.streams.settleAll();
  const parts = {
    settings: { ...run.settings },
    fields: Object.fromEntries(FIELDS.map((name) => [name, run[name]])) as unknown as Fields,
    space: run.space.snapshot(),
    threads: run.threads.snapshot(),
    locks: run.locks.snapshot(),
    history: run.history.snapshot(),
    events: run.events.snapshot(),
    counters: run.counters.slice(),
    regs: run.regs.slice(),
    program: run.program.words(),
    waiting: run.streams.waiting.slice(),
    schedule: run.schedule.snapshot(),
    lives: run.lives.snapshot(),
    notes: run.notes.snapshot(),
    byHand: run.byHand?.snapshot(),
    doomed: run.doomed.slice(),
    doomEvent: run.doomEvent.slice(),
    busy: run.allocator.busy.slice(),
    allocator: run.allocator.snapshot(),
  } satisfies SavedRun;
  return { op: run.operations, bytes: run.stateBytes, parts };
}

export function restoreRun(run: Run, from: SavedRun): void {
  Object.assign(run.settings, from.settings);
  Object.assign(run, from.fields);
  run.space.restore(from.space);
  run.space.thp = run.settings.thp;
  run.threads.restore(from.threads);
  run.locks.restore(from.locks);
  run.history.restore(from.history);
  run.events.restore(from.events);
  run.counters.set(from.counters);
  run.program.restore(from.program);
  run.program.knobChanged();
  run.streams.reset(from.waiting);
  run.schedule.restore(from.schedule);
  run.lives.restore(from.lives);
  run.notes.restore(from.notes);
  if (from.byHand) run.byHand?.restore(from.byHand);
  run.doomed.set(from.doomed);
  run.doomEvent.set(from.doomEvent);
  run.costs = costsOf(run.settings);
  run.allocator.applyKnobs(undefined, 0);
  run.allocator.restore(from.allocator);
  run.allocator.busy.set(from.busy);
  run.forgetRoom();
  run.rowsShown.forget();
  run.regs.set(from.regs);
}

/** Sixteen hexadecimal digits over state and counters; counters that were never raised do not count. */
export function digestOf(run: Run): string {
  run.streams.settleAll();
  const { threads } = run;
  const hash = new WordHash();
  hash
    .double(run.operations)
    .text(run.outcome)
    .text(run.reason)
    .double(run.turnLeft)
    .word(run.turnChain);
  const counters = run.readCounters();
  COUNTERS.forEach((name, i) => {
    if (counters[i] !== 0) hash.text(name).double(counters[i]);
  });
  const words = run.program.words();
  hash.words(words, words.length);
  for (let chain = 0; chain < run.chains; chain++) {
    hash
      .double(threads.clock[chain])
      .double(threads.ops[chain])
      .word(threads.life[chain])
      .word(threads.running[chain]);
  }
  if (run.doomedCount > 0) hash.text(run.doomed.join(''));
  if (run.burstLeft > 0) hash.word(run.burstChain).double(run.burstLeft);
  for (const at of run.locks.freeAt) hash.double(at);
  run.allocator.hashInto(hash);
  run.space.hashInto((word) => hash.word(word));
  hash.double(run.events.next).double(run.peakMappedBytes).double(run.peakResidentBytes);
  return hash.digest();
}
