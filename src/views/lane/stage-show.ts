import { count, plural, unbroken } from '../../draw/format.ts';
import { type Palette, readPalette } from '../../draw/palette.ts';
import type { StageMode } from '../../draw/stage/flows.ts';
import type { StageLayout } from '../../draw/stage/layout.ts';
import { wantedBy } from '../../draw/stage/moment.ts';
import { StagePlayer } from '../../draw/stage/player.ts';
import { drawStage, type StageFocus } from '../../draw/stage/stage.ts';
import { actorsOf } from '../../draw/stage/state.ts';
import { Swarm } from '../../draw/stage/swarm.ts';
import { hasFeature } from '../../engine/allocators/index.ts';
import { RUN_STATUS } from '../../engine/telemetry/states.ts';
import type { ModelId } from '../../engine/types.ts';
import type { Lane } from '../../live/lane.ts';
import { invalidate } from '../../live/raf.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { noun, nouns } from '../models.ts';
import { onNewLooks } from '../shell/looks.ts';
import { rememberDrawing } from '../shell/redraws.ts';
import { StageFeed } from './stage-feed.ts';
import { beatSentence, ratesSentence } from './stage-text.ts';

/** Sentences that stay to be read below the one of now. */
const SAID = 3;
/** A reader is told at most one sentence in this time, ms. */
const TELL_MS = 1000;
/** After a pause of the page the stage does not jump: a frame is never longer, ms. */
const MOST_FRAME_MS = 100;
/** Height before anything has been laid out, px. */
const FIRST_PX = 320;

const MODE_TEXT: Readonly<Record<StageMode, string>> = {
  one: '',
  many: 'Many at once: each square is a block on its way.',
  flows: 'Too fast for single blocks: dashes are blocks a second, wider for more.',
  map: 'Too fast for the stage, which stands still: the map shows the run.',
};

/** The elements that the stage writes into; React makes them once. */
export interface StageParts {
  readonly canvas: HTMLCanvasElement;
  /** What happens now, in a sentence, and the sentences before it. */
  readonly now: HTMLElement;
  readonly said: HTMLOListElement;
  /** The same for who listens. */
  readonly told: HTMLElement;
  readonly mode: HTMLElement;
}

/**
 * The stage of a lane: its time, its canvas and its sentences. It lives outside React: frames and movements cause no
 * commit, and all drawing is done in the page's one animation frame.
 */
export class StageShow {
  layout: StageLayout | undefined;
  private focused: StageFocus | undefined;
  private readonly player = new StagePlayer();
  private readonly swarm = new Swarm();
  private readonly feed: StageFeed;
  private readonly reduced = window.matchMedia('(prefers-reduced-motion: reduce)');
  private readonly abort = new AbortController();
  private readonly stops: (() => void)[] = [];
  private palette: Palette;
  private width = 0;
  private inSight = true;
  private last = 0;
  private drift = 0;
  private wanted: readonly number[] = [];
  private toldAt = Number.NEGATIVE_INFINITY;
  private lines: readonly string[] = [];

  constructor(
    private readonly parts: StageParts,
    lane: Lane,
    private readonly model: ModelId,
  ) {
    const { canvas } = parts;
    this.palette = readPalette(canvas);
    const ask = (asked: Parameters<Lane['stage']>[0]) => lane.stage(asked, this.abort.signal);
    this.feed = new StageFeed(this.player, this.swarm, ask, () => performance.now());
    this.feed.onNews = () => this.wake();
    this.player.onBeat = (beat, before, backwards) => {
      const text = beatSentence(beat, before, model);
      if (text !== undefined) this.say(beat.op, backwards ? `Undone: ${text}` : text);
    };
    this.feed.onMany = (beats, before) => {
      for (const beat of beats.slice(-SAID)) {
        const text = beatSentence(beat, before, model);
        if (text !== undefined) this.say(beat.op, text);
      }
    };
    this.feed.onRates = (flows) => this.headline(ratesSentence(flows));
    const sizes = new ResizeObserver(([entry]) => {
      this.width = entry.contentRect.width;
      this.wake();
    });
    sizes.observe(canvas);
    const sight = new IntersectionObserver(([entry]) => {
      this.inSight = entry.isIntersecting;
      if (!this.inSight) return;
      this.see(lane.hub.latest);
      this.wake();
    });
    sight.observe(canvas);
    rememberDrawing(canvas, (pen) => this.paint(pen, 0));
    this.stops.push(
      () => sizes.disconnect(),
      () => sight.disconnect(),
      onNewLooks(() => {
        this.palette = readPalette(canvas);
        this.wake();
      }),
      lane.hub.subscribe((frame) => this.see(frame), 'picture'),
    );
  }

  close(): void {
    this.abort.abort();
    this.feed.close();
    for (const stop of this.stops) stop();
  }

  /** What the keyboard is at; undefined: nothing. */
  get focus(): StageFocus | undefined {
    return this.focused;
  }
  set focus(focus: StageFocus | undefined) {
    this.focused = focus;
    this.wake();
  }

  /** All that can be walked over, in order: each actor, then what it owns. */
  places(): StageFocus[] {
    const { layout } = this;
    return actorsOf(this.player.state)
      .filter(({ life }) => layout?.actors.has(life) === true)
      .flatMap(({ life, spans }) => [{ life }, ...spans.map(({ row }) => ({ row }))]);
  }

  /** What stands at a place, in words. */
  describe(focus: StageFocus): string {
    const { state } = this.player;
    if ('row' in focus) {
      const span = state.spans.get(focus.row);
      if (span === undefined) return '';
      const queue = span.queued > 0 ? `, ${count(span.queued)} wait in its queue` : '';
      return `${count(span.live)} of ${count(span.capacity)} blocks in use${queue}`;
    }
    const actor = actorsOf(state).find(({ life }) => life === focus.life);
    return actor === undefined ? '' : `${actor.state}, owns ${count(actor.spans.length)}`;
  }

  private see(frame: FrameView | undefined): void {
    if (!frame || !this.inSight) return;
    const { header } = frame;
    const ended = RUN_STATUS[header[H.status]] !== 'running';
    this.feed.see({
      generation: header[H.generation],
      op: header[H.op] + (ended ? 1 : 0),
      seq: header[H.nextEventSeq],
      playing: header[H.playing] === 1,
    });
  }

  /** How it shows what happens, and what it leaves out. */
  private note(): void {
    const { hidden } = this.layout ?? {};
    const left = this.player.state.more + (hidden?.spans ?? 0);
    const out =
      left === 0
        ? ''
        : `Left out: ${plural(left, noun(this.model), nouns(this.model))}, of the dead first, then the oldest.`;
    const text = [MODE_TEXT[this.feed.mode], out].filter((part) => part !== '').join(' ');
    if (this.parts.mode.textContent !== text) this.parts.mode.textContent = text;
  }

  /** There is something to see: every frame from now on, until nothing moves. */
  private wake(): void {
    invalidate(this.tick);
  }

  private readonly tick = (): void => {
    const { canvas } = this.parts;
    const ctx = canvas.getContext('2d');
    if (!this.inSight || this.width === 0 || !ctx) return;
    const now = performance.now();
    const passed = Math.min(MOST_FRAME_MS, now - this.last);
    this.last = now;
    const height = this.layout?.height ?? FIRST_PX;
    const ratio = window.devicePixelRatio || 1;
    const w = Math.round(this.width * ratio);
    const h = Math.round(height * ratio);
    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    canvas.style.height = `${height}px`;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, this.width, height);
    this.paint(ctx, passed);
    const moves = this.player.playing || this.swarm.size > 0 || this.feed.flows.length > 0;
    if (moves || this.layout?.height !== height) this.wake();
  };

  /** Draws the moment after so many ms. */
  private paint(ctx: CanvasRenderingContext2D, ms: number): void {
    const reduced = this.reduced.matches;
    this.drift += reduced ? 0 : ms * 0.06;
    const swarm = this.swarm.advance(ms);
    const picture = this.player.advance(ms);
    // Whom the latest movement was about keeps its place.
    if (picture.beat) this.wanted = wantedBy(picture);
    this.layout = drawStage(ctx, picture, this.width, this.palette, {
      wanted: this.wanted,
      queues: hasFeature(this.model, 'remoteQueues'),
      classes: hasFeature(this.model, 'classes'),
      reduced,
      focus: this.focused,
      swarm: reduced ? [] : swarm,
      flows: this.feed.flows,
      drift: this.drift,
    });
    this.note();
  }

  private say(op: number, sentence: string): void {
    this.headline(`Operation ${count(op)}. ${sentence}`);
  }

  private headline(text: string): void {
    const { said, told, now: headline } = this.parts;
    const line = unbroken(text);
    const before = headline.textContent;
    headline.textContent = line;
    if (before) this.lines = [...this.lines, before].slice(-SAID);
    for (const [i, earlier] of this.lines.entries()) {
      const item = said.children[i] ?? said.appendChild(document.createElement('li'));
      if (item.textContent !== earlier) item.textContent = earlier;
    }
    const now = performance.now();
    if (now - this.toldAt < TELL_MS) return;
    this.toldAt = now;
    told.textContent = line;
  }
}
