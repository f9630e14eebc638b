import { type Flow, flowsOf, modeFor, type StageMode } from '../../draw/stage/flows.ts';
import type { StagePlayer } from '../../draw/stage/player.ts';
import { afterBeat, type StageState, stateOf } from '../../draw/stage/state.ts';
import type { Swarm } from '../../draw/stage/swarm.ts';
import type { ReelAsk } from '../../engine/reel.ts';
import type { StageBeat, StageReel } from '../../engine/stage.ts';

/** Where a run stands, as its newest frame says. */
export interface Standing {
  readonly generation: number;
  /** One more than was counted when the run is over: what ended it is an operation, too. */
  readonly op: number;
  /** Sequence number of the next event. */
  readonly seq: number;
  readonly playing: boolean;
}

/** A stretch of more operations is not played, but cut. */
const MOST_PLAYED = 12;
/** A sample for rates: so many operations, so often, ms. */
const SAMPLE_OPS = 96;
const SAMPLE_EVERY_MS = 400;
const RATES_EVERY_MS = 1000;
/** Speed is averaged over at least this long, ms. */
const SPEED_MS = 1000;

/**
 * Sees to it that the stage shows what the run did: asks for the movements between what it shows and where the run
 * stands, one question at a time, and hands them on as fits the speed.
 */
export class StageFeed {
  mode: StageMode = 'one';
  flows: readonly Flow[] = [];
  /** Something is to be drawn that was not there before. */
  onNews: () => void = () => undefined;
  /** Movements that are told without being played one by one. */
  onMany: (beats: readonly StageBeat[], before: StageState) => void = () => undefined;
  /** Rates of a sample, once a second at most. */
  onRates: (flows: readonly Flow[]) => void = () => undefined;
  private ratesAt = Number.NEGATIVE_INFINITY;
  private target: Standing | undefined;
  private generation = -1;
  private asking = false;
  private sampledAt = Number.NEGATIVE_INFINITY;
  private seen: { readonly op: number; readonly at: number }[] = [];
  private closed = false;

  /** @param now wall clock, ms */
  constructor(
    private readonly player: StagePlayer,
    private readonly swarm: Swarm,
    private readonly ask: (asked: ReelAsk) => Promise<StageReel>,
    private readonly now: () => number,
  ) {}

  close(): void {
    this.closed = true;
  }

  /** The run stands here. */
  see(standing: Standing): void {
    const before = this.target;
    this.target = standing;
    const other = before?.generation !== standing.generation || standing.op < before.op;
    if (other || !standing.playing) this.seen = [];
    if (standing.playing) this.seen.push({ op: standing.op, at: this.now() });
    this.mode = standing.playing ? modeFor(this.opsPerSecond(), this.mode) : 'one';
    if (this.mode !== 'flows') this.flows = [];
    void this.catchUp();
  }

  /** Operations a second, lately; 0 before that is known. */
  private opsPerSecond(): number {
    const { seen } = this;
    while (seen.length > 2 && seen[seen.length - 1].at - seen[1].at >= SPEED_MS) seen.shift();
    const [first] = seen;
    const last = seen.at(-1);
    if (!first || !last || last.at - first.at < SPEED_MS / 4) return 0;
    return ((last.op - first.op) * 1000) / (last.at - first.at);
  }

  private async catchUp(): Promise<void> {
    if (this.asking || this.closed) return;
    this.asking = true;
    try {
      while (!this.closed && (await this.step()));
    } catch {
      // A newer command, or another worker: the next frame asks again.
    } finally {
      this.asking = false;
    }
  }

  /** One question and what comes of it. @returns false when there is nothing to ask now */
  private async step(): Promise<boolean> {
    const { target, player, generation, mode } = this;
    if (target === undefined) return false;
    const { op, seq } = player.state;
    if (generation === target.generation && op === target.op && seq === target.seq) return false;
    if (mode === 'map') return false;
    const far = target.op - op;
    const same = generation === target.generation && seq > 0;
    if (mode === 'flows' || (mode === 'many' && far > SAMPLE_OPS)) return this.sample(target);
    if (same && far > 0 && (mode === 'many' || far <= MOST_PLAYED)) return this.goOn(op, target);
    if (same && far < 0 && far >= -MOST_PLAYED) return this.goBack(op, target);
    return this.cut(target);
  }

  private async goOn(from: number, target: Standing): Promise<boolean> {
    const since = this.now();
    const reel = await this.ask({ from, to: target.op, whole: false });
    if (reel.seq !== this.player.state.seq) return this.cut(target);
    if (this.mode === 'one') this.player.forward(reel);
    else {
      const before = this.player.finish().after;
      let state = before;
      for (const beat of reel.beats) state = afterBeat(state, beat);
      this.player.cut(state);
      this.swarm.add(reel.beats, Math.max(60, 2 * (this.now() - since)));
      this.onMany(reel.beats, before);
    }
    return this.arrive(target);
  }

  private async goBack(to: number, target: Standing): Promise<boolean> {
    const reel = await this.ask({ from: target.op, to, whole: true });
    this.swarm.clear();
    this.player.reverse(reel);
    return this.arrive(target);
  }

  private async cut(target: Standing): Promise<boolean> {
    const { scene } = await this.ask({ from: target.op, to: target.op, whole: true });
    if (scene === undefined) return false;
    this.swarm.clear();
    this.player.cut(stateOf(scene));
    return this.arrive(target);
  }

  private async sample(target: Standing): Promise<boolean> {
    if (this.now() - this.sampledAt < SAMPLE_EVERY_MS) return false;
    this.sampledAt = this.now();
    const from = Math.max(0, target.op - SAMPLE_OPS);
    const { scene, beats } = await this.ask({ from, to: target.op, whole: true });
    if (scene === undefined) return false;
    const first = stateOf(scene);
    let state = first;
    for (const beat of beats) state = afterBeat(state, beat);
    this.swarm.clear();
    this.player.cut(state);
    if (this.mode === 'flows') {
      this.flows = flowsOf(first, beats, this.opsPerSecond());
      if (this.now() - this.ratesAt >= RATES_EVERY_MS) {
        this.ratesAt = this.now();
        this.onRates(this.flows);
      }
    }
    return this.arrive(target);
  }

  /** The stage shows what is there at `target`, or will when all is played. */
  private arrive({ generation, op, seq }: Standing): boolean {
    this.generation = generation;
    // An edit where the run stands changes what follows, not what is asked for again and again.
    this.player.arrive(op, seq);
    this.onNews();
    return true;
  }
}
