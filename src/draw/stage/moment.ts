import type { StageSpan } from '../../engine/stage.ts';
import { doingOf } from './heads.ts';
import {
  type ActorBox,
  cellAt,
  type LayoutOptions,
  layoutStage,
  mouthAt,
  type Point,
  type SpanBox,
  type StageLayout,
} from './layout.ts';
import type { StagePicture } from './player.ts';
import { type SpanActing, STILL } from './spans.ts';
import { ease, lengthOf, progressOf, type Stroke } from './strokes.ts';

/** Where a block's stroke has its ends: its place in memory, and a thread's hand. */
export interface Ends {
  readonly stroke: Extract<Stroke, { readonly is: 'take' | 'return' | 'push' }>;
  readonly place: Point;
  readonly hand: Point;
  readonly span: StageSpan;
}

/** A picture with the places of all that is in it. */
export class Moment {
  readonly before: StageLayout;
  readonly after: StageLayout;
  private readonly strokes: readonly Stroke[];
  private readonly ms: number;
  private readonly overall: number;

  constructor(
    readonly picture: StagePicture,
    width: number,
    look: LayoutOptions & { readonly reduced: boolean },
  ) {
    const { strokes, ms, beat } = picture;
    const options = { ...look, wanted: [...(look.wanted ?? []), ...wantedBy(picture)] };
    this.before = layoutStage(picture.before, width, options);
    this.after =
      picture.after === picture.before ? this.before : layoutStage(picture.after, width, options);
    this.strokes = strokes;
    const length = lengthOf(strokes);
    // Stills: as it was, then as it is.
    this.ms = look.reduced ? (ms < length / 2 ? 0 : length) : ms;
    this.overall = beat === undefined || length === 0 ? 1 : this.ms / length;
  }

  /** Progress of the last stroke that has to do with something; of all, when none has. */
  private progress(about: (stroke: Stroke) => boolean): number {
    const index = this.strokes.findLastIndex(about);
    return index < 0 ? this.overall : progressOf(this.strokes[index], this.ms);
  }

  /** Boxes at this moment: those that were there, those that come and those that go. */
  boxes(): [number, SpanBox][] {
    const found: [number, SpanBox][] = [];
    for (const row of new Set([...this.before.spans.keys(), ...this.after.spans.keys()])) {
      const from = this.before.spans.get(row);
      const to = this.after.spans.get(row);
      const t = ease(this.progress((stroke) => 'row' in stroke && stroke.row === row));
      if (from && to) found.push([row, { ...to, ...between(from, to, t) }]);
      else if (to && t > 0) found.push([row, folded(to, t)]);
      else if (from && t < 1) found.push([row, folded(from, 1 - t)]);
    }
    // What moves is above what stands.
    return found.sort(([a], [b]) => Number(this.isAdopted(a)) - Number(this.isAdopted(b)));
  }

  private isAdopted(row: number): boolean {
    return this.strokes.some((stroke) => stroke.is === 'adopt' && stroke.row === row);
  }

  /** A span as it is at this moment, and what happens to it. */
  span(row: number): { readonly span: StageSpan; readonly acting: SpanActing } | undefined {
    const { picture } = this;
    const was = picture.before.spans.get(row);
    const is = picture.after.spans.get(row);
    const own = (stroke: Stroke): boolean =>
      ('row' in stroke && stroke.row === row) || ('place' in stroke && stroke.place.row === row);
    const t = this.progress(own);
    const span = (t >= 1 ? is : was) ?? is ?? was;
    if (span === undefined) return undefined;
    const at = this.strokes.findIndex((stroke) => stroke.is === 'drain' && stroke.row === row);
    const drained = at < 0 || t >= 1 ? 0 : progressOf(this.strokes[at], this.ms);
    const now = this.current();
    const flying = now && 'place' in now && now.place.row === row ? now.place.block : -1;
    const owner = this.after.actors.get(span.owner)?.actor;
    const acting: SpanActing = {
      ...STILL,
      flying,
      drained,
      lit: now !== undefined && own(now),
      stitched: span.adoptedFrom >= 0,
      ownerAsleep: owner?.state === 'asleep',
    };
    return { span, acting };
  }

  /** The stroke under way; of stills, the one whose way is drawn in. */
  private current(): Stroke | undefined {
    return this.strokes.find((stroke) => progressOf(stroke, this.picture.ms) < 1);
  }

  /** @param busy lives that do something beside the picture's own beat */
  actor(life: number, box: ActorBox, busy: ReadonlySet<number>) {
    const { beat } = this.picture;
    const doing = doingOf(box, beat?.life === life || busy.has(life));
    const end = this.strokes.findIndex((stroke) => stroke.is === 'dies' && stroke.life === life);
    const dead = box.actor.state === 'dead';
    const sunk = !dead ? 0 : end < 0 ? 1 : ease(progressOf(this.strokes[end], this.ms));
    const flight = this.ends();
    const toward = flight && life === beat?.life ? Math.sign(flight.place.x - box.hand.x) : 0;
    return { doing, sunk, toward };
  }

  /** Where the block of the stroke under way comes from and goes to: its place in memory, and the hand. */
  ends(stroke = this.current()): Ends | undefined {
    if (stroke === undefined || !('place' in stroke)) return undefined;
    const { row, block } = stroke.place;
    const layout = stroke.is === 'take' ? this.after : this.before;
    const state = stroke.is === 'take' ? this.picture.after : this.picture.before;
    const box = layout.spans.get(row);
    const span = state.spans.get(row);
    const hand = this.after.actors.get(stroke.life)?.hand;
    if (!box || !span || !hand) return undefined;
    const place = stroke.is === 'push' && box.mouth > 0 ? mouthAt(box) : cellAt(box, span, block);
    return { stroke, place, hand, span };
  }

  /** The stroke under way, if a block is, and how far it is. */
  flight(): { readonly ends: Ends; readonly t: number } | undefined {
    const ends = this.ends();
    if (ends === undefined) return undefined;
    return { ends, t: ease(progressOf(ends.stroke, this.ms)) };
  }

  /** A mapping that is being refused: to whom, and how far that is. */
  refusal(): { readonly life: number; readonly t: number } | undefined {
    const stroke = this.strokes.find(({ is }) => is === 'refused');
    if (stroke?.is !== 'refused') return undefined;
    const t = progressOf(stroke, this.ms);
    return t > 0 ? { life: stroke.life, t } : undefined;
  }
}

/** Threads that a beat is about: they have room whatever else has none. */
export function wantedBy({ beat, before, after, strokes }: StagePicture): number[] {
  if (beat === undefined) return [];
  const lives = strokes.flatMap((stroke) => {
    if ('life' in stroke) return [stroke.life];
    return stroke.is === 'adopt' ? [stroke.from, stroke.to] : [];
  });
  const rows = strokes.flatMap((stroke) => {
    if ('place' in stroke) return [stroke.place.row];
    return 'row' in stroke ? [stroke.row] : [];
  });
  const owners = [before, after].flatMap(({ spans }) =>
    rows.flatMap((row) => spans.get(row)?.owner ?? []),
  );
  return [beat.life, ...lives, ...owners];
}

const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
function between(from: SpanBox, to: SpanBox, t: number): Pick<SpanBox, 'x' | 'y' | 'w' | 'h'> {
  const x = mix(from.x, to.x, t);
  // One that changes hands is lifted over the others.
  const lift = Math.abs(from.x - to.x) > 1 ? 26 * Math.sin(Math.PI * t) : 0;
  return { x, y: mix(from.y, to.y, t) - lift, w: mix(from.w, to.w, t), h: mix(from.h, to.h, t) };
}
/** Unfolds from, and folds to, its middle line. */
function folded(box: SpanBox, t: number): SpanBox {
  return {
    ...box,
    y: box.y + (box.h * (1 - t)) / 2,
    h: Math.max(1, box.h * t),
    room: 0,
    words: false,
  };
}
