// The version of a build: another one for every change of anything that a service worker keeps.
import { createHash } from 'node:crypto';

/** Where the version goes in index.html. */
export const VERSION_MARK = '__SLABSCOPE_VERSION__';

/**
 * @param {readonly string[]} names of all files; those of assets say what they hold
 * @param {readonly (string | Uint8Array)[]} contents of files whose names say nothing: the page, icons
 * @returns {string} twelve hexadecimal digits
 */
export function versionOf(names, contents) {
  const hash = createHash('sha256').update(names.join('\0'));
  for (const content of contents) hash.update('\0').update(content);
  return hash.digest('hex').slice(0, 12);
}
