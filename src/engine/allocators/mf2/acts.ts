import { asNs } from '../../../base/units.ts';
import { ACT_IDS, type Intervention, whyNotRunning, whyNotThread } from '../../interventions.ts';
import { MAIN } from '../../machine/threads.ts';
import { EV, NO_CAUSE, REFUSED } from '../../telemetry/events.ts';
import type { ThreadDetail } from '../../types.ts';
import {
  CLASSES,
  NONE,
  P_FLAGS,
  P_HOLDER,
  P_OWNER,
  P_TOUCHED,
  P_WORDS,
  PF,
  PH,
  T_PAGES,
  X_PHASE,
  X_WORDS,
} from './layout.ts';
import type { Mf2Simulation } from './simulation.ts';

/** Why an intervention cannot be done to this run now; undefined: it can. */
export function whyNot(sim: Mf2Simulation, intervention: Intervention): string | undefined {
  const { act, subject, amount } = intervention;
  if (sim.status !== 'running') return 'The run is over.';
  switch (act) {
    case 'stall':
    case 'burst':
    case 'kill':
      return whyNotThread(sim.threads, sim.knobs.schedule, intervention);
    case 'adopt':
      return whyNotMemory(sim, subject, true) ?? whyNotAdopt(sim, subject, amount);
    case 'pin':
      return whyNotMemory(sim, subject, true);
    case 'unpin': {
      if (subject >= sim.heap.count) return whyNotMemory(sim, subject, false);
      return isPinned(sim, subject) ? undefined : 'It is not pinned.';
    }
    case 'trim': {
      const reason = whyNotMemory(sim, subject, true);
      if (reason !== undefined) return reason;
      const p = subject * P_WORDS;
      return sim.heap.keptOsPages(p) === sim.heap.pages[p + P_TOUCHED]
        ? 'Every OS page of it that is resident holds a block or the header.'
        : undefined;
    }
  }
}

const isPinned = ({ heap }: Mf2Simulation, row: number): boolean =>
  (heap.pages[row * P_WORDS + P_FLAGS] & PF.pinned) !== 0;

function whyNotMemory(sim: Mf2Simulation, row: number, mustBeLoose: boolean): string | undefined {
  if (row >= sim.heap.count) return `There is no page ${row} now.`;
  if (sim.heap.pages[row * P_WORDS + P_HOLDER] !== NONE)
    return 'A thread is draining it right now.';
  return mustBeLoose && isPinned(sim, row) ? 'It is pinned.' : undefined;
}

function whyNotAdopt(sim: Mf2Simulation, row: number, chain: number): string | undefined {
  const missing = whyNotRunning(sim.threads, chain);
  if (missing !== undefined) return missing;
  const owner = sim.heap.pages[row * P_WORDS + P_OWNER];
  return owner === sim.threads.life[chain] ? `Chain ${chain} owns it already.` : undefined;
}

/** Notes an intervention as an event. @returns its sequence number, to be the cause of what follows */
export function announce(sim: Mf2Simulation, intervention: Intervention, refused: boolean): number {
  const { act, subject, amount } = intervention;
  const b = refused ? REFUSED : amount;
  return sim.heap.emit(
    EV.intervened,
    sim.virtualNs,
    MAIN,
    subject,
    ACT_IDS.indexOf(act),
    b,
    NO_CAUSE,
  );
}

/** The chains, main left out. */
export function listThreads({ threads, heap, steps, chains }: Mf2Simulation): ThreadDetail[] {
  return Array.from({ length: chains - 1 }, (_, i) => {
    const chain = i + 1;
    const life = threads.life[chain];
    let owned = 0;
    for (let cls = 0; cls < CLASSES && life >= 0; cls++)
      owned += heap.tables[heap.table(life, cls) + T_PAGES];
    return {
      chain,
      life,
      running: threads.running[chain] !== 0,
      asleep: steps.x[chain * X_WORDS + X_PHASE] === PH.asleep,
      clockNs: asNs(threads.clock[chain]),
      ops: threads.ops[chain],
      owned: threads.running[chain] !== 0 ? owned : 0,
    };
  });
}
