import { expect, it } from 'vitest';
import { versionOf } from '../../../scripts/version.mjs';

it('the version of a build changes with anything that a service worker keeps', () => {
  const files = ['./', './icon.svg', './assets/main-abc.js'];
  const page = '<!doctype html>';
  const icon = new Uint8Array([1, 2, 3]);
  const others = [
    versionOf(['./', './icon.svg', './assets/main-abd.js'], [page, icon]),
    versionOf([...files, './assets/more-abc.js'], [page, icon]),
    versionOf(files, [`${page} `, icon]),
    versionOf(files, [page, new Uint8Array([1, 2, 4])]),
  ];
  const version = versionOf(files, [page, icon]);
  expect(version).toMatch(/^[0-9a-f]{12}$/);
  expect(versionOf(files, [page, icon])).toBe(version);
  expect(new Set([version, ...others]).size).toBe(5);
});
