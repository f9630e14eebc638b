import type { StageBeat, StageReel } from '../../engine/stage.ts';
import { afterBeat, EMPTY, type StageState, stateOf } from './state.ts';
import { lengthOf, paced, type Stroke, strokesOf } from './strokes.ts';

/** What is seen at one moment: a stage that stands, or a beat between two. */
export interface StagePicture {
  readonly before: StageState;
  readonly after: StageState;
  readonly beat: StageBeat | undefined;
  readonly strokes: readonly Stroke[];
  /** ms of the beat that are over; it runs from the end to the start when it is undone. */
  readonly ms: number;
  readonly backwards: boolean;
}

interface Cue {
  readonly before: StageState;
  readonly after: StageState;
  readonly beat: StageBeat;
  readonly backwards: boolean;
}

/** More beats than these are not waited for: what is behind is cut to where the run stands. */
const MOST_QUEUED = 24;

/**
 * Plays reels as time passes: beats one after the other, forwards or in reverse, faster when more of them wait. Time is
 * the caller's, so the same calls give the same pictures.
 */
export class StagePlayer {
  /** What stands once all is played. */
  private end: StageState = EMPTY;
  private cues: Cue[] = [];
  private strokes: Stroke[] = [];
  private ms = 0;
  /** Beats that have been begun, newest last: what is told. */
  onBeat: (beat: StageBeat, before: StageState, backwards: boolean) => void = () => undefined;

  /** The stage as it is when all that was asked for is played. */
  get state(): StageState {
    return this.end;
  }
  get playing(): boolean {
    return this.cues.length > 0;
  }

  /** Stands here at once. */
  cut(state: StageState): void {
    this.cues = [];
    this.strokes = [];
    this.ms = 0;
    this.end = state;
  }

  /** All that waits is played, and the stage stands here: the operation that ended a run is not counted by it. */
  arrive(op: number, seq: number): void {
    this.end = { ...this.end, op, seq };
  }

  /**
   * Plays a stretch on from where the stage stands.
   * @returns false: it does not go on from here, and whoever asked needs the whole stage
   */
  forward({ seq, scene, beats }: StageReel): boolean {
    if (scene === undefined && seq !== this.end.seq) return false;
    // Who asked for the whole stage has lost the thread: it goes on from there.
    if (scene !== undefined && seq !== this.end.seq) this.cut(stateOf(scene));
    this.add(this.end, beats);
    return true;
  }

  /** Plays a stretch in reverse: from where the stage stands back to where the stretch begins. */
  reverse({ scene, beats }: StageReel): boolean {
    if (scene === undefined) return false;
    const states = [stateOf(scene)];
    for (const beat of beats) states.push(afterBeat(states[states.length - 1], beat));
    const whole = beats.map((beat, i) => ({
      beat,
      before: states[i],
      after: states[i + 1],
      backwards: true,
    }));
    this.cues.push(...whole.reverse().filter(({ beat }) => strokesOf(beat).length > 0));
    this.end = states[0];
    this.trim();
    return true;
  }

  private add(from: StageState, beats: readonly StageBeat[]): void {
    let before = from;
    for (const beat of beats) {
      const after = afterBeat(before, beat);
      this.cues.push({ before, after, beat, backwards: false });
      before = after;
    }
    this.end = before;
    this.trim();
  }

  /** What waits too long is not played; what it made is there. */
  private trim(): void {
    if (this.cues.length <= MOST_QUEUED) return;
    this.cues.splice(0, this.cues.length - MOST_QUEUED);
    this.strokes = [];
    this.ms = 0;
  }

  /** So many ms have passed. @returns what is seen now */
  advance(ms: number): StagePicture {
    let left = ms;
    for (let cue = this.cues[0]; cue !== undefined; cue = this.cues[0]) {
      if (this.strokes.length === 0) {
        this.strokes = paced(strokesOf(cue.beat), 2 / (1 + this.cues.length));
        this.ms = 0;
        this.onBeat(cue.beat, cue.before, cue.backwards);
      }
      const length = lengthOf(this.strokes);
      if (this.ms + left < length) {
        this.ms += left;
        const { before, after, beat, backwards } = cue;
        const at = backwards ? length - this.ms : this.ms;
        return { before, after, beat, strokes: this.strokes, ms: at, backwards };
      }
      left -= length - this.ms;
      this.cues.shift();
      this.strokes = [];
      this.ms = 0;
    }
    const { end } = this;
    return { before: end, after: end, beat: undefined, strokes: [], ms: 0, backwards: false };
  }

  /** Plays what waits at once. */
  finish(): StagePicture {
    return this.advance(Number.MAX_SAFE_INTEGER);
  }
}
