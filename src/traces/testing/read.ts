import { readFileSync } from 'node:fs';
import type { Result } from '../../base/result.ts';
import { type ReadOptions, type ReadTrace, TraceReader, WHOLE } from '../reader.ts';
import { summaryOf, type TraceSummary } from '../summary.ts';

/** Bytes of a file of src/traces/fixtures. */
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));

/** Reads a trace from bytes or text, in pieces of so many bytes. */
export function readAll(
  content: Uint8Array | string,
  options: Partial<ReadOptions> = {},
  piece = 4096,
): Result<ReadTrace> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const reader = new TraceReader({ stretch: WHOLE, ...options });
  for (let at = 0; at < bytes.length; at += piece)
    if (!reader.push(bytes.slice(at, at + piece))) break;
  return reader.end();
}

/** What is said of a trace, which is one. */
export function summary(
  content: Uint8Array | string,
  options: Partial<ReadOptions> = {},
  piece?: number,
): TraceSummary {
  const read = readAll(content, options, piece);
  if (!read.ok) throw new Error(read.error.message);
  return summaryOf(read.value);
}

/** Why a file is refused; undefined: it is read. */
export function refusal(content: Uint8Array | string, options: Partial<ReadOptions> = {}) {
  const read = readAll(content, options);
  return read.ok ? undefined : read.error.message;
}
