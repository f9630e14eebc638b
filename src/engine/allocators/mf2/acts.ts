import type { Intervention } from '../../interventions.ts';
import type { Mf2Allocator } from './allocator.ts';
import { NONE, P_FLAGS, P_HOLDER, P_OWNER, P_TOUCHED, P_WORDS, PF } from './layout.ts';

/** Why an act on a page cannot be done now; undefined: it can. */
export function whyNotMemory(mf2: Mf2Allocator, act: Intervention): string | undefined {
  const { subject } = act;
  switch (act.act) {
    case 'adopt':
      return whyNotTouch(mf2, subject, true) ?? whyNotAdopt(mf2, subject, act.amount);
    case 'pin':
      return whyNotTouch(mf2, subject, true);
    case 'unpin': {
      if (subject >= mf2.heap.count) return whyNotTouch(mf2, subject, false);
      return isPinned(mf2, subject) ? undefined : 'It is not pinned.';
    }
    case 'trim': {
      const reason = whyNotTouch(mf2, subject, true);
      if (reason !== undefined) return reason;
      const p = subject * P_WORDS;
      return mf2.heap.keptOsPages(p) === mf2.heap.pages[p + P_TOUCHED]
        ? 'Every OS page of it that is resident holds a block or the header.'
        : undefined;
    }
    case 'flush':
      return 'Threads keep no blocks in front of their pages, and no pass gives pages back.';
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

const isPinned = ({ heap }: Mf2Allocator, row: number): boolean =>
  (heap.pages[row * P_WORDS + P_FLAGS] & PF.pinned) !== 0;

function whyNotTouch(mf2: Mf2Allocator, row: number, mustBeLoose: boolean): string | undefined {
  if (row >= mf2.heap.count) return `There is no page ${row} now.`;
  if (mf2.heap.pages[row * P_WORDS + P_HOLDER] !== NONE)
    return 'A thread is draining it right now.';
  return mustBeLoose && isPinned(mf2, row) ? 'It is pinned.' : undefined;
}

function whyNotAdopt(mf2: Mf2Allocator, row: number, chain: number): string | undefined {
  const owner = mf2.heap.pages[row * P_WORDS + P_OWNER];
  return owner === mf2.machine.threads.life[chain] ? `Chain ${chain} owns it already.` : undefined;
}
