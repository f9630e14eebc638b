import { asBytes, asOp, type Bytes, type Ns, type OpIndex } from '../../base/units.ts';
import type { KnobValues } from '../knobs/index.ts';
import { AddressSpace } from '../machine/address-space.ts';
import { BASE_PAGES, BASE_RESIDENT_PAGES } from '../machine/process.ts';
import { MAIN, STACK_RESIDENT_PAGES, Threads } from '../machine/threads.ts';
import { C } from '../telemetry/counters.ts';
import { EventLog, type SavedEvents } from '../telemetry/events.ts';
import { History } from '../telemetry/history.ts';
import { BAND_COUNT, BANDS } from '../telemetry/ledger.ts';
import { S, SERIES_COUNT } from '../telemetry/series.ts';
import { ENDED_BY, type EndedBy, type RunStatus } from '../telemetry/states.ts';
import type { Autopsy } from '../types.ts';

const PAGE = 4096;
/** Bytes of one event in all columns of the log. */
const EVENT_BYTES = 37;

/** What a run needs of any allocator's heap. */
export interface RunHeap {
  readonly counters: Float64Array;
  /** Resident bytes of the allocator's memory and of the heap beside it. */
  readonly residentBytes: number;
  /** Bytes mapped by the heap beside it (large requests, what the C library served). */
  readonly otherMapped: number;
  /** Bytes of its typed arrays. */
  readonly stateBytes: number;
}

/**
 * What every model's run has in common: a process with threads and an address space, how far it is, how
 * it ended, its peaks, and a burst under way. The models add the allocator and who runs next.
 */
export abstract class Run {
  abstract readonly heap: RunHeap;
  readonly space: AddressSpace;
  readonly threads: Threads;
  readonly events: EventLog;
  readonly history = new History();
  peakMappedBytes = asBytes(0);
  peakResidentBytes = asBytes(0);
  protected readonly settings: KnobValues;
  protected operations = 0;
  protected outcome: RunStatus = 'running';
  protected reason: EndedBy = 'notEnded';
  protected refusedAny = false;
  protected refusal: Autopsy['refused'];
  protected endNs = 0;
  /** A burst under way: who has it, and the operations left of it. */
  protected burstChain = MAIN;
  protected burstLeft = 0;
  protected readonly bands = new Float64Array(BAND_COUNT);
  protected readonly bandsResident = new Float64Array(BAND_COUNT);
  protected readonly sample = new Float64Array(SERIES_COUNT);

  /** @param chains main included */
  constructor(
    knobs: KnobValues,
    readonly chains: number,
    eventCapacity: number,
  ) {
    this.settings = { ...knobs };
    this.events = new EventLog(eventCapacity);
    this.space = new AddressSpace(knobs.baseMaps, BASE_PAGES);
    this.threads = new Threads(chains);
  }

  get knobs(): Readonly<KnobValues> {
    return this.settings;
  }
  get op(): OpIndex {
    return asOp(this.operations);
  }
  get status(): RunStatus {
    return this.outcome;
  }
  get endedBy(): EndedBy {
    return this.reason;
  }
  get oomSeen(): boolean {
    return this.refusedAny;
  }
  get counters(): Float64Array {
    return this.heap.counters;
  }
  get lives(): number {
    return this.threads.lives;
  }
  get lastLife(): number {
    return this.threads.lives;
  }
  get mappedBytes(): Bytes {
    return asBytes(this.space.mappedPages * PAGE + this.heap.otherMapped);
  }
  get residentBytes(): Bytes {
    const { livingStacks, deadStacks } = this.threads;
    const stackPages = (livingStacks + deadStacks) * STACK_RESIDENT_PAGES;
    return asBytes(this.heap.residentBytes + (stackPages + BASE_RESIDENT_PAGES) * PAGE);
  }
  /** Bytes of typed arrays that the engine holds, events and history included. */
  get stateBytes(): number {
    const log = this.events.capacity * EVENT_BYTES + this.history.rows.byteLength;
    return this.heap.stateBytes + this.space.stateBytes + log;
  }
  chainOf(life: number): number {
    return this.threads.chainOf(life);
  }

  abstract readonly virtualNs: Ns;
  abstract readLedger(mapped: Float64Array, resident: Float64Array): void;
  abstract readCounters(): Float64Array;
  /** Notes the end of the run as an event. @param endedBy index into ENDED_BY */
  protected abstract emitEnd(endedBy: number): void;

  /** More pages are resident: beyond what other programs leave of physical memory the kernel kills. */
  memoryGrew(): void {
    // During construction the heap touches pages before it is ours to ask.
    if (this.outcome !== 'running' || this.heap === undefined) return;
    const { physLimitGiB, memPressure } = this.settings;
    if (this.residentBytes <= physLimitGiB * 2 ** 30 * (1 - memPressure)) return;
    this.refusedAny = true;
    this.end('oom', 'physicalLimit');
  }

  abort(): void {
    if (this.outcome === 'running') this.end('aborted', 'user');
  }
  stopAtLimit(): void {
    if (this.outcome === 'running') this.end(this.refusedAny ? 'oom' : 'finished', 'opsLimit');
  }
  /** All chains have ended; Larson idles until its time is up, then prints. */
  protected endChains(): void {
    this.end(this.refusedAny ? 'oom' : 'finished', 'chainsEnded');
  }
  protected end(status: RunStatus, reason: EndedBy): void {
    this.endNs = this.threads.latestClock();
    this.outcome = status;
    this.reason = reason;
    this.emitEnd(ENDED_BY.indexOf(reason));
    this.notePeaks();
  }

  protected notePeaks(): void {
    if (this.mappedBytes > this.peakMappedBytes) this.peakMappedBytes = this.mappedBytes;
    if (this.residentBytes > this.peakResidentBytes) this.peakResidentBytes = this.residentBytes;
  }

  /** The others stood still during a burst: none goes on at an earlier time than its end. */
  protected endBurst(): void {
    this.burstLeft = 0;
    this.threads.catchUp(this.burstChain);
  }

  /** Begins a sample of the history with what all models have; the model adds its own and pushes it. */
  protected beginSample(): Float64Array {
    const { sample, bands, space } = this;
    this.notePeaks();
    this.readLedger(bands, this.bandsResident);
    const counters = this.readCounters();
    sample.fill(0);
    sample[S.op] = this.operations;
    sample[S.ns] = this.virtualNs;
    for (let band = 0; band < BANDS.length; band++) sample[S['band.live'] + band] = bands[band];
    sample[S.mapped] = this.mappedBytes;
    sample[S.resident] = this.residentBytes;
    sample[S.residentMax] = this.residentBytes;
    sample[S['entries.superslabs']] = space.superslabEntries;
    sample[S['entries.stacks']] = space.stackEntries;
    sample[S['entries.base']] = space.baseEntries;
    sample[S.queued] = counters[C.queuedBlocks];
    sample[S.queuedDead] = counters[C.queuedDead];
    sample[S.localFrees] = counters[C.localFrees];
    sample[S.remoteFrees] = counters[C.remoteFrees];
    sample[S.drains] = counters[C.drainSuccesses];
    sample[S.syscalls] = counters[C.mmapCalls] + counters[C.munmapCalls] + counters[C.madviseCalls];
    sample[S.lives] = this.threads.lives;
    sample[S.pageFaults] = counters[C.pageFaults];
    sample[S.orphans] = counters[C.orphanSuperslabs];
    return sample;
  }

  /** The part of a snapshot that all models share. */
  protected progress(): Progress {
    return {
      settings: { ...this.settings },
      space: this.space.snapshot(),
      threads: this.threads.snapshot(),
      history: this.history.snapshot(),
      events: this.events.snapshot(),
      operations: this.operations,
      outcome: this.outcome,
      reason: this.reason,
      refusedAny: this.refusedAny,
      refusal: this.refusal,
      endNs: this.endNs,
      burstChain: this.burstChain,
      burstLeft: this.burstLeft,
      peakMappedBytes: this.peakMappedBytes,
      peakResidentBytes: this.peakResidentBytes,
    };
  }

  protected restoreProgress(from: Progress): void {
    Object.assign(this.settings, from.settings);
    this.space.restore(from.space);
    this.threads.restore(from.threads);
    this.history.restore(from.history);
    this.events.restore(from.events);
    this.operations = from.operations;
    this.outcome = from.outcome;
    this.reason = from.reason;
    this.refusedAny = from.refusedAny;
    this.refusal = from.refusal;
    this.endNs = from.endNs;
    this.burstChain = from.burstChain;
    this.burstLeft = from.burstLeft;
    this.peakMappedBytes = from.peakMappedBytes;
    this.peakResidentBytes = from.peakResidentBytes;
  }
}

/** How far a run is, without the allocator's own state. */
export interface Progress {
  readonly settings: KnobValues;
  readonly space: ReturnType<AddressSpace['snapshot']>;
  readonly threads: unknown;
  readonly history: ReturnType<History['snapshot']>;
  readonly events: SavedEvents;
  readonly operations: number;
  readonly outcome: RunStatus;
  readonly reason: EndedBy;
  readonly refusedAny: boolean;
  readonly refusal: Autopsy['refused'];
  readonly endNs: number;
  readonly burstChain: number;
  readonly burstLeft: number;
  readonly peakMappedBytes: Bytes;
  readonly peakResidentBytes: Bytes;
}
