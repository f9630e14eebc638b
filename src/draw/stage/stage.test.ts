import { describe, expect, it } from 'vitest';
import type { KnobValues } from '../../engine/knobs/index.ts';
import type { StageReel } from '../../engine/stage.ts';
import type { EventKind } from '../../engine/telemetry/events.ts';
import { loggingContext } from '../testing/frames.ts';
import { PALETTE } from '../testing/palette.ts';
import { flowsOf, modeFor } from './flows.ts';
import { cellAt, hitStage, layoutStage, mouthAt } from './layout.ts';
import { type StagePicture, StagePlayer } from './player.ts';
import { drawStage } from './stage.ts';
import { actorsOf, afterBeat, stateOf } from './state.ts';
import { lengthOf, strokesOf } from './strokes.ts';
import { MOST_SWARMERS, Swarm } from './swarm.ts';
import { film, filmFirst } from './testing/reels.ts';

const LOOK = { queues: true, classes: true, reduced: false, focus: undefined };
/** Thirty operations of two threads with lives of twelve: deaths, queues of the dead, new spans. */
const REEL = film(0, 30);
const sceneOf = ({ scene }: StageReel) => {
  if (!scene) throw new Error('not asked for');
  return stateOf(scene);
};
const START = sceneOf(REEL);
const END = REEL.beats.reduce(afterBeat, START);

describe('who is on the stage', () => {
  it('is main, then each chain, its dead before the one that lives', () => {
    const lives = actorsOf(END).map(({ life, chain, state }) => [life, chain, state]);
    expect(lives[0]).toEqual([0, 0, 'asleep']);
    const chains = lives.slice(1).map(([, chain]) => chain);
    expect(chains).toEqual([...chains].sort());
    const first = lives.filter(([, chain]) => chain === 1);
    expect(first.map(([, , state]) => state)).toEqual([
      ...first.slice(1).map(() => 'dead'),
      'runs',
    ]);
    expect(first.length).toBeGreaterThan(1);
  });

  it('is one heap for all where memory has no owner', () => {
    const state = sceneOf(film(20, 20, { model: 'firstfit' }));
    const last = actorsOf(state).at(-1);
    expect(last).toMatchObject({ life: -1, state: 'none' });
    expect(last?.spans.length).toBe(state.spans.size);
  });
});

describe('the layout', () => {
  it.each([320, 700, 1400])(
    'at %d px puts each span in its owner’s column and its class’s row',
    (width) => {
      const layout = layoutStage(END, width, LOOK);
      let shown = 0;
      for (const [row, box] of layout.spans) {
        const span = END.spans.get(row);
        const actor = layout.actors.get(span?.owner ?? -1);
        const line = layout.rows.find(({ cls }) => cls === span?.cls);
        if (!span || !actor || !line) throw new Error(`span ${row} has no place`);
        expect(box.x).toBeGreaterThanOrEqual(actor.x - 0.01);
        expect(box.x + box.w).toBeLessThanOrEqual(actor.x + actor.w + 0.01);
        expect(Math.abs(box.y + box.h / 2 - line.y)).toBeLessThan(30);
        expect(box.y + box.h).toBeLessThan(layout.height);
        expect(hitStage(layout, box.x + 1, box.y + box.h / 2)).toEqual({ row });
        for (const block of span.cells) {
          const { x, y } = cellAt(box, span, block);
          expect(x > box.x && x < box.x + box.w - box.mouth && y > box.y && y < box.y + box.h).toBe(
            true,
          );
        }
        shown++;
      }
      expect(shown + layout.hidden.spans).toBe(END.spans.size);
    },
  );

  it('leaves out the dead that died first, and nobody that lives or acts', () => {
    const late = sceneOf(film(90, 90));
    const all = actorsOf(late);
    const layout = layoutStage(late, 760, { ...LOOK, wanted: [1] });
    expect(layout.actors.size).toBeLessThan(all.length);
    for (const { life, state } of all)
      if (state !== 'dead' || life === 1) expect(layout.actors.has(life)).toBe(true);
    const dead = all
      .filter(({ state, life }) => state === 'dead' && life !== 1)
      .map(({ life }) => life);
    const kept = dead.filter((life) => layout.actors.has(life));
    expect(kept.sort((a, b) => a - b)).toEqual(
      dead.sort((a, b) => a - b).slice(dead.length - kept.length),
    );
  });
});

describe('a player', () => {
  /** Pictures every 20 ms until nothing moves. */
  const play = (player: StagePlayer): StagePicture[] => {
    const found: StagePicture[] = [];
    for (let picture = player.advance(0); picture.beat; picture = player.advance(20))
      found.push(picture);
    return found;
  };

  it('shows each beat once, in order, and ends where the run stands', () => {
    const player = new StagePlayer();
    player.cut(START);
    const some = { ...REEL, beats: REEL.beats.slice(0, 9) };
    expect(player.forward(some)).toBe(true);
    const seen = [...new Set(play(player).map(({ beat }) => beat))];
    expect(seen).toEqual(some.beats.filter((beat) => strokesOf(beat).length > 0));
    expect(player.finish().after).toEqual(some.beats.reduce(afterBeat, START));
  });

  it('plays the same beats in reverse, back to where they began', () => {
    const some = film(20, 24);
    const player = new StagePlayer();
    player.cut(some.beats.reduce(afterBeat, sceneOf(some)));
    player.reverse(some);
    const pictures = play(player);
    const seen = [...new Set(pictures.map(({ beat }) => beat))];
    const told = some.beats.filter((beat) => strokesOf(beat).length > 0);
    expect(seen).toEqual([...told].reverse());
    for (const { backwards } of pictures) expect(backwards).toBe(true);
    expect(pictures[0].ms).toBe(lengthOf(pictures[0].strokes));
    expect(player.finish().after).toEqual(sceneOf(some));
  });

  it('goes on from nowhere else than where the stage stands', () => {
    const player = new StagePlayer();
    player.cut(START);
    expect(player.forward({ ...film(20, 21), scene: undefined })).toBe(false);
  });
});

/** The picture in the middle of the first stroke of the first beat that has one like this. */
function midway(is: string, reel: StageReel): StagePicture {
  let before = sceneOf(reel);
  for (const beat of reel.beats) {
    const after = afterBeat(before, beat);
    const strokes = strokesOf(beat);
    const at = strokes.findIndex((stroke) => stroke.is === is);
    if (at >= 0) {
      const ms = strokes[at].at + strokes[at].ms / 2;
      return { before, after, beat, strokes, ms, backwards: false };
    }
    before = after;
  }
  throw new Error(`nothing like ${is} happens`);
}

describe('a picture', () => {
  // Wide enough for all that are dead.
  const drawn = (picture: StagePicture, more: object = {}, width = 9000) => {
    const { ctx, log } = loggingContext();
    const layout = drawStage(ctx, picture, width, PALETTE, { ...LOOK, ...more });
    return { log, layout };
  };
  it('of a remote free leads from the hand that frees to the mouth of the owner’s queue', () => {
    const picture = midway('push', REEL);
    const { log, layout } = drawn(picture);
    const { beat, before } = picture;
    const row = beat?.from?.row ?? -1;
    expect(before.spans.get(row)?.owner).not.toBe(beat?.life);
    const box = layout.spans.get(row);
    const hand = layout.actors.get(beat?.life ?? -1)?.hand;
    if (!box || !hand) throw new Error('no place');
    const to = mouthAt(box);
    const at = (x: number): string => String(Math.round(x * 10) / 10);
    expect(log).toContain(`moveTo(${at(hand.x)}, ${at(hand.y)})`);
    expect(
      log.some(
        (call) => call.startsWith('quadraticCurveTo') && call.endsWith(`${at(to.x)}, ${at(to.y)})`),
      ),
    ).toBe(true);
  });

  it.each([
    ['take', 'threadStart', {}],
    ['unfold', 'superslabMapped', {}],
    ['dies', 'threadExit', {}],
    ['born', 'threadStart', {}],
    ['adopt', 'superslabAdopted', { orphanPolicy: 'adopt' }],
    ['drain', 'drained', { orphanPolicy: 'adopt' }],
    ['fold', 'superslabFreed', { decOnRemote: true, trimSS: true, trimIntervalMs: 1 }],
    ['refused', 'mapRefused', { maxMapCount: 60, baseMaps: 30 }],
    ['adopt', 'pageAdopted', { model: 'mf2', workload: 'pair' }],
    ['unfold', 'pageNew', { model: 'mf2', workload: 'pair' }],
  ] satisfies [string, EventKind, Partial<KnobValues>][])(
    'of %s, from %s, differs from what was before and comes to be',
    (is, kind, knobs) => {
      const picture = midway(is, filmFirst(kind, knobs));
      const { log } = drawn(picture);
      const start = drawn({ ...picture, ms: 0 }).log;
      const end = drawn({ ...picture, ms: lengthOf(picture.strokes) }).log;
      expect(log).not.toEqual(start);
      expect(log).not.toEqual(end);
    },
  );

  it('as stills is what was, then what is, with the way between them', () => {
    const picture = midway('push', REEL);
    const early = drawn({ ...picture, ms: 1 }, { reduced: true }).log;
    expect(drawn({ ...picture, ms: 0 }, { reduced: true }).log).toEqual(early);
    const late = drawn({ ...picture, ms: lengthOf(picture.strokes) - 1 }, { reduced: true }).log;
    expect(late).not.toEqual(early);
    const bows = (log: readonly string[]): string[] =>
      log.filter((call) => call.startsWith('quadraticCurveTo')).slice(-1);
    expect(bows(late)).toEqual(bows(early));
  });

  it('asks a bounded number of things of its canvas, with 500 blocks in the air', () => {
    const late = film(200, 250, { threads: 7 });
    const swarm = new Swarm();
    for (let i = 0; i < 20; i++) swarm.add(late.beats, 0);
    const state = late.beats.reduce(afterBeat, sceneOf(late));
    const still = {
      before: state,
      after: state,
      beat: undefined,
      strokes: [],
      ms: 0,
      backwards: false,
    };
    const flying = swarm.advance(40);
    expect(flying.length).toBe(MOST_SWARMERS);
    const { log } = drawn(still, { swarm: flying }, 1400);
    expect(log.length).toBeLessThan(8000);
  });
});

describe('speed', () => {
  it('hands over from one to many to flows to the map, and back only well below', () => {
    expect([1, 4.5, 6, 150, 230, 260, 1e5].map((speed) => modeFor(speed, 'one'))).toEqual([
      'one',
      'one',
      'many',
      'many',
      'many',
      'flows',
      'map',
    ]);
    expect(modeFor(4.5, 'many')).toBe('many');
    expect(modeFor(3, 'many')).toBe('one');
    expect(modeFor(3, 'map')).toBe('one');
  });

  it('makes rates of movements: each block that moves is in one of them', () => {
    const flows = flowsOf(START, REEL.beats, 3000);
    const moved = REEL.beats.flatMap(strokesOf).filter((stroke) => 'place' in stroke).length;
    const sum = flows.reduce((total, { perSecond }) => total + perSecond, 0);
    expect(sum).toBeCloseTo((moved * 3000) / 30, 5);
    expect(flows.some(({ is, life, owner }) => is === 'push' && life !== owner)).toBe(true);
  });

  it('keeps a swarm in the air for as long as each block would fly alone', () => {
    const swarm = new Swarm();
    swarm.add(REEL.beats.slice(0, 4), 100);
    const [first] = swarm.advance(1);
    expect(first.t).toBeGreaterThan(0);
    expect(swarm.advance(1000)).toEqual([]);
    expect(swarm.size).toBe(0);
  });
});
