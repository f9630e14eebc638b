import { assert } from '../base/assert.ts';
import type { ErrorCode } from '../base/result.ts';
import type { KnobValues } from '../engine/knobs/index.ts';
import { ProvenanceSearch } from '../engine/provenance.ts';
import { EV, type EventKind } from '../engine/telemetry/events.ts';
import { MOST_EXPORTED } from '../engine/telemetry/perfetto.ts';
import { Timeline } from '../engine/timeline.ts';
import type { Simulation } from '../engine/types.ts';
import { writeFrame } from './frame-writer.ts';
import { Pace } from './pace.ts';
import {
  type Arrival,
  type CallName,
  type Calls,
  type FromWorker,
  type LaneConfig,
  PROTOCOL_VERSION,
  reachOf,
  type StepTarget,
  type Summary,
  type ToWorker,
} from './protocol.ts';
import { causesOf, eventsOf, exportText } from './queries.ts';

/** A port as the host sees it; a worker's global scope and a MessagePort both fit. */
export interface HostPort {
  postMessage(message: FromWorker, transfer?: ArrayBuffer[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

export interface HostDeps {
  createSimulation(knobs: KnobValues): Simulation;
  /** Wall clock in ms; only pacing depends on it, never results. */
  now(): number;
  /** Runs the next slice after messages that are waiting, and not before `delayMs` have passed. */
  schedule(slice: () => void, delayMs: number): void;
}

/** Length of one slice of simulation, ms: pause and cancel overtake after at most this long. */
const SLICE_MS = 8;
/** Building frames takes at most one part in this many of the worker's time. */
const FRAME_SHARE = 8;
/** At most one frame in this time while running, ms. */
const FRAME_MS = 15;
/** Pause between looks at the clock while slow play waits for its next operation, ms. */
const IDLE_MS = 4;
/** While a journey takes long, the page hears how far it is this often, ms. */
const JOURNEY_MS = 150;

/** Something that runs over several slices and answers a request at its end. */
interface Task {
  readonly id: number;
  /** Stop here. */
  readonly target: number;
  /** Event kinds that end it, as bits; 0: none. */
  readonly watch: number;
  /** A journey through time: no frames until it is done, only how far it is. It began at this operation. */
  readonly journeyFrom?: number;
  /** Wall clock, ms: a short journey is not worth a word. */
  readonly since: number;
  /** Looks for the latest event before `limit`, keyframe by keyframe, backwards. */
  readonly search?: Search;
  /** Where to go back to when no event of `watch` comes; past its end when the run had ended. */
  readonly origin?: number;
  reply(): unknown;
}

interface Search {
  /** Start and end of the stretch that is searched now. */
  readonly from: number;
  readonly end: number;
  readonly limit: number;
  /** Operation right after the latest event found, -1: none yet. */
  found: number;
}

class Aborted extends Error {}

/**
 * The worker's side of the protocol: owns one Simulation, advances it in slices, answers requests,
 * sends frames while it has credits. It must never block: everything long is a task of slices.
 */
export class Host {
  private sim: Simulation | undefined;
  private generation = 0;
  private timeline = new Timeline([]);
  private knobs: KnobValues | undefined;
  private audit = false;
  private readonly credits: ArrayBuffer[] = [];
  private playing = false;
  private task: Task | undefined;
  /** A question answered by replaying elsewhere; the run goes on beside it. */
  private inquiry: { readonly id: number; readonly search: ProvenanceSearch } | undefined;
  private readonly pace: Pace;
  /** Play waits here for the other lanes. */
  private grant = Infinity;
  private scheduled = false;
  private frameDue = false;
  private lastFrame = -Infinity;
  /** Time between frames now, ms: large frames are sent less often. */
  private frameMs = FRAME_MS;
  /** Operation of the latest frame. */
  private framedOp = -1;
  private faulted = false;
  /** When the page was told last how the run stands. */
  private toldAt = -Infinity;

  constructor(
    private readonly port: HostPort,
    private readonly deps: HostDeps,
  ) {
    this.pace = new Pace(() => deps.now(), SLICE_MS);
    port.onmessage = (event) => this.receive(event.data);
  }

  private receive(message: ToWorker): void {
    switch (message.t) {
      case 'credit':
        this.credits.push(message.buffer);
        if (this.frameDue) this.sendFrame();
        return;
      case 'grant':
        this.grant = message.op;
        if (this.playing) this.wake();
        return;
      case 'ping':
        this.port.postMessage({ t: 'pong', id: message.id });
        return;
      case 'cancel':
        if (this.task?.id === message.id) this.abortTask('cancelled');
        if (this.inquiry?.id === message.id) this.abortInquiry('cancelled');
        return;
      case 'call':
        this.call(message.id, message.name, message.arg);
        return;
    }
  }

  private call(id: number, name: CallName, arg: unknown): void {
    try {
      const value = this.answer(id, name, arg);
      if (value !== DEFERRED) this.port.postMessage({ t: 'reply', id, value });
    } catch (error) {
      if (error instanceof Aborted) this.fail(id, 'E_ABORTED', error.message);
      else if (name === 'configure') this.fail(id, 'E_WORKER', messageOf(error));
      else this.fault(error, id);
    }
  }

  private answer(id: number, name: CallName, arg: unknown): unknown {
    if (name === 'configure') return this.configure(id, arg as Calls['configure'][0]);
    const sim = this.sim;
    if (!sim) throw new Aborted('not configured yet');
    switch (name) {
      case 'play':
        this.abortTask('play');
        this.playing = sim.status === 'running';
        this.pace.start((arg as Calls['play'][0]).speed);
        this.wake();
        this.sendSummary();
        return this.summary();
      case 'pause':
        this.abortTask('pause');
        this.stop();
        return this.summary();
      case 'step':
        return this.step(id, arg as StepTarget, sim);
      case 'runTo': {
        const { op } = arg as Calls['runTo'][0];
        return this.start({ id, target: op, watch: 0, reply: () => this.summary() });
      }
      case 'seek':
        return this.seek(id, arg as Calls['seek'][0], sim);
      case 'previousEvent':
        return this.seekBack(id, (arg as Calls['previousEvent'][0]).kinds, sim);
      case 'provenance': {
        const { knobs } = this;
        this.abortInquiry('superseded');
        if (!knobs) return undefined;
        const replica = this.deps.createSimulation(knobs);
        const subject = arg as Calls['provenance'][0];
        this.inquiry = { id, search: new ProvenanceSearch(sim, replica, this.timeline, subject) };
        this.wake();
        return DEFERRED;
      }
      case 'setKnobs':
        this.abortInquiry('another future');
        this.timeline.edit(
          sim,
          (arg as Calls['setKnobs'][0]).changes.map(({ knob, value }) => ({
            op: sim.op,
            lane: 0,
            knob,
            value,
          })),
        );
        this.stopIfOver(sim);
        this.wantFrame();
        return { op: sim.op };
      case 'intervene': {
        const act = arg as Calls['intervene'][0];
        const refused = sim.whyNot(act);
        if (refused !== undefined) return { op: sim.op, refused };
        this.abortInquiry('another future');
        this.timeline.edit(sim, [{ op: sim.op, lane: 0, ...act }]);
        // It may have ended the run.
        this.stopIfOver(sim);
        this.wantFrame();
        return { op: sim.op };
      }
      case 'threads':
        return sim.listThreads();
      case 'inspectSuperSlab':
        return sim.inspectSuperSlab((arg as Calls['inspectSuperSlab'][0]).index);
      case 'inspectBlocks': {
        const { superslab, slab } = arg as Calls['inspectBlocks'][0];
        return sim.inspectBlocks(superslab, slab);
      }
      case 'events':
        return eventsOf(sim, arg as Calls['events'][0]);
      case 'causes':
        return causesOf(sim, (arg as Calls['causes'][0]).seq);
      case 'exportText': {
        const { as, name } = arg as Calls['exportText'][0];
        const { first, next } = sim.events;
        const most = as === 'perfetto' ? MOST_EXPORTED : Infinity;
        const events = Math.min(next - first, most);
        return { text: exportText(sim, as, name), events, all: next };
      }
      case 'autopsy':
        return sim.autopsy();
      case 'digest':
        return { op: sim.op, digest: sim.digest() };
      case 'audit':
        return sim.audit();
    }
  }

  private configure(id: number, config: LaneConfig): unknown {
    assert(
      config.protocol === PROTOCOL_VERSION,
      `protocol ${config.protocol}, worker ${PROTOCOL_VERSION}`,
    );
    this.abortTask('configured anew');
    this.abortInquiry('configured anew');
    this.playing = false;
    this.faulted = false;
    this.grant = Infinity;
    this.generation = config.generation;
    this.audit = config.audit === true;
    this.timeline = new Timeline(config.edits, config.timelineBytes);
    this.knobs = config.knobs;
    this.sim = this.deps.createSimulation(config.knobs);
    this.pace.reset();
    this.timeline.visit(this.sim);
    if (config.startAt <= 0) {
      this.wantFrame();
      return this.summary();
    }
    return this.start({ id, target: config.startAt, watch: 0, reply: () => this.summary() });
  }

  private step(id: number, target: StepTarget, sim: Simulation): unknown {
    if (target.by === 'op') {
      const reply = (): Arrival => ({ ...this.summary(), missed: false });
      return this.start({ id, target: sim.op + target.ops, watch: 0, reply });
    }
    const watch = target.kinds.reduce((bits, kind) => bits | (1 << EV[kind]), 0);
    return this.start({
      id,
      target: Infinity,
      watch,
      origin: reachOf(sim),
      reply: () => ({ ...this.summary(), missed: false }),
    });
  }

  /** Begins a task; its request is answered when it ends. */
  private start(task: Omit<Task, 'since'>): typeof DEFERRED {
    this.abortTask('superseded');
    this.playing = false;
    this.task = { ...task, since: this.deps.now() };
    this.pace.measureFromHere();
    this.wake();
    this.sendSummary();
    return DEFERRED;
  }

  /** Brings the run to an operation, backwards through the nearest keyframe. */
  private seek(id: number, { op, coarse }: Calls['seek'][0], sim: Simulation): unknown {
    if (coarse === true) {
      this.abortTask('superseded');
      this.playing = false;
      const { op: nearest } = this.timeline.before(op);
      if (op < sim.op || nearest > sim.op) this.timeline.rewind(sim, op);
      this.wantFrame();
      this.sendSummary();
      return this.summary();
    }
    // Ahead, a keyframe may be nearer than where the run stands; an ended run starts from one anyway.
    if (op < sim.op || sim.status !== 'running' || this.timeline.before(op).op > sim.op)
      this.timeline.rewind(sim, op);
    return this.start({
      id,
      target: op,
      watch: 0,
      journeyFrom: sim.op,
      reply: () => this.summary(),
    });
  }

  /** Brings the run to right after the latest event of these kinds before now. */
  private seekBack(id: number, kinds: readonly EventKind[], sim: Simulation): typeof DEFERRED {
    const watch = kinds.reduce((bits, kind) => bits | (1 << EV[kind]), 0);
    const limit = sim.op - 1;
    const from = this.timeline.before(limit).op;
    const origin = reachOf(sim);
    this.timeline.rewind(sim, limit);
    return this.start({
      id,
      target: limit,
      watch,
      journeyFrom: from,
      search: { from, limit, end: limit, found: -1 },
      origin,
      reply: () => ({ ...this.summary(), missed: false }),
    });
  }

  /** A stretch between two keyframes was searched, or an event was found in it. */
  private searchOn(task: Task, search: Search, sim: Simulation, hit: boolean): void {
    if (hit && sim.op <= search.end) {
      search.found = sim.op;
      if (sim.op < search.end && sim.status === 'running') {
        this.wake();
        return;
      }
    }
    if (search.found >= 0) {
      this.timeline.rewind(sim, search.found);
      const { id, reply, since } = task;
      this.task = { id, target: search.found, watch: 0, journeyFrom: sim.op, since, reply };
      this.wake();
      return;
    }
    if (search.from === 0) {
      this.goBack(task, sim);
      return;
    }
    const end = search.from;
    const from = this.timeline.before(end - 1).op;
    this.timeline.rewind(sim, end - 1);
    this.task = { ...task, target: end, search: { ...search, from, end } };
    this.wake();
  }

  /** What a step looked for is not there: the run goes back to where it stood. */
  private goBack(task: Task, sim: Simulation): void {
    const target = task.origin ?? 0;
    this.timeline.rewind(sim, target);
    const reply = (): Arrival => ({ ...this.summary(), missed: true });
    this.task = { id: task.id, target, watch: 0, journeyFrom: sim.op, since: task.since, reply };
    this.wake();
  }

  private abortTask(why: string): void {
    const { task } = this;
    if (!task) return;
    this.task = undefined;
    this.fail(task.id, 'E_ABORTED', `stopped: ${why}`);
    this.wantFrame();
    this.sendSummary();
  }

  private abortInquiry(why: string): void {
    const { inquiry } = this;
    this.inquiry = undefined;
    if (inquiry) this.fail(inquiry.id, 'E_ABORTED', `stopped: ${why}`);
  }

  /** Looks further into the past of a block, for one slice. */
  private inquire(): void {
    const { inquiry, deps } = this;
    if (!inquiry) return;
    const from = deps.now();
    do {
      const value = inquiry.search.advance();
      if (value !== undefined) {
        this.inquiry = undefined;
        this.port.postMessage({ t: 'reply', id: inquiry.id, value });
        return;
      }
    } while (deps.now() - from < SLICE_MS);
    this.wake();
  }

  private finishTask(task: Task): void {
    this.task = undefined;
    this.port.postMessage({ t: 'reply', id: task.id, value: task.reply() });
    this.stop();
  }

  /** Stands still: one last frame, and the page is told. */
  private stop(): void {
    this.playing = false;
    this.wantFrame();
    this.sendSummary();
  }

  /** An edit may end the run, for example a physical limit below what is resident. */
  private stopIfOver(sim: Simulation): void {
    if (sim.status === 'running') return;
    if (this.playing) this.stop();
    else this.sendSummary();
  }

  private wake(delayMs = 0): void {
    if (this.scheduled || this.faulted) return;
    this.scheduled = true;
    this.deps.schedule(() => {
      this.scheduled = false;
      try {
        this.slice();
        this.inquire();
      } catch (error) {
        this.fault(error, undefined);
      }
    }, delayMs);
  }

  private slice(): void {
    const { sim, deps, task } = this;
    if (!sim || (!this.playing && !task)) return;
    const from = deps.now();
    const granted = this.grant - sim.op;
    if (!task && granted <= 0) {
      // The others are behind; the next grant wakes this lane.
      this.pace.wait(from);
      if (this.framedOp !== sim.op) this.wantFrame();
      return;
    }
    let allowed = task ? task.target - sim.op : Math.min(granted, this.pace.allowance(from));
    const idle = allowed <= 0;
    let hit = false;
    while (allowed > 0 && sim.status === 'running') {
      const want = Math.min(allowed, this.pace.chunk, this.timeline.room(sim.op));
      const before = deps.now();
      const result = sim.advance(want, task?.watch ?? 0);
      allowed -= result.ops;
      // Edits are made between operations, and a step may wait for one.
      sim.events.watch = task?.watch ?? 0;
      this.timeline.visit(sim);
      sim.events.watch = 0;
      this.pace.did(result.ops, want, deps.now() - before);
      hit = sim.events.hit && (task?.watch ?? 0) !== 0;
      if (hit || deps.now() - from >= SLICE_MS) break;
    }
    if (this.audit) this.check(sim);
    this.pace.measure();
    if (task?.search !== undefined && (hit || allowed <= 0 || sim.status !== 'running'))
      this.searchOn(task, task.search, sim, hit);
    else if (task?.origin !== undefined && !hit && sim.status !== 'running') this.goBack(task, sim);
    else if (task && (hit || allowed <= 0 || sim.status !== 'running')) this.finishTask(task);
    else if (this.playing && sim.status !== 'running') this.stop();
    else {
      // While a run catches up the last picture stays: half-way ones would only flicker.
      if (task?.journeyFrom !== undefined) {
        if (deps.now() - Math.max(task.since, this.toldAt) >= JOURNEY_MS) this.sendSummary();
        this.wake();
        return;
      }
      if (this.grant - sim.op <= 0) this.wantFrame();
      else if (deps.now() - this.lastFrame >= this.frameMs) this.sendFrame();
      // Slow play has nothing to do for a while: no need to spin.
      this.wake(idle ? IDLE_MS : 0);
    }
  }

  private check(sim: Simulation): void {
    const problems = sim.audit();
    if (problems.length > 0) throw new Error(`audit at operation ${sim.op}: ${problems[0]}`);
  }

  private wantFrame(): void {
    this.frameDue = true;
    this.sendFrame();
  }

  /** Sends a frame if there is a free buffer; else the page is behind and the frame is skipped. */
  private sendFrame(): void {
    const { sim } = this;
    const buffer = sim ? this.credits.pop() : undefined;
    if (!sim || buffer === undefined) return;
    const from = this.deps.now();
    const filled = writeFrame(buffer, sim, {
      generation: this.generation,
      playing: this.playing || this.task !== undefined,
      simOpsPerSecond: this.pace.measured,
      horizon: this.timeline.horizon,
    });
    this.lastFrame = this.deps.now();
    this.frameMs = Math.max(FRAME_MS, FRAME_SHARE * (this.lastFrame - from));
    this.framedOp = sim.op;
    this.frameDue = false;
    this.port.postMessage({ t: 'frame', generation: this.generation, buffer: filled }, [filled]);
  }

  private summary(): Summary {
    const { sim } = this;
    assert(sim !== undefined, 'a summary needs a run');
    return {
      generation: this.generation,
      op: sim.op,
      virtualNs: sim.virtualNs,
      status: sim.status,
      endedBy: sim.endedBy,
      oomSeen: sim.oomSeen,
      playing: this.playing || this.task !== undefined,
      horizon: this.timeline.horizon,
      journey: this.journey(sim),
    };
  }

  /** How much of a journey is done, 0 to 1; a search goes from its limit back towards the start. */
  private journey({ op }: Simulation): number | undefined {
    const { task } = this;
    if (task?.journeyFrom === undefined || this.deps.now() - task.since < JOURNEY_MS)
      return undefined;
    if (task.search) return 1 - task.search.from / Math.max(1, task.search.limit);
    return (op - task.journeyFrom) / Math.max(1, task.target - task.journeyFrom);
  }

  private sendSummary(): void {
    this.toldAt = this.deps.now();
    if (this.sim) this.port.postMessage({ t: 'summary', summary: this.summary() });
  }

  private fail(id: number, code: ErrorCode, message: string): void {
    this.port.postMessage({ t: 'error', id, code, message });
  }

  /** A fault of ours: every request in flight settles, the page restarts the worker. */
  private fault(error: unknown, id: number | undefined): void {
    this.faulted = true;
    this.playing = false;
    const message = messageOf(error);
    if (id !== undefined) this.fail(id, 'E_WORKER', message);
    if (this.task) this.fail(this.task.id, 'E_WORKER', message);
    if (this.inquiry) this.fail(this.inquiry.id, 'E_WORKER', message);
    this.task = undefined;
    this.inquiry = undefined;
    this.port.postMessage({ t: 'fault', op: this.sim?.op ?? 0, message });
  }
}

const DEFERRED = Symbol('answered later');

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
