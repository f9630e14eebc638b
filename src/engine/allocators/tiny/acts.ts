import type { Intervention } from '../../interventions.ts';
import { MAIN } from '../../machine/threads.ts';
import type { TinyAllocator } from './allocator.ts';
import { SS_FLAG, SS_FLAGS, SS_OWNER, SS_WORDS } from './layout.ts';

/** Why an act on a SuperSlab cannot be done now; undefined: it can. */
export function whyNotMemory(tiny: TinyAllocator, act: Intervention): string | undefined {
  const { subject } = act;
  switch (act.act) {
    case 'adopt':
      return whyNotTouch(tiny, subject, true) ?? whyNotAdopt(tiny, subject, act.amount);
    case 'pin':
      return whyNotTouch(tiny, subject, true);
    case 'unpin':
      return (
        whyNotTouch(tiny, subject, false) ??
        ((flagsOf(tiny, subject) & SS_FLAG.pinned) !== 0 ? undefined : 'It is not pinned.')
      );
    case 'trim': {
      const live = whyNotTouch(tiny, subject, true) ?? tiny.heap.liveIn(subject);
      if (typeof live === 'string') return live;
      if (live === 0) return undefined;
      return live === 1
        ? 'One block in it is live.'
        : `${live.toLocaleString('en-US')} blocks in it are live.`;
    }
    case 'flush':
      return tiny.busy[MAIN] === 0 ? undefined : 'A trim pass is under way.';
    case 'compact':
    case 'stall':
    case 'burst':
    case 'kill':
    case 'malloc':
    case 'realloc':
    case 'free':
      return undefined;
  }
}

const flagsOf = ({ heap }: TinyAllocator, row: number): number =>
  row < heap.rows ? heap.superslabs[row * SS_WORDS + SS_FLAGS] : 0;

function whyNotTouch(tiny: TinyAllocator, row: number, mustBeLoose: boolean): string | undefined {
  const flags = flagsOf(tiny, row);
  if ((flags & SS_FLAG.mapped) === 0) return `There is no SuperSlab ${row} now.`;
  if ((flags & SS_FLAG.cached) !== 0) return 'It lies in the cache of SuperSlabs.';
  if ((flags & SS_FLAG.retired) !== 0) return 'It is retired: nobody uses it again.';
  return mustBeLoose && (flags & SS_FLAG.pinned) !== 0 ? 'It is pinned.' : undefined;
}

function whyNotAdopt({ heap }: TinyAllocator, row: number, chain: number): string | undefined {
  if (heap.oneList) return 'One central list owns everything: nobody can adopt.';
  if (heap.isPooled(row)) return 'Each of its slots has an owner of its own.';
  const owner = heap.superslabs[row * SS_WORDS + SS_OWNER];
  return owner === heap.threads.life[chain] ? `Chain ${chain} owns it already.` : undefined;
}
