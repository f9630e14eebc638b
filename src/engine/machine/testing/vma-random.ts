import { HEAP_BASE_PAGE } from '../address-space.ts';
import { Replay } from './vma-replay.ts';

/**
 * What a random case is about: entries of a few pages; regions and huge pages; where the kernel places;
 * the limit on entries.
 */
export const RANDOM_KINDS = ['small', 'regions', 'placed', 'limit'] as const;
export type RandomKind = (typeof RANDOM_KINDS)[number];

const SCALE: Record<RandomKind, number> = { small: 1, regions: 128, placed: 64, limit: 1 };

/** Random numbers below `below`, the same for the same seed (the engine has no other randomness). */
function generator(seed: number): (below: number) => number {
  let x = seed >>> 0;
  return (below) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
}

/**
 * A random case in the language of scripts/native/vma-cases.c. Steps are chosen by where our own space
 * stands, so that nothing is touched that is not writable.
 */
export function randomCase(kind: RandomKind, seed: number): string[] {
  const random = generator(seed);
  const replay = new Replay();
  const steps: string[] = [];
  const add = (step: string): void => {
    steps.push(step);
    replay.step(step);
  };
  // Large enough that nothing of the program lies in reach above it.
  if (kind === 'placed') add('anchor 3584');
  const count = 8 + random(16);
  for (let i = 0; i < count; i++) {
    if (kind === 'limit' && i === 5) add(`room ${random(4)}`);
    let step = '';
    while (step === '') step = randomStep(kind, random, replay);
    add(step);
  }
  return steps;
}

/** One step, or nothing when the kind that was drawn makes no sense here. */
function randomStep(kind: RandomKind, random: (below: number) => number, replay: Replay): string {
  const scale = SCALE[kind];
  const at = random(scale === 1 ? 24 : 40) * scale;
  const pages = (1 + random(scale === 1 ? 8 : 14)) * scale;
  const range = `${at} ${pages}`;
  const prot = random(3) === 0 ? 'none' : 'rw';
  const flag = ['', '', '', '', ' n', ' s'][random(6)];
  switch (random(14)) {
    case 0:
    case 1:
      return `map ${range} ${prot}${flag}`;
    case 2:
      return `fix ${range} ${prot}${flag}`;
    case 3:
    case 4:
      return `unmap ${range}`;
    case 5:
    case 6:
    case 7:
      return `protect ${range} ${prot}`;
    case 8:
      return `dontneed ${range}`;
    case 9:
      return `free ${range}`;
    case 10:
    case 11:
      return randomTouch(random, replay, 4 * scale);
    case 12: {
      if (kind === 'placed') return `place ${pages + [0, 0, 1, 7][random(4)]} ${prot}${flag}`;
      const heap = replay.space.breakPage - HEAP_BASE_PAGE;
      return random(3) === 0 && heap > 0 ? `brk ${-1 - random(heap)}` : `brk ${1 + random(20)}`;
    }
    default:
      return kind === 'limit' ? '' : `${random(2) === 0 ? 'huge' : 'nohuge'} ${range}`;
  }
}

function randomTouch(random: (below: number) => number, replay: Replay, most: number): string {
  const writable = replay
    .describe()
    .split(' ')
    .filter((entry) => entry.includes(':rw:') && !entry.startsWith('brk'));
  if (writable.length === 0) return '';
  const [first, rest] = writable[random(writable.length)].split('+');
  const pages = Number.parseInt(rest, 10);
  const from = random(pages);
  return `touch ${Number(first) + from} ${1 + random(Math.min(pages - from, most))}`;
}
