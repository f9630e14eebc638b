import type { MovePlace } from '../../engine/moves.ts';
import type { StageBeat } from '../../engine/stage.ts';

/** One movement that is seen: an event of the run, or what a call did to a block; when in its beat it begins, and its length, ms. */
export type Stroke = { readonly ms: number; readonly at: number } & Movement;
type Movement =
  | { readonly is: 'born' | 'dies'; readonly life: number }
  /** A span unfolds, folds away, is emptied of its queue. */
  | { readonly is: 'unfold' | 'fold' | 'drain'; readonly row: number }
  | { readonly is: 'adopt'; readonly row: number; readonly from: number; readonly to: number }
  | { readonly is: 'refused'; readonly life: number }
  /** From its cell into the hand of whoever allocates, from the hand back to its cell, or into the queue. */
  | {
      readonly is: 'take' | 'return' | 'push';
      readonly chain: number;
      readonly life: number;
      readonly place: MovePlace;
    };

/** How long each takes at human speed, ms. */
const MS = {
  born: 300,
  dies: 400,
  unfold: 260,
  fold: 220,
  drain: 250,
  adopt: 400,
  refused: 300,
  take: 200,
  return: 180,
  push: 340,
} as const satisfies Record<Stroke['is'], number>;
/** However fast, none takes less: it would not be seen. */
export const LEAST_MS = 150;

/** What is seen of a beat, in its order. Nothing moves that is not an event of the run or a call of its program. */
export function strokesOf(beat: StageBeat): Stroke[] {
  const events = beat.events.flatMap((event): Movement[] => {
    const { subject: row } = event;
    switch (event.kind) {
      case 'threadStart':
        return [{ is: 'born', life: event.subject }];
      case 'threadExit':
        return [{ is: 'dies', life: event.subject }];
      case 'superslabMapped':
      case 'superslabReused':
      case 'pageNew':
        return [{ is: 'unfold', row }];
      case 'superslabFreed':
      case 'superslabCached':
        return [{ is: 'fold', row }];
      case 'superslabAdopted':
        return [{ is: 'adopt', row, from: event.a, to: event.b }];
      case 'pageAdopted':
        return [{ is: 'adopt', row, from: event.a, to: event.life }];
      case 'drained':
        return [{ is: 'drain', row }];
      case 'mapRefused':
        return [{ is: 'refused', life: event.life }];
      default:
        return [];
    }
  });
  const { chain, life, from, to, remote } = beat;
  const moved =
    from !== undefined && (to === undefined || from.row !== to.row || from.block !== to.block);
  const away = remote ? ('push' as const) : ('return' as const);
  const leaves: Movement[] = moved && from ? [{ is: away, chain, life, place: from }] : [];
  const comes: Movement[] =
    to && (from === undefined || moved) ? [{ is: 'take', chain, life, place: to }] : [];
  // What a free leads to comes after it; what a malloc needs comes before.
  return inTime(beat.act === 'free' ? [...leaves, ...events] : [...events, ...comes, ...leaves]);
}

/** Between spans that a pass folds one after the other, ms; all of them together take no longer than a few. */
const PASS_MS = 40;
const MOST_PASS_MS = 400;

/** One after the other; what a pass gives back goes nearly together. */
function inTime(movements: readonly Movement[]): Stroke[] {
  const folds = movements.filter(({ is }) => is === 'fold').length;
  const apart = Math.min(PASS_MS, MOST_PASS_MS / Math.max(1, folds));
  let at = 0;
  let end = 0;
  return movements.map((movement, i): Stroke => {
    const ms = MS[movement.is];
    if (i > 0) at = movement.is === 'fold' && movements[i - 1].is === 'fold' ? at + apart : end;
    end = Math.max(end, at + ms);
    return { ...movement, ms, at };
  });
}

/** Strokes at another pace. @param factor 1: human speed; below: faster, but none under LEAST_MS */
export function paced(strokes: readonly Stroke[], factor: number): Stroke[] {
  const shortest = strokes.reduce((least, { ms }) => Math.min(least, ms), LEAST_MS * 10);
  const scale = Math.min(1, Math.max(factor, LEAST_MS / shortest));
  return strokes.map((stroke) => ({ ...stroke, ms: stroke.ms * scale, at: stroke.at * scale }));
}

export const lengthOf = (strokes: readonly Stroke[]): number =>
  strokes.reduce((end, { at, ms }) => Math.max(end, at + ms), 0);

/** How far a stroke is after so many ms of its beat, 0 to 1. */
export const progressOf = ({ at, ms }: Stroke, now: number): number =>
  Math.min(1, Math.max(0, (now - at) / ms));

/** Slow at both ends. */
export const ease = (t: number): number => (t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2);
