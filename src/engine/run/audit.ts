import { HEAP_BASE_PAGE } from '../machine/address-space.ts';
import { BASE_PAGES, BASE_RESIDENT_PAGES } from '../machine/process.ts';
import { GUARD_PAGES, STACK_PAGES, STACK_RESIDENT_PAGES } from '../machine/threads.ts';
import { C } from '../telemetry/counters.ts';
import { B, BAND_COUNT, BANDS } from '../telemetry/ledger.ts';
import { expectIn } from './expect.ts';
import type { Run } from './run.ts';

const PAGE = 4096;
/**
 * The one oracle: the allocator recounts its memory block by block, and the run compares what was found
 * with ledger, counters, address space and what the map shows. It shares no arithmetic with what it checks.
 * @returns one sentence per violation, of many the first and how many more there are; empty when all invariants hold
 */
export function auditRun(run: Run): string[] {
  const problems: string[] = [];
  const expect = expectIn(problems);
  const { threads, space, allocator } = run;
  const counters = run.readCounters();
  const found = allocator.audit(problems);
  const { mapped, resident } = found;

  // Threads, one by one: a life is alive exactly while its chain runs it.
  let alive = 0;
  let runningChains = 0;
  for (let chain = 1; chain < run.chains; chain++)
    if (threads.running[chain] !== 0) runningChains++;
  for (let life = 1; life <= threads.lives; life++) {
    if (!threads.isAlive(life)) continue;
    alive++;
    const chain = threads.chainOf(life);
    if (threads.life[chain] !== life) problems.push(`life ${life} lives beside its chain`);
  }
  expect('living threads', alive, threads.livingStacks);
  expect('running chains', runningChains, threads.runningCount);

  mapped[B.stacksLiving] = alive * (STACK_PAGES + GUARD_PAGES) * PAGE;
  mapped[B.stacksDead] = threads.deadStacks * (STACK_PAGES + GUARD_PAGES) * PAGE;
  mapped[B.base] = BASE_PAGES * PAGE;
  resident[B.stacksLiving] = alive * STACK_RESIDENT_PAGES * PAGE;
  resident[B.stacksDead] = threads.deadStacks * STACK_RESIDENT_PAGES * PAGE;
  resident[B.base] = residentBase(run) * PAGE;
  const keptMapped = new Float64Array(BAND_COUNT);
  const keptResident = new Float64Array(BAND_COUNT);
  run.readLedger(keptMapped, keptResident);
  BANDS.forEach((band, i) => {
    expect(`ledger ${band}`, mapped[i], keptMapped[i]);
    expect(`ledger ${band}, resident`, resident[i], keptResident[i]);
    if (mapped[i] < 0 || resident[i] < 0) problems.push(`ledger ${band} is below zero`);
  });
  expect('sum of bands', sum(mapped), run.mappedBytes);
  expect('sum of resident bands', sum(resident), run.residentBytes);

  if (run.running && run.residentBytes > run.physicalBytes)
    problems.push(`${run.residentBytes} resident, ${run.physicalBytes} there are, and it runs on`);

  const mallocs = counters[C.mallocs] + counters[C.runtimeMallocs];
  const frees =
    counters[C.localFrees] +
    counters[C.remoteFrees] +
    counters[C.runtimeLocalFrees] +
    counters[C.runtimeRemoteFrees];
  expect('mallocs - frees = live blocks', mallocs - frees, found.live);

  const walked = space.countEntries();
  const entries = run.readEntries();
  expect('entries of spans', walked.superslabs, entries.superslabs);
  expect('entries of stacks', walked.stacks, entries.stacks);
  expect('entries of the base', walked.base, entries.base);
  expect('other entries', walked.other, entries.other);
  expect('mapped pages', walked.pages, space.mappedPages);
  const stackPages = (alive + threads.deadStacks) * (STACK_PAGES + GUARD_PAGES);
  expect('pages by kind', found.mappedPages + stackPages + BASE_PAGES, space.mappedPages);
  if (!walked.ordered) problems.push('two mappings overlap');
  problems.push(...space.check());
  problems.push(...run.rowsShown.problems());
  return capped(problems);
}

/** Page by page where the program's heap is its only mapping: a huge page above it may reach into it. */
function residentBase({ space, settings }: Run): number {
  let resident = BASE_RESIDENT_PAGES;
  if (settings.baseMaps > 1) return resident;
  for (let page = BASE_RESIDENT_PAGES; page < BASE_PAGES; page++) {
    const at = HEAP_BASE_PAGE + page;
    resident += space.pages.residentIn(at, at + 1);
  }
  return resident;
}

/** Where everything is wrong, the first sentences say so. */
const MOST_PROBLEMS = 50;

/** The first problems, and how many more there are. */
const capped = (problems: readonly string[]): string[] =>
  problems.length <= MOST_PROBLEMS
    ? [...problems]
    : [...problems.slice(0, MOST_PROBLEMS), `and ${problems.length - MOST_PROBLEMS} more`];

const sum = (column: Float64Array): number => column.reduce((total, value) => total + value, 0);
