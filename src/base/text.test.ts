import { expect, it } from 'vitest';
import { clip, visible } from './text.ts';

it('cuts a text, never a character', () => {
  expect(clip('abc', 5)).toBe('abc');
  expect(clip('abcdef', 3)).toBe('abc');
  expect(clip('ab😀', 4)).toBe('ab😀');
  expect(clip('ab😀', 3)).toBe('ab');
  expect(clip('\ud800x\udc00', 9)).toBe('x');
});

it('writes out what would act, and nothing else', () => {
  expect(visible('Größe 3 µs — “ok” 😀')).toBe('Größe 3 µs — “ok” 😀');
  expect(visible('\u001b[31m\r\n\u009b2J\u007f')).toBe('\\x1b[31m\\x0d\\x0a\\x9b2J\\x7f');
  expect(visible('a\u202eb\u2028c\ufeff')).toBe('a\\u202eb\\u2028c\\ufeff');
  expect(visible('\ud800')).toBe('\\ud800');
  expect(visible('\u{e0041}')).toBe('\\u{e0041}');
});
