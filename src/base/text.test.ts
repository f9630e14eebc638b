import { expect, it } from 'vitest';
import { clip } from './text.ts';

it('cuts a text, never a character', () => {
  expect(clip('abc', 5)).toBe('abc');
  expect(clip('abcdef', 3)).toBe('abc');
  expect(clip('ab😀', 4)).toBe('ab😀');
  expect(clip('ab😀', 3)).toBe('ab');
  expect(clip('\ud800x\udc00', 9)).toBe('x');
});
