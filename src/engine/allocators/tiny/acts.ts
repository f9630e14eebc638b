import { asNs } from '../../../base/units.ts';
import { ACT_IDS, type Intervention, whyNotRunning, whyNotThread } from '../../interventions.ts';
import { MAIN } from '../../machine/threads.ts';
import { EV, NO_CAUSE, REFUSED } from '../../telemetry/events.ts';
import type { ThreadDetail } from '../../types.ts';
import { NONE, SS_FLAG, SS_FLAGS, SS_OWN_NEXT, SS_OWNER, SS_WORDS } from './layout.ts';
import type { TinySimulation } from './simulation.ts';

/** Why an intervention cannot be done to this run now; undefined: it can. */
export function whyNot(sim: TinySimulation, intervention: Intervention): string | undefined {
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
    case 'unpin':
      return (
        whyNotMemory(sim, subject, false) ??
        (isPinned(sim, subject) ? undefined : 'It is not pinned.')
      );
    case 'trim': {
      const live = whyNotMemory(sim, subject, true) ?? sim.heap.liveIn(subject);
      if (typeof live === 'string') return live;
      if (live === 0) return undefined;
      return live === 1
        ? 'One block in it is live.'
        : `${live.toLocaleString('en-US')} blocks in it are live.`;
    }
  }
}

const flagsOf = ({ heap }: TinySimulation, row: number): number =>
  row < heap.rows ? heap.superslabs[row * SS_WORDS + SS_FLAGS] : 0;
const isPinned = (sim: TinySimulation, row: number): boolean =>
  (flagsOf(sim, row) & SS_FLAG.pinned) !== 0;

function whyNotMemory(sim: TinySimulation, row: number, mustBeLoose: boolean): string | undefined {
  const flags = flagsOf(sim, row);
  if ((flags & SS_FLAG.mapped) === 0) return `There is no SuperSlab ${row} now.`;
  if ((flags & SS_FLAG.cached) !== 0) return 'It lies in the cache of SuperSlabs.';
  return mustBeLoose && (flags & SS_FLAG.pinned) !== 0 ? 'It is pinned.' : undefined;
}

function whyNotAdopt(sim: TinySimulation, row: number, chain: number): string | undefined {
  if (sim.knobs.ownership === 'central')
    return 'One central list owns everything: nobody can adopt.';
  const missing = whyNotRunning(sim.threads, chain);
  if (missing !== undefined) return missing;
  const owner = sim.heap.superslabs[row * SS_WORDS + SS_OWNER];
  return owner === sim.threads.life[chain] ? `Chain ${chain} owns it already.` : undefined;
}

/** Notes an intervention as an event. @returns its sequence number, to be the cause of what follows */
export function announce(
  sim: TinySimulation,
  intervention: Intervention,
  refused: boolean,
): number {
  const { act, subject, amount } = intervention;
  const b = refused ? REFUSED : amount;
  return sim.heap.emit(EV.intervened, MAIN, subject, ACT_IDS.indexOf(act), b, NO_CAUSE);
}

/** The chains, main left out. */
export function listThreads({ threads, heap, chains }: TinySimulation): ThreadDetail[] {
  return Array.from({ length: chains - 1 }, (_, i) => {
    const chain = i + 1;
    let owned = 0;
    for (
      let row = heap.ownedBy(chain);
      row !== NONE;
      row = heap.superslabs[row * SS_WORDS + SS_OWN_NEXT]
    )
      owned++;
    return {
      chain,
      life: threads.life[chain],
      running: threads.running[chain] !== 0,
      asleep: false,
      clockNs: asNs(threads.clock[chain]),
      ops: threads.ops[chain],
      owned,
    };
  });
}
