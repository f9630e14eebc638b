import { SS } from '../engine/telemetry/states.ts';
import { type FrameView, H } from '../worker/frame.ts';
import { mixPacked, type Palette, packed } from './palette.ts';
import { cividis } from './ramp.ts';

export type MapColour = 'state' | 'occupancy' | 'owner' | 'age' | 'remote' | 'class';

/** Colour of each row of a frame, packed for ImageData. Lives for one theme. */
export class MapColours {
  private readonly states: readonly number[];
  private readonly pageStates: readonly number[];
  private readonly inflatedLow: number;
  private readonly owners: readonly number[];
  private readonly ghost: number;
  private readonly dead: number;
  private readonly ramp: readonly number[];

  constructor(palette: Palette) {
    this.ghost = packed(palette.ghost);
    this.dead = packed(palette.dead);
    this.states = [
      palette.ghost,
      palette.living,
      palette.owned,
      palette.dead,
      palette.inflated,
      palette.empty,
      palette.kept,
      palette.cached,
    ].map(packed);
    this.pageStates = [
      palette.ghost,
      palette.living,
      palette.cached,
      palette.empty,
      palette.full,
      palette.inflated,
      palette.below,
      palette.dead,
      palette.kept,
    ].map(packed);
    this.inflatedLow = packed(palette.inflatedLow);
    this.owners = palette.owners.map(packed);
    this.ramp = Array.from({ length: 64 }, (_, i) => cividis(0.08 + (0.92 * i) / 63));
  }

  /** Colour of one row. `dimmed` states (filtered out in the legend) fade to the ghost colour. */
  of(frame: FrameView, row: number, by: MapColour, hidden: number): number {
    const { columns } = frame;
    const state = columns.state[row];
    if (state === SS.unmapped || (hidden >>> state) & 1) return this.ghost;
    switch (by) {
      case 'state':
        if (frame.header[H.model] === 1) return this.pageStates[state];
        if (state !== SS.inflated) return this.states[state];
        // The higher the false count, the stronger the colour.
        return mixPacked(
          this.inflatedLow,
          this.states[state],
          Math.min(1, Math.log2(1 + columns.active[row]) / 9),
        );
      case 'occupancy':
        return this.scale(Math.log2(1 + columns.live[row]) / 12);
      case 'remote':
        return columns.queued[row] === 0
          ? this.ghost
          : this.scale(Math.log2(1 + columns.queued[row]) / 12);
      case 'age': {
        const now = Math.max(1, frame.header[2]);
        return this.scale(1 - columns.born[row] / now);
      }
      case 'owner':
        return (columns.flags[row] & 1) !== 0
          ? mixPacked(this.owner(row, columns.chain), this.dead, 0.55)
          : this.owner(row, columns.chain);
      case 'class':
        return this.scale((columns.cls[row] + 0.5) / Math.max(1, frame.shape.classes));
    }
  }

  private owner(row: number, chain: Uint8Array): number {
    const slot = chain[row];
    return slot === 255 ? this.dead : this.owners[slot % this.owners.length];
  }

  private scale(t: number): number {
    return this.ramp[Math.max(0, Math.min(63, Math.floor(t * 64)))];
  }
}
