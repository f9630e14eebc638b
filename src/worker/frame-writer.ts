import { MODEL_IDS } from '../engine/allocators/index.ts';
import { COLUMN_NAMES } from '../engine/run/rows.ts';
import { SERIES_COUNT } from '../engine/telemetry/series.ts';
import { ENDED_BY, RUN_STATUS } from '../engine/telemetry/states.ts';
import type { Simulation } from '../engine/types.ts';
import {
  EVENT_FIELDS,
  FRAME_EVENTS,
  FRAME_VERSION,
  type FrameShape,
  frameBytes,
  H,
  layFrame,
} from './frame.ts';

/** What a frame says beyond the state of the run. */
export interface FrameContext {
  readonly generation: number;
  readonly playing: boolean;
  readonly simOpsPerSecond: number;
  /** Wall time that the run has been moved on for, ms. */
  readonly workedMs?: number;
  readonly horizon?: number;
}

/** Shape of a frame of this run now. */
export function shapeOf(sim: Simulation): FrameShape {
  return {
    rows: sim.rows,
    chains: sim.chains,
    classes: sim.classBytes.length,
    samples: sim.history.length,
    events: Math.min(FRAME_EVENTS, sim.events.next - sim.events.first),
  };
}

/**
 * Writes the state of a run into `buffer`, or into a larger new buffer when it does not fit
 * (with half as much again, so that a growing heap replaces buffers rarely).
 * @returns the buffer that holds the frame
 */
export function writeFrame(
  buffer: ArrayBuffer,
  sim: Simulation,
  context: FrameContext,
): ArrayBuffer {
  const shape = shapeOf(sim);
  const need = frameBytes(shape);
  const target =
    buffer.byteLength >= need ? buffer : new ArrayBuffer(Math.ceil((need * 1.5) / 8) * 8);
  const frame = layFrame(target, shape);
  const { header } = frame;
  header[H.version] = FRAME_VERSION;
  header[H.generation] = context.generation;
  header[H.op] = sim.op;
  header[H.virtualNs] = sim.virtualNs;
  header[H.status] = RUN_STATUS.indexOf(sim.status);
  header[H.endedBy] = ENDED_BY.indexOf(sim.endedBy);
  header[H.oomSeen] = sim.oomSeen ? 1 : 0;
  header[H.playing] = context.playing ? 1 : 0;
  header[H.simOpsPerSecond] = context.simOpsPerSecond;
  header[H.workedMs] = context.workedMs ?? 0;
  header[H.mappedBytes] = sim.mappedBytes;
  header[H.residentBytes] = sim.residentBytes;
  header[H.peakMappedBytes] = sim.peakMappedBytes;
  header[H.peakResidentBytes] = sim.peakResidentBytes;
  header[H.maxMapCount] = sim.knobs.maxMapCount;
  const { physLimitGiB, memPressure } = sim.knobs;
  header[H.physLimitBytes] = physLimitGiB * 2 ** 30 * (1 - memPressure);
  header[H.historyInterval] = sim.history.interval;
  header[H.nextEventSeq] = sim.events.next;
  header[H.rows] = shape.rows;
  header[H.chains] = shape.chains;
  header[H.classes] = shape.classes;
  header[H.samples] = shape.samples;
  header[H.events] = shape.events;
  header[H.awaitsHand] = sim.awaitsHand ? 1 : 0;
  header[H.horizon] = Math.max(sim.op, context.horizon ?? 0);
  header[H.opLimit] = sim.knobs.opLimit;
  header[H.rfrWindowNs] = sim.knobs.route === 'p' ? sim.knobs.rfrWindowUs * 1000 : 0;
  header[H.pendingThreshold] = sim.knobs.pendingThreshold;
  header[H.model] = MODEL_IDS.indexOf(sim.model);
  frame.counters.set(sim.readCounters());
  frame.totals.set(sim.events.totals);
  frame.firsts.set(sim.events.firsts);
  sim.readLedger(frame.bands, frame.bandsResident);
  const entries = sim.readEntries();
  frame.entries[0] = entries.superslabs;
  frame.entries[1] = entries.stacks;
  frame.entries[2] = entries.base;
  frame.entries[3] = entries.other;
  frame.classBytes.set(sim.classBytes);
  frame.history.set(sim.history.rows.subarray(0, shape.samples * SERIES_COUNT));
  const log = sim.events;
  const firstSeq = log.next - shape.events;
  for (let i = 0; i < shape.events; i++) {
    const seq = firstSeq + i;
    const row = seq & (log.capacity - 1);
    const at = i * EVENT_FIELDS;
    frame.events[at] = seq;
    frame.events[at + 1] = log.kind[row];
    frame.events[at + 2] = log.op[row];
    frame.events[at + 3] = log.ns[row];
    frame.events[at + 4] = log.life[row];
    frame.events[at + 5] = log.subject[row];
    frame.events[at + 6] = log.a[row];
    frame.events[at + 7] = log.b[row];
    frame.events[at + 8] = log.cause[row];
  }
  const shown = sim.readRows();
  frame.queues.set(shown.queues);
  for (const name of COLUMN_NAMES)
    frame.columns[name].set(shown.columns[name].subarray(0, shape.rows));
  return target;
}
