import { BLOCK_STATES, type BlocksDetail } from '../engine/types.ts';
import type { Palette } from './palette.ts';

export interface BlocksGeometry {
  readonly columns: number;
  readonly cell: number;
  readonly height: number;
}

/** Fits all blocks of a slab into a width; cells stay at least 3 px. */
export function layoutBlocks(blocks: number, width: number, maxHeight: number): BlocksGeometry {
  let cell = 22;
  while (cell > 3 && Math.ceil(blocks / Math.floor(width / cell)) * cell > maxHeight) cell--;
  const columns = Math.max(1, Math.floor(width / cell));
  return { columns, cell, height: Math.ceil(blocks / columns) * cell };
}

/** Draws each block of a slab by state; states differ in pattern as well as in colour. */
export function drawBlocks(
  ctx: CanvasRenderingContext2D,
  detail: BlocksDetail,
  geometry: BlocksGeometry,
  palette: Palette,
  selected: number | undefined,
): void {
  const { columns, cell } = geometry;
  const inner = Math.max(1, cell - 1);
  for (let block = 0; block < detail.states.length; block++) {
    const x = (block % columns) * cell;
    const y = Math.floor(block / columns) * cell;
    switch (BLOCK_STATES[detail.states[block]]) {
      case 'live':
        ctx.fillStyle = palette.living;
        ctx.fillRect(x, y, inner, inner);
        break;
      case 'queued':
        ctx.fillStyle = palette.inflated;
        ctx.fillRect(x, y, inner, inner);
        if (inner > 4) {
          ctx.strokeStyle = palette.surface;
          ctx.lineWidth = 1;
          ctx.beginPath();
          ctx.moveTo(x, y + inner);
          ctx.lineTo(x + inner, y);
          ctx.stroke();
        }
        break;
      case 'free':
        ctx.strokeStyle = palette.empty;
        ctx.lineWidth = 1;
        ctx.strokeRect(x + 0.5, y + 0.5, Math.max(1, inner - 1), Math.max(1, inner - 1));
        break;
      default:
        ctx.fillStyle = palette.ghost;
        ctx.fillRect(x, y, inner, inner);
    }
  }
  if (selected !== undefined && selected < detail.states.length) {
    ctx.strokeStyle = palette.accent;
    ctx.lineWidth = 2;
    ctx.strokeRect(
      (selected % columns) * cell - 1,
      Math.floor(selected / columns) * cell - 1,
      cell + 1,
      cell + 1,
    );
  }
}

/** Block at a point, or undefined. */
export function hitBlock(
  detail: BlocksDetail,
  geometry: BlocksGeometry,
  x: number,
  y: number,
): number | undefined {
  const column = Math.floor(x / geometry.cell);
  if (column < 0 || column >= geometry.columns) return undefined;
  const block = Math.floor(y / geometry.cell) * geometry.columns + column;
  return block >= 0 && block < detail.states.length ? block : undefined;
}
