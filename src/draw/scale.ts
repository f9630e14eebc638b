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
