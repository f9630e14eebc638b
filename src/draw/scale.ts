/** A linear scale: from values to pixels and back. */
export interface Scale {
  (value: number): number;
  invert(px: number): number;
  readonly domain: readonly [number, number];
}

/**
 * A scale as d3.scaleLinear makes them of a rising domain, to the last bit, without the colours and formats that come with
 * those. A domain without extent is at the middle of the range.
 */
export function linear(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const scale = (value: number): number => between(range, share(domain, value));
  return Object.assign(scale, {
    invert: (px: number): number => between(domain, share(range, px)),
    domain,
  });
}

const share = ([from, to]: readonly [number, number], value: number): number =>
  to === from ? 0.5 : (value - from) / (to - from);
const between = ([from, to]: readonly [number, number], t: number): number =>
  from * (1 - t) + to * t;

/** Powers of ten are shared among so many ticks by 1, 2, 5 or 10; between them, by their geometric mean. */
const STEPS = [
  [Math.sqrt(50), 10],
  [Math.sqrt(10), 5],
  [Math.sqrt(2), 2],
] as const;

/** About `count` round values from `from` up to `to`, as d3.ticks chooses them. */
export function ticks(from: number, to: number, count: number): number[] {
  if (from === to) return [from];
  const step = (to - from) / count;
  const power = Math.floor(Math.log10(step));
  const error = step / 10 ** power;
  const factor = STEPS.find(([least]) => error >= least)?.[1] ?? 1;
  // Below one the step is a divisor, so that ticks are 0.3 and not 0.30000000000000004.
  const unit = power < 0 ? 10 ** -power / factor : 10 ** power * factor;
  const at = (index: number): number => (power < 0 ? index / unit : index * unit);
  let first = Math.round(power < 0 ? from * unit : from / unit);
  let last = Math.round(power < 0 ? to * unit : to / unit);
  if (at(first) < from) first++;
  if (at(last) > to) last--;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => at(first + i));
}
