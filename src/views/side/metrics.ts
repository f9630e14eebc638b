import type { MetricId } from '../../engine/presets.ts';
import { derive } from '../../engine/report.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { ENDED_BY } from '../../engine/telemetry/states.ts';
import { type FrameView, H } from '../../worker/frame.ts';

/** Our value of a metric that a document names. */
export function metricOf(frame: FrameView, metric: MetricId, seconds: number): number {
  const { counters, header } = frame;
  const idles = ENDED_BY[header[H.endedBy]] === 'chainsEnded';
  const derived = derive(counters, header[H.op], header[H.virtualNs], idles, seconds);
  switch (metric) {
    case 'superslabsPeak':
      return counters[C.superslabsPeak];
    case 'superslabsNow':
      return counters[C.superslabsNow];
    case 'oomSeconds':
      return header[H.virtualNs] / 1e9;
    case 'mappedKiB':
      return header[H.mappedBytes] / 1024;
    case 'residentKiB':
      return header[H.residentBytes] / 1024;
    case 'peakResidentMB':
      return header[H.peakResidentBytes] / 1e6;
    case 'freed':
      return counters[C.superslabsFreed];
    case 'remoteSharePercent':
      return derived.remoteShare * 100;
    case 'modelledOpsPerSecond':
      return derived.modelledOpsPerSecond;
    case 'printedOpsPerSecond':
      return derived.printedOpsPerSecond;
    case 'perLife':
      return derived.superslabsPerLife;
    case 'lives':
      return counters[C.threadLives];
    case 'allocated':
      return counters[C.superslabsAllocated];
    case 'newPages':
      return counters[C.newPages];
    case 'pageReuses':
      return counters[C.pageReuses];
    case 'pendingEnqueued':
      return counters[C.pendingEnqueued];
    case 'reusePercent':
      return derived.reuseShare * 100;
  }
}
