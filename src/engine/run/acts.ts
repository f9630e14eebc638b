import { asNs } from '../../base/units.ts';
import { ACT_IDS, type Intervention, whyNotRunning, whyNotThread } from '../interventions.ts';
import { REG_EXTRA, REG_NOW, REG_OP } from '../machine/registers.ts';
import { MAIN } from '../machine/threads.ts';
import { EV, NO_CAUSE, REFUSED } from '../telemetry/events.ts';
import type { ThreadDetail } from '../types.ts';
import type { Run } from './run.ts';

/** Why an intervention cannot be done to this run now; undefined: it can. */
export function whyNot(run: Run, intervention: Intervention): string | undefined {
  if (!run.running) return 'The run is over.';
  switch (intervention.act) {
    case 'stall':
    case 'burst':
    case 'kill':
      return whyNotThread(run.threads, run.settings.schedule, intervention);
    case 'adopt':
      return run.allocator.whyNot(intervention) ?? whyNotRunning(run.threads, intervention.amount);
    case 'pin':
    case 'unpin':
    case 'trim':
      return run.allocator.whyNot(intervention);
  }
}

/** Does an intervention, or notes as an event that it could not be done. */
export function doAct(run: Run, intervention: Intervention): void {
  const { act, subject, amount } = intervention;
  const { threads, schedule, regs } = run;
  const reason = whyNot(run, intervention);
  const now = run.virtualNs;
  regs[REG_OP] = run.operationNow;
  regs[REG_NOW] = now;
  const shown = reason === undefined ? amount : REFUSED;
  const event = run.emit(EV.intervened, now, MAIN, subject, ACT_IDS.indexOf(act), shown, NO_CAUSE);
  if (reason !== undefined) return;
  switch (act) {
    case 'stall':
      threads.clock[subject] += amount * 1000;
      schedule.began[subject] += amount * 1000;
      schedule.slept(subject, amount * 1000);
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
      run.allocator.act(intervention, event);
      break;
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
