import { BASE_PAGES, residentOfBase } from '../machine/process.ts';
import { GUARD_PAGES, MAIN, STACK_PAGES } from '../machine/threads.ts';
import { KIND } from '../machine/vma.ts';
import { C } from '../telemetry/counters.ts';
import { B, BANDS } from '../telemetry/ledger.ts';
import { S } from '../telemetry/series.ts';
import type { Run } from './run.ts';

const PAGE = 4096;

/**
 * Fills both columns of the byte ledger: the machine's bands, then the allocator's.
 * @param resident undefined: not asked for
 */
export function readLedger(
  run: Run,
  mapped: Float64Array,
  resident: Float64Array | undefined,
): void {
  const { threads, allocator, space } = run;
  mapped.fill(0);
  resident?.fill(0);
  allocator.readLedger(mapped, resident);
  mapped[B.stacksLiving] += threads.livingStacks * (STACK_PAGES + GUARD_PAGES) * PAGE;
  mapped[B.stacksDead] += threads.deadStacks * (STACK_PAGES + GUARD_PAGES) * PAGE;
  mapped[B.base] += BASE_PAGES * PAGE;
  if (resident === undefined) return;
  let living = 0;
  for (let chain = MAIN + 1; chain < run.chains; chain++) {
    if (threads.running[chain] === 0) continue;
    const stack = space.pageOf(threads.stack[chain]);
    living += space.pages.residentIn(stack, stack + STACK_PAGES);
  }
  resident[B.stacksLiving] += living * PAGE;
  resident[B.stacksDead] += (space.pages.residentBy[KIND.stack] - living) * PAGE;
  resident[B.base] += residentOfBase(space, run.settings.baseMaps) * PAGE;
}

/** Fills one sample of the history as the run stands. */
export function sampleInto(run: Run, sample: Float64Array, op: number, ns: number): void {
  const { bands, space } = run;
  readLedger(run, bands, undefined);
  const counters = run.readCounters();
  sample.fill(0);
  sample[S.op] = op;
  sample[S.ns] = ns;
  for (let band = 0; band < BANDS.length; band++) sample[S['band.live'] + band] = bands[band];
  sample[S.mapped] = run.mappedBytes;
  sample[S.resident] = run.residentBytes;
  sample[S.residentMax] = run.residentBytes;
  sample[S['entries.superslabs']] = space.superslabEntries;
  sample[S['entries.stacks']] = space.stackEntries;
  sample[S['entries.base']] = space.baseEntries;
  sample[S['entries.other']] = space.otherEntries;
  sample[S.entriesMax] = run.entriesNow();
  sample[S.queued] = counters[C.queuedBlocks];
  sample[S.queuedDead] = counters[C.queuedDead];
  sample[S.superslabs] = counters[C.superslabsNow];
  sample[S.superslabsMin] = counters[C.superslabsNow];
  sample[S.superslabsMax] = counters[C.superslabsNow];
  sample[S.allocated] = counters[C.superslabsAllocated];
  sample[S.freed] = counters[C.superslabsFreed];
  sample[S.adoptions] = counters[C.adoptions];
  sample[S.localFrees] = counters[C.localFrees];
  sample[S.remoteFrees] = counters[C.remoteFrees];
  sample[S.drains] = counters[C.drainSuccesses];
  sample[S.syscalls] = counters[C.mmapCalls] + counters[C.munmapCalls] + counters[C.madviseCalls];
  sample[S.lives] = run.threads.lives;
  sample[S.pageFaults] = counters[C.pageFaults];
  sample[S.orphans] = counters[C.orphanSuperslabs];
  run.allocator.sample(sample);
}
