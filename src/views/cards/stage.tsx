import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react';
import { count, plural } from '../../draw/format.ts';
import { nameOf } from '../../draw/stage/heads.ts';
import { hitStage } from '../../draw/stage/layout.ts';
import type { StageFocus } from '../../draw/stage/stage.ts';
import { hasFeature } from '../../engine/allocators/index.ts';
import { UNMAPPED } from '../../engine/allocators/model.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { SPAN_FLAG } from '../../engine/types.ts';
import type { FrameView } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { StageShow } from '../lane/stage-show.ts';
import { noun, nouns } from '../models.ts';
import { usePerform } from '../page/context.ts';
import { select } from '../page/session/lanes.ts';
import { Card } from './card.tsx';
import './stage.css';

/** Owners in the table; the others are one line. */
const MOST_OWNERS = 24;

/** What each owner has, by life; nobody's last. */
function owners({ columns }: FrameView) {
  const found = new Map<number, { spans: number; live: number; queued: number; dead: boolean }>();
  for (let row = 0; row < columns.state.length; row++) {
    if (columns.state[row] === UNMAPPED) continue;
    const life = Math.max(-1, columns.owner[row]);
    const own = found.get(life) ?? { spans: 0, live: 0, queued: 0, dead: false };
    own.spans++;
    own.live += columns.live[row];
    own.queued += columns.queued[row];
    own.dead ||= (columns.flags[row] & SPAN_FLAG.ownerDead) !== 0;
    found.set(life, own);
  }
  return [...found].sort(([a], [b]) => (a < 0 ? 1 : b < 0 ? -1 : a - b));
}

/** Threads, what they own, and each block on its way, as the run moves them. */
export function StageCard() {
  const { lane, knobs } = useLane();
  const { model } = knobs;
  const run = usePerform();
  const canvas = useRef<HTMLCanvasElement>(null);
  const said = useRef<HTMLOListElement>(null);
  const now = useRef<HTMLParagraphElement>(null);
  const told = useRef<HTMLParagraphElement>(null);
  const mode = useRef<HTMLParagraphElement>(null);
  const tip = useRef<HTMLParagraphElement>(null);
  const stage = useRef<StageShow | undefined>(undefined);
  useEffect(() => {
    const [picture, headline, list, voice, note] = [canvas, now, said, told, mode].map(
      (ref) => ref.current,
    );
    if (!(picture instanceof HTMLCanvasElement && list instanceof HTMLOListElement)) return;
    if (!headline || !voice || !note) return;
    const parts = { canvas: picture, now: headline, said: list, told: voice, mode: note };
    const show = new StageShow(parts, lane, model);
    stage.current = show;
    return () => show.close();
  }, [lane, model]);
  const owned = hasFeature(model, 'owners');
  const queues = hasFeature(model, 'remoteQueues');
  const point = (focus: StageFocus | undefined): void => {
    const show = stage.current;
    if (!show || !tip.current) return;
    show.focus = focus;
    const name =
      focus === undefined
        ? ''
        : 'row' in focus
          ? `${noun(model)} ${count(focus.row)}: `
          : `${nameOf(focus.life)}: `;
    tip.current.textContent = focus === undefined ? '' : `${name}${show.describe(focus)}`;
  };
  const pick = (focus: StageFocus | undefined): void => {
    if (focus && 'row' in focus) run(select, { superslab: focus.row });
  };
  const onKey = (event: KeyboardEvent<HTMLCanvasElement>): void => {
    const show = stage.current;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!show || (step === 0 && event.key !== 'Enter')) return;
    event.preventDefault();
    event.stopPropagation();
    if (step === 0) pick(show.focus);
    else {
      const places = show.places();
      const now = places.findIndex((place) => samePlace(place, show.focus));
      point(places[now < 0 ? 0 : (now + step + places.length) % places.length]);
    }
  };
  const onPress = (event: PointerEvent<HTMLCanvasElement>): void => {
    const show = stage.current;
    const box = event.currentTarget.getBoundingClientRect();
    if (!show?.layout) return;
    const hit = hitStage(show.layout, event.clientX - box.left, event.clientY - box.top);
    point(hit);
    pick(hit);
  };
  const title = (frame: FrameView): string => {
    const { counters } = frame;
    if (!owned)
      return `${plural(counters[C.liveBlocks], 'block')} in one heap that all threads share`;
    const all = owners(frame);
    const dead = all.filter(([, own]) => own.dead);
    const left = dead.reduce((sum, [, { spans }]) => sum + spans, 0);
    const spans = all.reduce((sum, [, own]) => sum + own.spans, 0);
    if (left === 0) return `All ${plural(spans, noun(model))} have a living owner`;
    return `${count(left)} of ${plural(spans, noun(model))} belong to ${plural(dead.length, 'dead thread')}`;
  };
  return (
    <Card
      className="stage-card"
      title={title}
      table={{
        head: ['Owner', nouns(model), 'Blocks in use', ...(queues ? ['Waiting in queues'] : [])],
        rows: (frame) => {
          const all = owners(frame);
          const row = (name: string, own: (typeof all)[number][1]): string[] => [
            name,
            count(own.spans),
            count(own.live),
            ...(queues ? [count(own.queued)] : []),
          ];
          const rows = all
            .slice(0, MOST_OWNERS)
            .map(([life, own]) => row(`${nameOf(life)}${own.dead ? ', dead' : ''}`, own));
          const rest = all.slice(MOST_OWNERS).map(([, own]) => own);
          if (rest.length === 0) return rows;
          const sum = (of: 'spans' | 'live' | 'queued'): number =>
            rest.reduce((total, own) => total + own[of], 0);
          const others = {
            spans: sum('spans'),
            live: sum('live'),
            queued: sum('queued'),
            dead: true,
          };
          return [...rows, row(`${count(rest.length)} more`, others)];
        },
      }}
    >
      <p className="stage-now" ref={now} />
      <canvas
        ref={canvas}
        className="stage-canvas"
        tabIndex={0}
        role="application"
        aria-roledescription="stage"
        aria-label={`Threads, their ${nouns(model)} and the blocks that move. Up and down walk, Enter inspects, left and right step an operation.`}
        onKeyDown={onKey}
        onPointerDown={onPress}
        onBlur={() => point(undefined)}
      />
      <p className="stage-tip" ref={tip} role="status" />
      <p className="stage-key" aria-hidden="true">
        <i data-part="live" /> in use <i data-part="free" /> free <i data-part="never" /> never used
        {queues && (
          <>
            {' '}
            <i data-part="queued" /> freed by another thread, waits in the queue
            <b>←</b> its owner may empty it <b>z</b> owner asleep <b data-part="dead">×</b> owner
            dead
          </>
        )}
      </p>
      <p className="stage-mode" ref={mode} />
      <ol className="stage-said" ref={said} aria-label="What happened before" />
      <p className="sr" ref={told} aria-live="polite" />
    </Card>
  );
}

const samePlace = (a: StageFocus, b: StageFocus | undefined): boolean =>
  b !== undefined &&
  ('row' in a ? 'row' in b && a.row === b.row : 'life' in b && a.life === b.life);
