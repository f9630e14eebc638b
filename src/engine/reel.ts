import type { Edit } from './recipe.ts';
import type { StageBeat, StageReel, StageScene } from './stage.ts';
import { beatOf, RowWatch, sceneOf } from './stage-scene.ts';
import { applyEdit, isPast, type Timeline } from './timeline.ts';
import type { Simulation } from './types.ts';

/** What is asked of a reel: the movements after operation `from`, up to `to`. */
export interface ReelAsk {
  readonly from: number;
  /** One more than the run's operations: what ended it, too. At most MOST_OPS after `from`. */
  readonly to: number;
  /** The whole stage at `from` as well. */
  readonly whole: boolean;
}

/** Operations of one reel: more nobody sees one by one. */
export const MOST_OPS = 256;
/** Operations replayed between two looks at the clock. */
const BITE = 2048;
/**
 * The replica is watched so many operations before a stretch begins: a record that is under way then was seen to begin,
 * unless others did more than these while it waited.
 */
const MARGIN = 256;

/**
 * The movements of a stretch of a run, by replaying it in a second simulation that is watched: whichever way the run
 * itself came to stand where it stands, forwards, by a jump or backwards, they are those of its recipe. The run is not
 * touched, and pays nothing. Asked for one stretch after the other, it goes on from where it is.
 */
export class Reel {
  private edits: readonly Edit[] = [];
  /** The timeline's list that `edits` is of: another list is another future. */
  private source: readonly Edit[] | undefined;
  private next = 0;
  private asked: ReelAsk = { from: 0, to: 0, whole: false };
  /** What is known of the answer, once the replica stands at `from`. */
  private begun: { readonly seq: number; readonly scene: StageScene | undefined } | undefined;
  private beats: StageBeat[] = [];
  /** Operation whose movements are told; 0: none are kept. */
  private telling = 0;
  private watched = false;
  private readonly rows = new RowWatch();

  /** @param replica a second simulation of the same knobs, which nobody else uses */
  constructor(
    private readonly replica: Simulation,
    private readonly timeline: Timeline,
  ) {}

  ask(asked: ReelAsk): void {
    const { replica, timeline } = this;
    this.asked = asked;
    this.begun = undefined;
    this.beats = [];
    const same = this.source === timeline.edits;
    // An ended run does not go on, and ahead a keyframe may be nearer.
    const goesOn = same && replica.status === 'running' && replica.op <= asked.from;
    const { op, snapshot } = timeline.before(Math.max(0, asked.from - MARGIN));
    if (goesOn && op <= replica.op) return;
    this.watch(false);
    replica.restore(snapshot);
    this.source = timeline.edits;
    this.edits = timeline.edits.filter((edit) => !isPast(edit, op));
    this.next = 0;
    this.applyEdits();
  }

  /** Replays a bite. @returns the answer, once it is there */
  advance(): StageReel | undefined {
    const { replica, asked } = this;
    if (this.begun === undefined) {
      if (!this.approach()) return undefined;
      this.rows.changed(replica);
      this.begun = {
        seq: replica.events.next,
        scene: asked.whole ? sceneOf(replica) : undefined,
      };
    }
    const to = Math.min(asked.to, asked.from + MOST_OPS);
    if (replica.op < to && this.tellNext() && replica.op < to) return undefined;
    return { from: asked.from, op: replica.op, ...this.begun, beats: this.beats };
  }

  /** @returns true when it stands where the stretch begins, or can go no further */
  private approach(): boolean {
    const { replica, asked } = this;
    for (let left = BITE; left > 0; ) {
      if (replica.op >= asked.from || replica.status !== 'running' || replica.awaitsHand)
        return true;
      const near = replica.op >= asked.from - MARGIN;
      this.watch(near);
      const target = near ? replica.op + 1 : asked.from - MARGIN;
      const edit = this.edits[this.next]?.op ?? Number.POSITIVE_INFINITY;
      const { ops } = replica.advance(Math.min(left, target - replica.op, edit - replica.op));
      this.applyEdits();
      left -= Math.max(1, ops);
    }
    return false;
  }

  private watch(on: boolean): void {
    if (on === this.watched) return;
    this.watched = on;
    this.replica.watchMoves(
      on
        ? (move) => {
            if (this.telling > 0)
              this.beats.push(beatOf(this.replica, this.rows, move, this.telling));
          }
        : undefined,
    );
  }

  /** One operation. @returns false when the run goes no further */
  private tellNext(): boolean {
    const { replica } = this;
    this.watch(true);
    this.telling = replica.op + 1;
    const { ops } = replica.advance(1);
    this.applyEdits();
    this.telling = 0;
    return ops === 1 && replica.status === 'running' && !replica.awaitsHand;
  }

  private applyEdits(): void {
    const { replica, edits } = this;
    for (let edit = edits[this.next]; edit && edit.op <= replica.op; edit = edits[++this.next])
      applyEdit(replica, edit);
  }
}

/** A whole reel at once. */
export function reelOf(reel: Reel, asked: ReelAsk): StageReel {
  reel.ask(asked);
  let answer = reel.advance();
  while (answer === undefined) answer = reel.advance();
  return answer;
}
