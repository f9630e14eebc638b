/** Coefficients of cividis per channel, from the constant up, for values of 0 to 255. */
const RED = [-4.54, -35.34, 2381.73, -6402.7, 7024.72, -2710.57] as const;
const GREEN = [32.49, 170.73, 52.82, -131.46, 176.58, -67.37] as const;
const BLUE = [81.24, 442.36, -2482.43, 6167.24, -6614.94, 2475.67] as const;

/**
 * The colour ramp cividis (Nuñez, Anderton and Renslow, 2018), perceptually uniform and the same to people
 * with colour-vision deficiencies, as the polynomials by which d3-scale-chromatic approximates it. That
 * package brings all of its schemes along; one ramp is these eighteen numbers.
 * @param t 0 to 1
 * @returns 0xAABBGGRR, opaque, as `packed` in palette.ts
 */
export function cividis(t: number): number {
  const at = Math.max(0, Math.min(1, t));
  return (
    ((255 << 24) | (channel(BLUE, at) << 16) | (channel(GREEN, at) << 8) | channel(RED, at)) >>> 0
  );
}

function channel(coefficients: readonly number[], t: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * t + coefficients[i];
  return Math.max(0, Math.min(255, Math.round(value)));
}
