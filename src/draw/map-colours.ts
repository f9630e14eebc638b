import { type StateShown, UNMAPPED } from '../engine/allocators/model.ts';
import { SPAN_FLAG } from '../engine/types.ts';
import { type FrameView, H } from '../worker/frame.ts';
import { classShade, shade } from './class-colours.ts';
import { mixPacked, type Palette, packed } from './palette.ts';

/** In the column of chains: nobody owns the span. */
export const NOBODY = 255;

/** Blocks at the light end of the ramp, as a power of two. */
const RAMP_POWER = 12;

/** Where a number of blocks is on the ramp, 0 to 1: the same way for each doubling. */
export const partOfRamp = (blocks: number): number => Math.log2(1 + blocks) / RAMP_POWER;

/** Numbers of blocks that a key of the ramp names. */
export const RAMP_TICKS: readonly number[] = [0, 15, 255, 2 ** RAMP_POWER - 1];

export type MapColour = 'state' | 'occupancy' | 'owner' | 'age' | 'remote' | 'class';

/** Colour of each row of a frame, packed for ImageData. Lives for one theme. */
export class MapColours {
  private readonly states: readonly number[];
  /** The weak end of states whose colour grows with what their counter claims; undefined: one colour. */
  private readonly weak: readonly (number | undefined)[];
  private readonly owners: readonly number[];
  private readonly ghost: number;
  private readonly dead: number;
  private readonly ramp: readonly number[];

  /** @param states of the model whose frames are coloured, by their index */
  constructor(palette: Palette, states: readonly StateShown[]) {
    this.ghost = packed(palette.ghost);
    this.dead = packed(palette.dead);
    this.states = states.map(({ colour }) => packed(palette[colour]));
    this.weak = states.map(({ claims }) =>
      claims === undefined ? undefined : packed(palette[claims]),
    );
    this.owners = palette.owners.map(packed);
    this.ramp = Array.from({ length: 64 }, (_, i) => shade(i / 63));
  }

  /** Colour of one row. `dimmed` states (filtered out in the legend) fade to the ghost colour. */
  of(frame: FrameView, row: number, by: MapColour, hidden: number): number {
    const { columns } = frame;
    const state = columns.state[row];
    if (state === UNMAPPED || (hidden >>> state) & 1) return this.ghost;
    switch (by) {
      case 'state': {
        const own = this.states[state] ?? this.ghost;
        const weak = this.weak[state];
        if (weak === undefined) return own;
        // The higher the false count, the stronger the colour.
        return mixPacked(weak, own, Math.min(1, Math.log2(1 + columns.believed[row]) / 9));
      }
      case 'occupancy':
        return this.scale(partOfRamp(columns.live[row]));
      case 'remote':
        return columns.queued[row] === 0 ? this.ghost : this.scale(partOfRamp(columns.queued[row]));
      case 'age': {
        const now = Math.max(1, frame.header[H.op]);
        return this.scale(1 - columns.born[row] / now);
      }
      case 'owner':
        return (columns.flags[row] & SPAN_FLAG.ownerDead) !== 0
          ? mixPacked(this.owner(row, columns.chain), this.dead, 0.55)
          : this.owner(row, columns.chain);
      case 'class':
        return classShade(columns.cls[row], frame.shape.classes);
    }
  }

  private owner(row: number, chain: Uint8Array): number {
    const slot = chain[row];
    return slot === NOBODY ? this.dead : this.owners[slot % this.owners.length];
  }

  private scale(t: number): number {
    return this.ramp[Math.max(0, Math.min(63, Math.floor(t * 64)))];
  }
}
