// A setup file of the unit tests: stack traces name sources, not bundles. The runner translates those of
// the errors that it catches, but not of their causes, and a property's failure is the cause of its report.
import { findSourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const POSITION = /(file:\/\/[^\s()]+\/\.cache\/slabscope\/tests\/[^\s()]+\.mjs):(\d+):(\d+)/g;

function toSource(whole: string, url: string, line: string, column: string): string {
  const entry = findSourceMap(fileURLToPath(url))?.findEntry(Number(line) - 1, Number(column) - 1);
  if (!entry || !('originalSource' in entry)) return whole;
  return `${entry.originalSource.replace(/^file:\/\//, '')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}

const before = Error.prepareStackTrace;
const mapped: typeof before = (error, frames) => {
  const stack: unknown =
    before?.(error, frames) ?? `${String(error)}\n    at ${frames.join('\n    at ')}`;
  return typeof stack === 'string' ? stack.replace(POSITION, toSource) : stack;
};
// Threads are shared by test files, and each of them comes by here.
if (before?.name !== 'mapped') {
  process.setSourceMapsEnabled(true);
  Error.prepareStackTrace = mapped;
}
