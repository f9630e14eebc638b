import { describe, expect, it } from 'vitest';
import { StagePlayer } from '../../draw/stage/player.ts';
import { afterBeat, stateOf } from '../../draw/stage/state.ts';
import { Swarm } from '../../draw/stage/swarm.ts';
import { film, filmFirst } from '../../draw/stage/testing/reels.ts';
import type { KnobValues } from '../../engine/knobs/index.ts';
import type { ReelAsk } from '../../engine/reel.ts';
import type { StageReel } from '../../engine/stage.ts';
import type { EventKind } from '../../engine/telemetry/events.ts';
import { StageFeed, type Standing } from './stage-feed.ts';
import { beatSentence } from './stage-text.ts';

const sceneOf = ({ scene }: StageReel) => {
  if (!scene) throw new Error('not asked for');
  return stateOf(scene);
};
/** The first sentence about each kind of thing that a run does. */
function said(kind: EventKind, about: RegExp, knobs: Partial<KnobValues> = {}): string | undefined {
  const reel = filmFirst(kind, knobs);
  let before = sceneOf(reel);
  for (const beat of reel.beats) {
    const text = beatSentence(beat, before, knobs.model ?? 'tiny');
    if (text !== undefined && about.test(text)) return text;
    before = afterBeat(before, beat);
  }
  return undefined;
}

describe('a beat in a sentence', () => {
  it('says whose block was freed, where it went, and that its owner is dead', () => {
    const reel = film(12, 40);
    let before = sceneOf(reel);
    const texts: string[] = [];
    for (const beat of reel.beats) {
      if (beat.remote) texts.push(beatSentence(beat, before, 'tiny') ?? '');
      before = afterBeat(before, beat);
    }
    const pattern =
      /^Thread \d+ frees a block of \d+ B of (main|thread \d+)(, the table of a thread that ended,)?; it joins the queue of SuperSlab \d+\. \d+ blocks? waits? there(; thread \d+ is dead)?\.( SuperSlab \d+ is empty, and its counter says \d+\.)?$/;
    for (const text of texts) expect(text).toMatch(pattern);
    expect(texts.some((text) => text.endsWith('is dead.'))).toBe(true);
  });

  it('says where a block came from', () => {
    expect(said('superslabMapped', /new/)).toMatch(
      /^Thread \d+ allocates \d+ B: out of SuperSlab \d+, which is new/,
    );
    expect(said('superslabAdopted', /taken over/, { orphanPolicy: 'adopt' })).toMatch(
      /out of SuperSlab \d+, which it has taken over from thread \d+/,
    );
  });

  it('says who starts and who ends, and what stays', () => {
    expect(said('threadExit', /ends/)).toMatch(
      /Thread \d+ ends\. It leaves \d+ SuperSlabs behind\.$/,
    );
    expect(said('threadExit', /starts/)).toMatch(/Thread \d+ starts, created by thread \d+\./);
  });

  it('says what was refused', () => {
    expect(said('mapRefused', /refuses/, { maxMapCount: 60, baseMaps: 30 })).toMatch(
      /The kernel refuses thread \d+ a mapping at \d+ map entries\./,
    );
  });
});

describe('a feed', () => {
  /** A feed of a small run, and what it asked. */
  function feed() {
    const player = new StagePlayer();
    const swarm = new Swarm();
    const asked: ReelAsk[] = [];
    let now = 0;
    const made = new StageFeed(
      player,
      swarm,
      async (ask) => {
        asked.push(ask);
        const reel = film(ask.from, ask.to);
        return ask.whole ? reel : { ...reel, scene: undefined };
      },
      () => now,
    );
    const seqs = new Map<number, number>();
    const at = (op: number, playing = false): Standing => {
      if (!seqs.has(op)) seqs.set(op, film(op, op).seq);
      return { generation: 1, op, seq: seqs.get(op) ?? 0, playing };
    };
    const settled = async (): Promise<void> => {
      for (let i = 0; i < 40; i++) await Promise.resolve();
    };
    return { player, swarm, asked, feed: made, at, settled, tick: (ms: number) => (now += ms) };
  }

  it('asks for the stage once, then for each step, forwards and back', async () => {
    const { player, asked, feed: it, at, settled } = feed();
    for (const op of [20, 21, 22, 21, 21]) {
      it.see(at(op));
      await settled();
    }
    expect(asked).toEqual([
      { from: 20, to: 20, whole: true },
      { from: 20, to: 21, whole: false },
      { from: 21, to: 22, whole: false },
      { from: 21, to: 22, whole: true },
    ]);
    expect(player.playing).toBe(true);
    expect(player.finish().after.spans).toEqual(sceneOf(film(21, 21)).spans);
  });

  it('cuts where it is far, and where another future began', async () => {
    const { asked, player, feed: it, at, settled } = feed();
    it.see(at(5));
    await settled();
    it.see(at(50));
    await settled();
    it.see({ ...at(50), seq: at(50).seq + 1 });
    await settled();
    expect(asked.map(({ from, whole }) => [from, whole])).toEqual([
      [5, true],
      [50, true],
      [50, true],
    ]);
    expect(player.playing).toBe(false);
  });

  it('lets many fly at once when the run is faster, and plays none of them', async () => {
    const { swarm, player, feed: it, at, settled, tick } = feed();
    for (let op = 10; op < 70; op += 10) {
      it.see(at(op, true));
      await settled();
      tick(300);
    }
    expect(it.mode).toBe('many');
    expect(swarm.size).toBeGreaterThan(5);
    expect(player.playing).toBe(false);
    expect(player.state.op).toBe(60);
    it.see(at(60));
    expect(it.mode).toBe('one');
  });

  it('asks one question at a time', async () => {
    const { asked, feed: it, at, settled } = feed();
    it.see(at(20));
    it.see(at(21));
    it.see(at(22));
    expect(asked.length).toBe(1);
    await settled();
    expect(asked.at(-1)?.to).toBe(22);
  });
});
