import { asNs } from '../../base/units.ts';
import { MODELS } from '../allocators/index.ts';
import {
  ACT_IDS,
  handCallOf,
  type Intervention,
  whyNotRunning,
  whyNotThread,
} from '../interventions.ts';
import { REG_EXTRA, REG_NOW, REG_OP } from '../machine/registers.ts';
import { MAIN } from '../machine/threads.ts';
import { EV, NO_CAUSE, REFUSED } from '../telemetry/events.ts';
import type { ThreadDetail } from '../types.ts';
import type { Run } from './run.ts';

/**
 * Why an intervention cannot be done to this run now; undefined: it can.
 * @param instead of calls by hand that were given at this operation and are due
 */
export function whyNot(run: Run, intervention: Intervention, instead = false): string | undefined {
  if (!run.running) return 'The run is over.';
  switch (intervention.act) {
    case 'burst':
      if (run.byHand) return 'Its threads wait for your hand: they have nothing to do in a burst.';
      return whyNotThread(run.threads, run.settings.schedule, intervention);
    case 'stall':
    case 'kill':
      return whyNotThread(run.threads, run.settings.schedule, intervention);
    case 'adopt':
      return run.allocator.whyNot(intervention) ?? whyNotRunning(run.threads, intervention.amount);
    case 'pin':
    case 'unpin':
    case 'trim':
      return run.allocator.whyNot(intervention);
    case 'flush':
      return whyNotRunning(run.threads, intervention.subject) ?? run.allocator.whyNot(intervention);
    case 'compact':
      return whyNotCompact(run, intervention.subject);
    case 'malloc':
    case 'realloc':
    case 'free': {
      if (!run.byHand)
        return 'This program makes its own calls: yours need the program “By hand”, as in the scenario “Malloc by hand”.';
      const call = handCallOf(intervention);
      if (call === undefined) return 'It names no slot.';
      return run.byHand.hand.whyNot(call, instead ? run.operations : Infinity);
    }
  }
}

/** Spans that are less full than this are sparse: D0's option E would empty them. */
const SPARSE = 0.1;

/**
 * Why compaction (S-27) is refused: each block that it would move is known to the program by its address. Counts
 * over the row's class.
 */
function whyNotCompact(run: Run, row: number): string {
  const { noun } = MODELS[run.model];
  if (row >= run.rows || run.inspectSpan(row) === undefined)
    return `There is no ${noun.one} ${row} now.`;
  const { live, capacity, cls } = run.readRows().columns;
  let spans = 0;
  let blocks = 0;
  for (let i = 0; i < run.rows; i++) {
    if (cls[i] !== cls[row] || live[i] === 0 || live[i] >= SPARSE * capacity[i]) continue;
    spans++;
    blocks += live[i];
  }
  if (spans < 2) return 'Of its class no two are less than a tenth full: there is nothing to move.';
  return `${blocks.toLocaleString('en-US')} blocks in ${spans.toLocaleString('en-US')} ${noun.many} of its class that are less than a tenth full would move. As many pointers of the program, at least, would have to change, and C does not say where they are.`;
}

/** Does an intervention, or notes as an event that it could not be done. */
export function doAct(run: Run, intervention: Intervention): void {
  const { act, subject, amount, slot } = intervention;
  const { threads, schedule, regs } = run;
  const reason = whyNot(run, intervention);
  const now = run.virtualNs;
  regs[REG_OP] = run.operationNow;
  regs[REG_NOW] = now;
  const shown = reason === undefined ? amount : REFUSED;
  // A call by hand is of the thread that makes it, and about a slot.
  const known = slot !== undefined && subject < run.chains;
  const life = known ? threads.life[subject] : MAIN;
  const number = ACT_IDS.indexOf(act);
  const event = run.emit(EV.intervened, now, life, slot ?? subject, number, shown, NO_CAUSE);
  if (reason !== undefined) return;
  switch (act) {
    case 'stall':
      schedule.stall(subject, amount * 1000, now);
      run.turnLeft = 0;
      break;
    case 'burst':
      run.burstChain = subject;
      run.burstLeft = amount;
      run.turnLeft = 0;
      break;
    case 'kill':
      run.turnLeft = 0;
      if (run.doomed[subject] === 0) run.doomedCount++;
      run.doomed[subject] = 1;
      run.doomEvent[subject] = event;
      run.reap();
      break;
    case 'adopt':
    case 'pin':
    case 'unpin':
    case 'trim':
    case 'flush':
      run.allocator.act(intervention, event);
      break;
    case 'compact':
      throw new Error('compaction is always refused');
    case 'malloc':
    case 'realloc':
    case 'free': {
      const call = handCallOf(intervention);
      if (call) run.handOver(call);
      break;
    }
  }
  // A user's hand costs no thread any time.
  regs[REG_EXTRA] = 0;
  run.notePeaks();
}

/** The chains, main left out. */
export function listThreads(run: Run): ThreadDetail[] {
  const { threads } = run;
  return Array.from({ length: run.chains - 1 }, (_, i) => {
    const chain = i + 1;
    return {
      chain,
      life: threads.life[chain],
      running: threads.running[chain] !== 0,
      asleep: run.isAsleep(chain),
      clockNs: asNs(threads.clock[chain]),
      ops: threads.ops[chain],
      owned: run.allocator.owned(chain),
    };
  });
}
