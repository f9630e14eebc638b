import { COUNTER_COUNT } from '../engine/telemetry/counters.ts';
import { EVENT_KIND_COUNT } from '../engine/telemetry/events.ts';
import { BAND_COUNT, ENTRY_KIND_COUNT } from '../engine/telemetry/ledger.ts';
import { SERIES_COUNT } from '../engine/telemetry/series.ts';
import type { SpanColumns } from '../engine/types.ts';

/**
 * Layout of a frame: one ArrayBuffer, transferred between worker and page and back. It holds
 * everything the views draw at one instant, so a frame needs no other frame.
 *
 *   header     Float64 × HEADER_COUNT      named below
 *   counters   Float64 × COUNTER_COUNT     engine/telemetry/counters.ts
 *   ledger     Float64 × 2 × BAND_COUNT    mapped bytes, then resident bytes, per band
 *   entries    Float64 × ENTRY_KIND_COUNT
 *   classes    Float64 × classes           block bytes of each class
 *   queues     Float64 × 2 × chains × classes   living owner, then dead owners of the chain
 *   totals     Float64 × EVENT_KIND_COUNT   events of each kind so far
 *   firsts     Float64 × 2 × EVENT_KIND_COUNT   operation and time of the first of each kind, NaN
 *   history    Float64 × samples × SERIES_COUNT, row-major
 *   events     Float64 × events × EVENT_FIELDS  newest last
 *   columns    rows of SpanColumns: four-byte columns first, then one-byte columns
 *
 * Ownership: exactly one side owns a buffer. Draw code keeps no view past its call.
 */
export const HEADER = [
  'version',
  'generation',
  'op',
  'virtualNs',
  'status', // RUN_STATUS index
  'endedBy', // ENDED_BY index
  'oomSeen', // 0 or 1
  'playing', // 0 or 1
  'simOpsPerSecond', // the simulator's own speed, measured by the host
  'mappedBytes',
  'residentBytes',
  'peakMappedBytes',
  'peakResidentBytes',
  'maxMapCount',
  'physLimitBytes', // what other programs leave of it
  'historyInterval',
  'nextEventSeq',
  'rows',
  'chains', // main included
  'classes',
  'samples',
  'events',
  'model', // MODEL_IDS index
  'opLimit', // 0: none
  'horizon', // furthest operation that the run has reached
  'rfrWindowNs', // shading of the adoption lanes; 0: no right of first refusal
  'pendingThreshold',
  'workedMs', // wall time that the run has been moved on for, in its worker
  'awaitsHand', // 0 or 1: the run goes on only when the user's hand gives it a call
] as const;
export type HeaderField = (typeof HEADER)[number];
export const HEADER_COUNT = HEADER.length;
export const H: Readonly<Record<HeaderField, number>> = Object.freeze(
  Object.fromEntries(HEADER.map((name, i) => [name, i])) as Record<HeaderField, number>,
);

export const FRAME_VERSION = 9;
/** seq, kind, op, ns, life, subject, a, b, cause */
export const EVENT_FIELDS = 9;
/** Newest events carried by each frame; older ones by request. */
export const FRAME_EVENTS = 64;

/** How many rows of each variable part a frame has. */
export interface FrameShape {
  readonly rows: number;
  readonly chains: number;
  readonly classes: number;
  readonly samples: number;
  readonly events: number;
}

const FIXED_DOUBLES =
  HEADER_COUNT + COUNTER_COUNT + 2 * BAND_COUNT + ENTRY_KIND_COUNT + 3 * EVENT_KIND_COUNT;
const WORD_COLUMNS = 6;
const OCTET_COLUMNS = 5;
const BYTES_PER_ROW = WORD_COLUMNS * 4 + OCTET_COLUMNS;

function doublesOf(shape: FrameShape): number {
  return (
    FIXED_DOUBLES +
    shape.classes +
    2 * shape.chains * shape.classes +
    shape.samples * SERIES_COUNT +
    shape.events * EVENT_FIELDS
  );
}

/** Bytes that a frame of this shape needs. */
export function frameBytes(shape: FrameShape): number {
  return doublesOf(shape) * 8 + shape.rows * BYTES_PER_ROW;
}

/** Typed views over one frame buffer. Cheap to make; throw away after use. */
export interface FrameView {
  readonly buffer: ArrayBuffer;
  readonly shape: FrameShape;
  readonly header: Float64Array;
  readonly counters: Float64Array;
  readonly bands: Float64Array;
  readonly bandsResident: Float64Array;
  readonly entries: Float64Array;
  readonly classBytes: Float64Array;
  /** [2 × chains × classes]: index ((dead ? chains : 0) + chain) × classes + class. */
  readonly queues: Float64Array;
  /** Events of each kind so far. */
  readonly totals: Float64Array;
  /** Operation of the first event of each kind, then its time in ns; NaN: none yet. */
  readonly firsts: Float64Array;
  /** [samples × SERIES_COUNT], row-major. */
  readonly history: Float64Array;
  /** [events × EVENT_FIELDS], newest last. */
  readonly events: Float64Array;
  readonly columns: SpanColumns;
}

/** Lays views of the given shape over a buffer that is large enough; used by the writer. */
export function layFrame(buffer: ArrayBuffer, shape: FrameShape): FrameView {
  let at = 0;
  const doubles = (count: number): Float64Array => {
    const view = new Float64Array(buffer, at, count);
    at += count * 8;
    return view;
  };
  const header = doubles(HEADER_COUNT);
  const counters = doubles(COUNTER_COUNT);
  const bands = doubles(BAND_COUNT);
  const bandsResident = doubles(BAND_COUNT);
  const entries = doubles(ENTRY_KIND_COUNT);
  const classBytes = doubles(shape.classes);
  const queues = doubles(2 * shape.chains * shape.classes);
  const totals = doubles(EVENT_KIND_COUNT);
  const firsts = doubles(2 * EVENT_KIND_COUNT);
  const history = doubles(shape.samples * SERIES_COUNT);
  const events = doubles(shape.events * EVENT_FIELDS);
  const { rows } = shape;
  const wordsAt = at;
  const words = (index: number): number => wordsAt + index * rows * 4;
  const octetsAt = words(WORD_COLUMNS);
  const octets = (index: number): Uint8Array =>
    new Uint8Array(buffer, octetsAt + index * rows, rows);
  const columns: SpanColumns = {
    live: new Uint32Array(buffer, words(0), rows),
    believed: new Uint32Array(buffer, words(1), rows),
    capacity: new Uint32Array(buffer, words(2), rows),
    queued: new Uint32Array(buffer, words(3), rows),
    owner: new Int32Array(buffer, words(4), rows),
    born: new Uint32Array(buffer, words(5), rows),
    state: octets(0),
    cls: octets(1),
    chain: octets(2),
    flags: octets(3),
    slabs: octets(4),
  };
  return {
    buffer,
    shape,
    header,
    counters,
    bands,
    bandsResident,
    entries,
    classBytes,
    queues,
    totals,
    firsts,
    history,
    events,
    columns,
  };
}

/** Reads a received frame; the shape is in its header. Throws when the version is foreign. */
export function viewFrame(buffer: ArrayBuffer): FrameView {
  const header = new Float64Array(buffer, 0, HEADER_COUNT);
  if (header[H.version] !== FRAME_VERSION) throw new Error(`frame version ${header[H.version]}`);
  return layFrame(buffer, {
    rows: header[H.rows],
    chains: header[H.chains],
    classes: header[H.classes],
    samples: header[H.samples],
    events: header[H.events],
  });
}
