import { ticks as roundTicks } from 'd3-array';
import { asNs } from '../base/units.ts';
import { S, SERIES_COUNT, type SeriesName } from '../engine/telemetry/series.ts';
import type { FrameView } from '../worker/frame.ts';
import { H } from '../worker/frame.ts';
import { compact, duration } from './format.ts';
import { evenly } from './labels.ts';
import type { Palette } from './palette.ts';
import { linear, type Scale } from './scale.ts';

export type XAxis = 'op' | 'ns';

/** One layer of a stacked area: the sum of some series. */
export interface Layer {
  readonly series: readonly SeriesName[];
  readonly colour: string;
  readonly hatch?: boolean;
}

/** A value that is drawn as a line across the picture, and what it is called. */
interface RuledLine {
  readonly value: number;
  readonly label: string;
}

export interface AreaOptions {
  readonly x: XAxis;
  readonly layers: readonly Layer[];
  /** Drawn as a line over the areas. */
  readonly line?: { readonly series: SeriesName; readonly colour: string };
  /** A dashed limit with its label. */
  readonly limit?: RuledLine;
  /** What somebody wants it to be: dashed, too, and no reason to change the scale. */
  readonly target?: RuledLine;
  readonly format: (value: number) => string;
  /** Sample under the pointer or the keyboard cursor. */
  readonly cursor: number | undefined;
  /** Pattern laid over layers that ask for it: they differ by more than colour. */
  readonly hatch?: CanvasPattern;
  /** Makes the top of the value axis common to several charts. */
  readonly share?: (own: number) => number;
  /** First and last value of the horizontal axis, and where its zero is. */
  readonly domain?: ChartDomain;
  /** An operation marked with a flag: where lanes part. */
  readonly flag?: number;
  /** What the values count, written over the value axis; bytes carry theirs in each tick. */
  readonly unit?: string;
  /** Values are bytes: ticks at round binary numbers. */
  readonly binary?: boolean;
  /** Values are differences of cumulative series per million operations. */
  readonly rate?: boolean;
}

export interface ChartDomain {
  readonly from: number;
  readonly to: number;
  readonly origin: number;
}

export interface ChartBox {
  readonly width: number;
  readonly height: number;
}

export const CHART_LEFT = 58;
const BOTTOM = 18;
/** Room for the unit above the highest tick. */
const TOP = 22;
const UNIT = 8;

/** Value of one sample of a frame's history. */
export const sampleAt = (frame: FrameView, index: number, series: SeriesName): number =>
  frame.history[index * SERIES_COUNT + S[series]];

function layerValue(frame: FrameView, index: number, layer: Layer, rate: boolean): number {
  let sum = 0;
  for (const series of layer.series) {
    const value = sampleAt(frame, index, series);
    if (!rate) sum += value;
    else if (index > 0) {
      const ops = sampleAt(frame, index, 'op') - sampleAt(frame, index - 1, 'op');
      sum += ops > 0 ? ((value - sampleAt(frame, index - 1, series)) * 1e6) / ops : 0;
    }
  }
  return sum;
}

/** Value that a chart shows for a layer at a sample. */
export const layerAt = (frame: FrameView, index: number, layer: Layer, rate = false): number =>
  layerValue(frame, index, layer, rate);

/** Sample nearest to a horizontal position. */
export function sampleNear(
  frame: FrameView,
  box: ChartBox,
  x: XAxis,
  px: number,
  domain?: ChartDomain,
): number | undefined {
  const { samples } = frame.shape;
  if (samples === 0) return undefined;
  const scale = xScale(frame, box, x, domain);
  const value = scale.invert(px);
  let best = 0;
  for (let i = 1; i < samples; i++) {
    if (Math.abs(sampleAt(frame, i, x) - value) < Math.abs(sampleAt(frame, best, x) - value))
      best = i;
  }
  return best;
}

function xScale(frame: FrameView, box: ChartBox, x: XAxis, domain?: ChartDomain): Scale {
  const last = frame.header[x === 'op' ? H.op : H.virtualNs];
  return linear(domain ? [domain.from, domain.to] : [0, Math.max(1, last)], [
    CHART_LEFT,
    box.width - 8,
  ]);
}

/** Draws a stacked area chart of a frame's history, axes included. */
export function drawAreas(
  ctx: CanvasRenderingContext2D,
  frame: FrameView,
  box: ChartBox,
  palette: Palette,
  options: AreaOptions,
): void {
  const { samples } = frame.shape;
  const { layers, rate = false } = options;
  let highest = 0;
  for (let i = 0; i < samples; i++) {
    let sum = 0;
    for (const layer of layers) sum += layerValue(frame, i, layer, rate);
    if (options.line) sum = Math.max(sum, sampleAt(frame, i, options.line.series));
    if (sum > highest) highest = sum;
  }
  const limit = options.limit?.value ?? 0;
  // The limit belongs into the picture once the run has come within sight of it.
  const own =
    limit > 0 && highest > limit / 6 ? Math.max(limit * 1.06, highest) : highest * 1.08 || 1;
  const top = options.share?.(own) ?? own;
  const y = linear([0, top], [box.height - BOTTOM, TOP]);
  const x = xScale(frame, box, options.x, options.domain);
  axes(ctx, box, palette, options, x, y);

  const below = new Float64Array(samples);
  for (const layer of layers) {
    ctx.beginPath();
    for (let i = 0; i < samples; i++) {
      const px = x(sampleAt(frame, i, options.x));
      const py = y(below[i] + layerValue(frame, i, layer, rate));
      if (i === 0) ctx.moveTo(px, py);
      else ctx.lineTo(px, py);
    }
    for (let i = samples - 1; i >= 0; i--)
      ctx.lineTo(x(sampleAt(frame, i, options.x)), y(below[i]));
    ctx.closePath();
    ctx.fillStyle = layer.colour;
    ctx.fill();
    if (layer.hatch && options.hatch) {
      ctx.fillStyle = options.hatch;
      ctx.fill();
    }
    for (let i = 0; i < samples; i++) below[i] += layerValue(frame, i, layer, rate);
  }
  if (options.line) {
    ctx.beginPath();
    for (let i = 0; i < samples; i++) {
      const px = x(sampleAt(frame, i, options.x));
      const py = y(sampleAt(frame, i, options.line.series));
      if (i === 0) ctx.moveTo(px, py);
      else ctx.lineTo(px, py);
    }
    ctx.strokeStyle = options.line.colour;
    ctx.lineWidth = 1.5;
    ctx.stroke();
  }
  const rule = (line: RuledLine | undefined, colour: string): void => {
    if (line === undefined || line.value > top) return;
    const py = y(line.value);
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1;
    ctx.setLineDash([5, 4]);
    ctx.beginPath();
    ctx.moveTo(CHART_LEFT, py);
    ctx.lineTo(box.width - 8, py);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = colour;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'top';
    // On the left, where a growing run has not come yet.
    ctx.fillText(line.label, CHART_LEFT + 8, py + 4);
  };
  rule(options.target, palette.text);
  rule(options.limit, palette.bad);
  if (options.flag !== undefined && options.x === 'op') {
    const px = x(options.flag);
    ctx.fillStyle = palette.accent;
    ctx.fillRect(px, TOP, 1, box.height - TOP - BOTTOM);
    ctx.beginPath();
    ctx.moveTo(px, TOP);
    ctx.lineTo(px + 9, TOP + 3.5);
    ctx.lineTo(px, TOP + 7);
    ctx.closePath();
    ctx.fill();
  }
  if (options.cursor !== undefined && options.cursor < samples) {
    const px = x(sampleAt(frame, options.cursor, options.x));
    ctx.strokeStyle = palette.text;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(px, TOP);
    ctx.lineTo(px, box.height - BOTTOM);
    ctx.stroke();
  }
}

function axes(
  ctx: CanvasRenderingContext2D,
  box: ChartBox,
  palette: Palette,
  options: AreaOptions,
  x: Scale,
  y: Scale,
): void {
  ctx.font = '11px "Inter Variable", sans-serif';
  ctx.lineWidth = 1;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'right';
  for (const tick of valueTicks(y.domain[1], options.binary === true)) {
    ctx.fillStyle = palette.grid;
    ctx.fillRect(CHART_LEFT, Math.round(y(tick)), box.width - CHART_LEFT - 8, 1);
    ctx.fillStyle = palette.text3;
    ctx.fillText(options.format(tick), CHART_LEFT - 8, y(tick));
  }
  if (options.unit !== undefined) {
    ctx.fillStyle = palette.text3;
    ctx.textAlign = 'left';
    // Above the highest tick, never on it.
    ctx.fillText(options.unit, 0, UNIT);
  }
  ctx.textBaseline = 'alphabetic';
  const origin = options.domain?.origin ?? 0;
  const [from, to] = x.domain;
  const ticks = roundTicks(from - origin, to - origin, box.width > 480 ? 6 : 3);
  const labels = ticks.map((tick) => ({
    text: axisText(tick, options.x, ticks[ticks.length - 1] ?? 0),
    at: x(tick + origin),
  }));
  ctx.textAlign = 'left';
  ctx.fillStyle = palette.text3;
  const widthOf = (text: string): number => ctx.measureText(text).width;
  for (const { text, left } of evenly(labels, widthOf, CHART_LEFT, box.width))
    ctx.fillText(text, left, box.height - 4);
}

/** Round values up to `top`; of bytes, round in KiB, MiB or GiB. */
export function valueTicks(top: number, binary: boolean): number[] {
  let unit = 1;
  if (binary) while (top / unit >= 1024) unit *= 1024;
  return roundTicks(0, top / unit, 3).map((tick) => tick * unit);
}

/** A tick of the horizontal axis; all ticks of one axis share a unit. */
function axisText(tick: number, x: XAxis, last: number): string {
  if (tick === 0) return '0';
  if (x === 'op') return `${compact(tick)} ops`;
  if (last >= 5e8) return `${Number((tick / 1e9).toFixed(2))} s`;
  if (last >= 5e5) return `${Number((tick / 1e6).toFixed(2))} ms`;
  return duration(asNs(tick));
}
