import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { asNs } from '../../base/units.ts';
import {
  type AreaOptions,
  drawAreas,
  type Layer,
  layerAt,
  sampleAt,
  sampleNear,
} from '../../draw/area.ts';
import { compact, duration } from '../../draw/format.ts';
import type { Palette } from '../../draw/palette.ts';
import { invalidate } from '../../live/raf.ts';
import type { FrameView } from '../../worker/frame.ts';
import { axisOf } from '../lane/axes.ts';
import { useLane } from '../lane/context.ts';
import { useLaneCanvas } from '../lane/use-frame.ts';

export interface ChartLayer extends Layer {
  /** What its readout calls it. */
  readonly name: string;
}

interface Props {
  readonly label: string;
  readonly className?: string;
  layers(palette: Palette, frame: FrameView): readonly ChartLayer[];
  limit?(frame: FrameView): AreaOptions['limit'];
  readonly target?: AreaOptions['target'];
  line?(palette: Palette): AreaOptions['line'];
  readonly format: (value: number) => string;
  readonly rate?: boolean;
  /** What the values count; not needed for bytes. */
  readonly unit?: string;
  /** Values are bytes. */
  readonly binary?: boolean;
}

/** A chart gains a sample every few thousand operations: ten pictures a second are enough, ms. */
const CHART_MS = 100;

/** A stacked area chart over the run so far, with a readout under pointer or arrow keys. */
export function Chart({
  label,
  className = '',
  layers,
  limit,
  target,
  line,
  format,
  rate = false,
  unit,
  binary = false,
}: Props) {
  const { lane, index, axes, x: ownAxis } = useLane();
  const x = axes ? axisOf(axes.align) : ownAxis;
  const cursor = useRef<number | undefined>(undefined);
  const pointer = useRef<number | undefined>(undefined);
  const readout = useRef<HTMLOutputElement>(null);
  const canvas = useLaneCanvas(
    lane,
    (ctx, frame, size, palette) => {
      const shown = layers(palette, frame);
      const domain = axes?.domain(frame);
      if (pointer.current !== undefined)
        cursor.current = sampleNear(frame, size, x, pointer.current, domain);
      const limitNow = limit?.(frame);
      const lineNow = line?.(palette);
      const hatchNow = hatchOf(ctx, palette);
      drawAreas(ctx, frame, size, palette, {
        x,
        layers: shown,
        format,
        rate,
        binary,
        cursor: cursor.current,
        ...(unit === undefined ? {} : { unit }),
        ...(axes && domain
          ? {
              domain,
              ...(axes.flag === undefined ? {} : { flag: axes.flag }),
              share: (own: number) => axes.top(label, index, own),
            }
          : {}),
        ...(limitNow ? { limit: limitNow } : {}),
        ...(target ? { target } : {}),
        ...(hatchNow ? { hatch: hatchNow } : {}),
        ...(lineNow ? { line: lineNow } : {}),
      });
      invalidate(() => writeReadout(shown), 'text');
    },
    CHART_MS,
  );
  function writeReadout(shown: readonly ChartLayer[]): void {
    const out = readout.current;
    const frame = lane.hub.latest;
    if (!out || !frame) return;
    const at = cursor.current;
    let text = '';
    if (at !== undefined && at < frame.shape.samples) {
      const place = `${compact(sampleAt(frame, at, 'op'))} ops, ${duration(asNs(sampleAt(frame, at, 'ns')))}`;
      const values = shown
        .map((layer) => ({ name: layer.name, value: layerAt(frame, at, layer, rate) }))
        .filter(({ value }) => value > 0)
        .reverse()
        .map(({ name, value }) => `${name} ${format(value)}`);
      text = `${place}: ${values.join(' · ') || 'nothing'}`;
    }
    if (out.textContent !== text) out.textContent = text;
    out.hidden = text === '';
  }
  const onPointer = (event: PointerEvent<HTMLCanvasElement>): void => {
    pointer.current = event.clientX - event.currentTarget.getBoundingClientRect().left;
    canvas.redraw();
  };
  const onLeave = (): void => {
    pointer.current = undefined;
    cursor.current = undefined;
    canvas.redraw();
  };
  const onKey = (event: KeyboardEvent<HTMLCanvasElement>): void => {
    const samples = lane.hub.latest?.shape.samples ?? 0;
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -16, PageDown: 16, Home: -1e9, End: 1e9 }[
      event.key
    ];
    if (step === undefined || samples === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const from = cursor.current ?? samples - 1;
    cursor.current = Math.max(0, Math.min(samples - 1, from + step));
    canvas.redraw();
  };
  return (
    <div className={`chart ${className}`}>
      <canvas
        ref={canvas.ref}
        tabIndex={0}
        role="img"
        aria-label={`${label}. Arrow keys read values.`}
        onPointerMove={onPointer}
        onPointerLeave={onLeave}
        onBlur={onLeave}
        onKeyDown={onKey}
      />
      <output ref={readout} className="readout" hidden />
    </div>
  );
}

const hatches = new WeakMap<Palette, CanvasPattern>();

/** Diagonal lines in the surface's colour, made once per theme. */
function hatchOf(ctx: CanvasRenderingContext2D, palette: Palette): CanvasPattern | undefined {
  // Exports draw into another kind of context, where a second fill would replace the colour.
  if (!(ctx instanceof CanvasRenderingContext2D)) return undefined;
  const kept = hatches.get(palette);
  if (kept) return kept;
  const tile = document.createElement('canvas');
  tile.width = 8;
  tile.height = 8;
  const pen = tile.getContext('2d');
  if (!pen) return undefined;
  pen.strokeStyle = palette.surface;
  pen.globalAlpha = 0.35;
  pen.beginPath();
  for (const x of [-8, 0, 8]) {
    pen.moveTo(x, 8);
    pen.lineTo(x + 8, 0);
  }
  pen.stroke();
  const made = ctx.createPattern(tile, 'repeat') ?? undefined;
  if (made) hatches.set(palette, made);
  return made;
}
