import { asBytes, asNs } from '../../base/units.ts';
import { bytes, compact, count, duration, percent } from '../../draw/format.ts';
import type { StoryStep, StoryWhen } from '../../engine/presets.ts';
import { derive } from '../../engine/report.ts';
import { C, GAUGES } from '../../engine/telemetry/counters.ts';
import { EV } from '../../engine/telemetry/events.ts';
import { ENDED_BY, RUN_STATUS } from '../../engine/telemetry/states.ts';
import { EVENT_FIELDS, type FrameView, H } from '../../worker/frame.ts';

/** What {names} in a story stand for, from the frame itself. */
export function storyValues(frame: FrameView): Readonly<Record<string, string>> {
  const { counters, header } = frame;
  const entries = frame.entries.reduce((a, b) => a + b, 0);
  const derived = derive(counters, header[H.op], header[H.virtualNs], false, 0);
  return {
    superslabs: count(counters[C.superslabsNow]),
    superslabsPeak: count(counters[C.superslabsPeak]),
    lives: count(counters[C.threadLives]),
    entries: count(entries),
    limit: count(header[H.maxMapCount]),
    entriesLeft: count(Math.max(0, header[H.maxMapCount] - entries)),
    mapped: bytes(asBytes(header[H.mappedBytes])),
    resident: bytes(asBytes(header[H.residentBytes])),
    queued: count(counters[C.queuedBlocks]),
    remoteShare: percent(derived.remoteShare),
    freed: count(counters[C.superslabsFreed]),
    reused: count(counters[C.emptyReuses]),
    drained: count(counters[C.drainedBlocks]),
    believed: count(counters[C.activeBlocks]),
    passes: count(counters[C.trimCalls]),
    perLife: derived.superslabsPerLife.toFixed(2),
    inflated: count(counters[C.inflatedSuperslabs]),
    emptied: count(counters[C.emptiedTotal]),
    emptyAfter: (counters[C.emptiedLives] / Math.max(1, counters[C.emptiedTotal])).toFixed(1),
    forgotten: count(counters[C.forgottenSuperslabs]),
    looks: count(counters[C.ownLooks]),
    nulls: count(counters[C.nullReturns]),
    fallbacks: count(counters[C.libcFallbacks]),
    mixed: count(counters[C.mixedPointers]),
    libcFrees: count(counters[C.libcFrees]),
    misrouted: count(counters[C.misroutedFrees]),
    overflows: count(counters[C.ownerOverflows]),
    live: count(counters[C.liveBlocks]),
    slots: count(counters[C.slotsActive]),
    asks: count(counters[C.poolAsks]),
    stage0: count(counters[C.poolStage0]),
    stageEmpty: count(counters[C.poolStage05] + counters[C.poolStage1]),
    stage2: count(counters[C.poolStage2]),
    stage3: count(counters[C.poolStage3]),
    fails: count(counters[C.sharedFails]),
    refills: count(counters[C.refills]),
    lookups: count(counters[C.lookups]),
    lines: (counters[C.lookupLines] / Math.max(1, counters[C.lookups])).toFixed(2),
    threshold: count(counters[C.aceThreshold]),
    exhaustion: count(counters[C.aceExhaustion]),
    mapFail: count(counters[C.aceMapFail]),
    retired: count(counters[C.leanRetires]),
    redirtied: count(counters[C.leanRedirtied]),
    lazy: bytes(asBytes(counters[C.lazyBytes])),
    taken: count(counters[C.reclaimedPages]),
    overlaps: count(counters[C.leanOverlaps]),
    unasked: count(counters[C.leanUnasked]),
    hits: count(counters[C.cacheHits]),
    cachedBlocks: count(counters[C.cachedBlocks]),
    cacheSlots: count(counters[C.cacheSlots]),
    time: duration(asNs(header[H.virtualNs])),
    ops: count(header[H.op]),
    pages: count(counters[C.newPages]),
    adoptions: count(counters[C.adoptions]),
    unneeded: count(counters[C.adoptionsUnneeded]),
    starved: count(counters[C.newStarved]),
    gate: count(counters[C.newGate]),
    empty: count(counters[C.drainAttempts] - counters[C.drainSuccesses]),
    lost: count(counters[C.lostEdges]),
    chain: count(counters[C.chainMax]),
    below: count(counters[C.strandedBelow]),
    grave: count(counters[C.strandedGraveyard]),
    orphaned: count(counters[C.strandedOrphan]),
    idle: count(counters[C.strandedIdle]),
    reuse: percent(derived.reuseShare),
    blocked: count(
      counters[C.blockedIdle] +
        counters[C.blockedPartial] +
        counters[C.blockedPressure] +
        counters[C.blockedRemotes] +
        counters[C.blockedRfr],
    ),
    blockedIdle: count(counters[C.blockedIdle]),
    blockedPartial: count(counters[C.blockedPartial]),
    blockedPressure: count(counters[C.blockedPressure]),
    blockedRemotes: count(counters[C.blockedRemotes]),
    blockedRfr: count(counters[C.blockedRfr]),
    pending: count(counters[C.pendingPages]),
    age: duration(asNs(counters[C.pendingAgeUs] * 1000)),
    wakes: count(counters[C.wakes]),
    coalesces: count(counters[C.coalesces]),
    background: count(counters[C.backgroundDrains]),
    rate: `${compact(derived.modelledOpsPerSecond)} operations a second`,
    lockWaited: duration(asNs(counters[C.lockWaitNs])),
    growths: count(counters[C.heapGrowths]),
    fragmented: count(counters[C.growthsFragmented]),
    freeChunks: count(counters[C.freeChunks]),
    freeList: bytes(asBytes(counters[C.freeListBytes])),
    looked: compact(counters[C.listSteps] / Math.max(1, counters[C.listSearches])),
  };
}

/** Fills a story's text. Names it does not know stay as they are, so that a test can find them. */
export function resolveText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name] : whole,
  );
}

const hasEnded = ({ header }: FrameView): boolean =>
  RUN_STATUS[header[H.status]] !== 'running' && ENDED_BY[header[H.endedBy]] !== 'user';
/** A mapping was refused: the run came to the limit on map entries, not to that of physical memory. */
const wasRefused = ({ header }: FrameView): boolean =>
  RUN_STATUS[header[H.status]] === 'oom' && ENDED_BY[header[H.endedBy]] !== 'physicalLimit';

/** Whether a step's moment has come. */
export function hasCome(when: StoryWhen, frame: FrameView): boolean {
  switch (when.kind) {
    case 'start':
      return true;
    case 'op':
      return frame.header[H.op] >= when.op;
    case 'counter':
      return frame.counters[C[when.counter]] >= when.atLeast;
    case 'event':
      for (let i = 0; i < frame.shape.events; i++) {
        if (frame.events[i * EVENT_FIELDS + 1] === EV[when.event]) return true;
      }
      return false;
    case 'ended':
      return (
        hasEnded(frame) &&
        (when.refused === undefined || when.refused === wasRefused(frame)) &&
        (when.after === undefined || frame.counters[C[when.after]] > 0) &&
        (when.without === undefined || frame.counters[C[when.without]] === 0)
      );
  }
}

/** Index of the current step: the last one whose moment has come. */
export function currentStep(steps: readonly StoryStep[], frame: FrameView): number {
  let current = 0;
  steps.forEach((step, i) => {
    if (hasCome(step.when, frame)) current = i;
  });
  return current;
}

/**
 * Whether a step that is not the current one has its place in the list: those that have come or still can.
 * @param ahead that it stands after the current one
 */
function isListed({ when }: StoryStep, ahead: boolean, frame: FrameView): boolean {
  if (!hasEnded(frame) || hasCome(when, frame)) return true;
  if (ahead || when.kind === 'ended') return false;
  // Totals only grow, and so does the operation. A gauge may have fallen again, an event be out of the log.
  return when.kind !== 'op' && (when.kind !== 'counter' || GAUGES.has(when.counter));
}

/**
 * Indices of the steps that a list shows, in their order: at the end of a run none that has not come. Of several ends one is
 * announced, as a run has one.
 */
export function listedSteps(
  steps: readonly StoryStep[],
  current: number,
  frame: FrameView,
): readonly number[] {
  let ends = 0;
  return [...steps.keys()].filter((i) => {
    if (i === current) return true;
    if (!isListed(steps[i], i > current, frame)) return false;
    return i < current || steps[i].when.kind !== 'ended' || ends++ === 0;
  });
}
