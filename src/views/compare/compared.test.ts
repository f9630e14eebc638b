import { describe, expect, it } from 'vitest';
import { count } from '../../draw/format.ts';
import { frameAt } from '../../draw/testing/frames.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { apartText, comparedOf, comparedText, standsAt } from './compared.ts';

const LETTERS = ['A', 'B', 'C', 'D'] as const;
const ended = frameAt(1e9, { maxMapCount: 300 });
const at = (op: number): FrameView => frameAt(op, { maxMapCount: 1_000_000 });
const LATER = ended.header[H.op] + 500;
const later = at(LATER);

describe('lanes of a comparison', () => {
  it('are all compared at one operation', () => {
    const all = comparedOf([at(500), at(500)]);
    expect(all).toEqual({ lanes: [true, true], from: 0, alike: true });
    expect(comparedText(all, ['A', 'B'])).toBe('');
    // A run that ends just there has done as much.
    const limited = frameAt(500, { opLimit: 500 });
    expect(comparedOf([at(500), limited])).toEqual({ lanes: [true, true], from: 0, alike: false });
  });

  it('are left out when they ended before the others, wherever they stand', () => {
    const some = comparedOf([later, ended, later]);
    expect(some).toEqual({ lanes: [true, false, true], from: 0, alike: false });
    expect(comparedText(some, LETTERS.slice(0, 3))).toBe('compared: C with A');
    // The first as well: differences are from the first that is compared.
    const rest = comparedOf([ended, later, later, later]);
    expect(rest).toEqual({ lanes: [false, true, true, true], from: 1, alike: false });
    expect(comparedText(rest, LETTERS)).toBe('compared: C, D with B');
  });

  it('are not compared where only one came so far, or some are on their way', () => {
    for (const frames of [
      [ended, later],
      [at(500), at(500), at(600)],
    ]) {
      const none = comparedOf(frames);
      expect(none.from).toBeUndefined();
      expect(none.lanes).not.toContain(true);
      expect(comparedText(none, LETTERS)).toBe('not compared: apart');
    }
  });

  it('say where they stand, and why their events are not subtracted', () => {
    expect(standsAt(later)).toBe(`paused, op ${count(LATER)}`);
    expect(apartText([at(500), at(500)], ['A', 'B'])).toBeUndefined();
    expect(apartText([ended, later], ['A', 'C'])).toMatch(
      /A is at another operation than C \(A: OOM at [\d.]+ s, op [\d,]+; C: paused, op [\d,]+\)/,
    );
  });
});
