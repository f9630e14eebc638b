import { assert, unreachable } from '../base/assert.ts';
import { asNs, asOp } from '../base/units.ts';
import type { KnobValues } from '../engine/knobs/index.ts';
import { ProvenanceSearch } from '../engine/provenance.ts';
import type { Edit } from '../engine/recipe.ts';
import { Reel } from '../engine/reel.ts';
import { Timeline } from '../engine/timeline.ts';
import type { Simulation } from '../engine/types.ts';
import { FrameFeed } from './frames.ts';
import { type Destination, Journey } from './journey.ts';
import { Meets } from './meets.ts';
import { Pace } from './pace.ts';
import {
  type Arrival,
  type CallName,
  type Calls,
  type FromLane,
  type LaneConfig,
  type Port,
  SLICE_MS,
  type Summary,
  type ToLane,
} from './protocol.ts';
import { causesOf, eventsOf, exportOf } from './queries.ts';
import { type Answers, LATER, messageOf, Refusal, Requests, type Ticket } from './requests.ts';
import { type LaneRun, slice } from './slice.ts';
import { type Surroundings, Turns } from './turns.ts';

export interface HostDeps extends Surroundings {
  /** A run before its warm-up. */
  prepareSimulation(knobs: KnobValues): Simulation;
}

/** Pause between looks at the clock while slow play waits for its next operation, ms. */
const IDLE_MS = 4;
/** While a journey or a warm-up takes long, the page hears how far it is this often, ms. */
const JOURNEY_MS = 150;
/** What need not wait until a run is warm, ... */
const AT_ONCE: ReadonlySet<CallName> = new Set<CallName>(['configure', 'pause']);
/** ... and what a pause stops that waits for it. */
const STOPPED: ReadonlySet<CallName> = new Set<CallName>([
  'play',
  'step',
  'runTo',
  'seek',
  'previousEvent',
]);

/**
 * The lane's worker: owns one run, answers requests about it, moves it on in slices, either playing or on
 * a journey, and sends frames while it has credits. It must never block: everything long is done in slices.
 */
export class Host {
  private run: LaneRun | undefined;
  /** A run that warms up: it is to become the lane's. */
  private warming: Warming | undefined;
  private generation = 0;
  private audit = false;
  private playing = false;
  private journey: Journey | undefined;
  /** A question answered by replaying elsewhere; the run goes on beside it. */
  private inquiry: Inquiry | undefined;
  /** The stage's, from its first question until another run begins, and the question under way. */
  private reel: Reel | undefined;
  private filming: Ticket<Calls['stage'][1]> | undefined;
  /** Where it waits for other lanes. */
  private readonly meets = new Meets();
  /** When the page was told last how the run stands. */
  private toldAt = -Infinity;
  private faulted = false;
  private readonly pace: Pace;
  private readonly frames: FrameFeed;
  private readonly requests: Requests<Calls>;
  private readonly turns: Turns;

  constructor(
    private readonly port: Port<ToLane, FromLane>,
    private readonly deps: HostDeps,
  ) {
    this.pace = new Pace(() => deps.now(), SLICE_MS);
    this.frames = new FrameFeed({
      now: () => deps.now(),
      scene: () => this.scene(),
      post: (generation, buffer) => port.postMessage({ t: 'frame', generation, buffer }, [buffer]),
    });
    this.requests = new Requests<Calls>(
      (message) => port.postMessage(message),
      this.answers(),
      (error) => this.fault(error),
    );
    this.turns = new Turns(
      (turn, delayMs) => deps.schedule(turn, delayMs),
      () => this.turn(),
    );
    port.onmessage = (event) => this.receive(event.data);
  }

  private receive(message: ToLane): void {
    switch (message.t) {
      case 'credit':
        this.frames.lend(message.buffer);
        this.wakeUp();
        return;
      case 'grant':
        this.meets.grant(message.generation, message.points);
        this.wakeUp();
        return;
      case 'ping':
        this.port.postMessage({ t: 'pong', id: message.id });
        return;
      case 'cancel':
        if (this.requests.cancel(message.id)) return;
        if (this.journey?.ticket.id === message.id) this.abortJourney('cancelled');
        if (this.inquiry?.ticket.id === message.id) this.abortInquiry('cancelled');
        if (this.filming?.id === message.id) this.abortFilming('cancelled');
        if (this.warming?.ticket?.id === message.id) this.abandon('cancelled');
        return;
      case 'call':
        this.requests.push(message);
        this.turns.soon();
        if (this.warming) this.tell();
        return;
      default:
        unreachable(message);
    }
  }

  /** What it waited for where it meets others may have come about. */
  private wakeUp(): void {
    if (!this.meets.isAlone && (this.playing || this.journey)) this.turns.soon();
  }

  /** One function a request; those about a run need one. */
  private answers(): Answers<Calls> {
    return {
      configure: (config, ticket) => this.configure(config, ticket),
      play: ({ speed }) => this.play(speed),
      pause: (_, { id }) => {
        if (this.warming) {
          this.abandon('pause');
          this.requests.drop(STOPPED, id, 'stopped: pause');
          this.tell();
          return this.summary();
        }
        this.needRun();
        this.abortJourney('pause');
        this.stop();
        return this.summary();
      },
      step: (target, ticket) =>
        target.by === 'op'
          ? this.travel({ to: 'ahead', op: this.needRun().sim.op + target.ops }, ticket)
          : this.travel({ to: 'next', kinds: target.kinds }, ticket),
      runTo: ({ op }, ticket) => this.travel({ to: 'ahead', op }, ticket),
      seek: ({ op, coarse }, ticket) =>
        coarse === true ? this.leap(op) : this.travel({ to: 'moment', op }, ticket),
      previousEvent: ({ kinds }, ticket) => this.travel({ to: 'previous', kinds }, ticket),
      provenance: (subject, ticket) => {
        const { sim, timeline, knobs } = this.needRun();
        this.abortInquiry('superseded');
        const replica = this.deps.prepareSimulation(knobs);
        const search = new ProvenanceSearch(sim, replica, timeline, subject);
        this.inquiry = { ticket, search };
        this.turns.soon();
        return LATER;
      },
      stage: (asked, ticket) => {
        const { timeline, knobs } = this.needRun();
        this.abortFilming('superseded');
        this.reel ??= new Reel(this.deps.prepareSimulation(knobs), timeline);
        this.reel.ask(asked);
        this.filming = ticket;
        this.turns.soon();
        return LATER;
      },
      setKnobs: ({ changes }) => {
        const { op, status } = this.needRun().sim;
        // A recipe that turned one there would make another run, which had not ended.
        if (status !== 'running') throw new Refusal('E_RANGE', 'its run is over');
        this.edit(changes.map((change) => ({ op, lane: 0, ...change })));
        return { op };
      },
      intervene: (act) => {
        const { sim } = this.needRun();
        const { op } = sim;
        const refused = sim.whyNot(act, true);
        if (refused !== undefined) return { op, refused };
        this.edit([{ op, lane: 0, ...act }]);
        return { op };
      },
      threads: () => this.needRun().sim.listThreads(),
      hand: () => this.needRun().sim.readHand(),
      inspectSpan: ({ index }) => this.needRun().sim.inspectSpan(index),
      inspectBlocks: ({ span, slab }) => this.needRun().sim.inspectBlocks(span, slab),
      events: (range) => eventsOf(this.needRun().sim, range),
      causes: ({ seq }) => causesOf(this.needRun().sim, seq),
      exportText: ({ as, name }) => exportOf(this.needRun().sim, as, name),
      autopsy: () => this.needRun().sim.autopsy(),
      digest: () => {
        const { sim } = this.needRun();
        return { op: sim.op, digest: sim.digest() };
      },
      audit: () => this.needRun().sim.audit(),
    };
  }

  private needRun(): LaneRun {
    if (!this.run) throw new Refusal('E_ABORTED', 'not configured yet');
    return this.run;
  }

  private configure(config: LaneConfig, ticket: Ticket<Arrival>): typeof LATER {
    this.abortJourney('configured anew');
    this.abortInquiry('configured anew');
    this.abortFilming('configured anew');
    this.reel = undefined;
    this.abandon('configured anew');
    this.run = undefined;
    this.playing = false;
    this.faulted = false;
    this.meets.begin(config.generation);
    this.frames.forget();
    this.generation = config.generation;
    this.audit = config.audit === true;
    this.pace.reset();
    this.warming = { ticket, config, sim: undefined };
    this.toldAt = this.deps.now();
    this.turns.soon();
    return LATER;
  }

  /** Nobody waits for the run that warms up; it does so all the same. */
  private abandon(why: string): void {
    const { warming } = this;
    if (!warming) return;
    this.warming = { ...warming, ticket: undefined };
    warming.ticket?.reject('E_ABORTED', `stopped: ${why}`);
  }

  /** Builds a run and warms it up, for one slice. */
  private warmUp(warming: Warming): void {
    const { config, ticket } = warming;
    const { knobs } = config;
    const from = this.deps.now();
    try {
      const sim = warming.sim ?? this.deps.prepareSimulation(knobs);
      this.warming = { ...warming, sim };
      // A single call may be a walk through all blocks.
      sim.warmUp(() => this.deps.now() - from >= SLICE_MS);
      if (sim.warming) {
        if (this.deps.now() - this.toldAt >= JOURNEY_MS) this.tell();
        this.turns.soon();
        return;
      }
      const timeline = new Timeline(config.edits, config.timelineBytes);
      this.run = { knobs, timeline, sim };
      this.warming = undefined;
      timeline.visit(sim);
    } catch (error) {
      // A run that cannot be built cannot be built by another worker either.
      this.warming = undefined;
      this.run = undefined;
      ticket?.reject('E_WORKER', messageOf(error));
      return;
    }
    if (ticket && config.startAt > 0) {
      this.travel({ to: 'ahead', op: config.startAt }, ticket);
      return;
    }
    this.stop();
    ticket?.resolve({ ...this.summary(), missed: false });
    this.turns.soon();
  }

  private play(speed: Calls['play'][0]['speed']): Summary {
    const { sim } = this.needRun();
    this.abortJourney('play');
    this.playing = sim.status === 'running' && !sim.awaitsHand;
    this.pace.start(speed);
    this.turns.soon();
    this.tell();
    return this.summary();
  }

  /** Begins a journey; its request is answered when the run is there. */
  private travel(destination: Destination, ticket: Ticket<Arrival>): typeof LATER {
    const run = this.needRun();
    this.abortJourney('superseded');
    this.playing = false;
    this.journey = new Journey(run, destination, ticket, this.deps.now());
    this.pace.measureFromHere();
    this.turns.soon();
    this.tell();
    return LATER;
  }

  /** Brings the run to the nearest keyframe before an operation, at once. */
  private leap(op: number): Summary {
    const { sim, timeline } = this.needRun();
    this.abortJourney('superseded');
    this.playing = false;
    if (op < sim.op || timeline.before(op).op > sim.op) timeline.rewind(sim, op);
    this.frames.want();
    this.tell();
    return this.summary();
  }

  /** Makes edits where the run stands. They begin another future, and may end the run. */
  private edit(edits: readonly Edit[]): void {
    const { sim, timeline } = this.needRun();
    const { awaitsHand } = sim;
    this.abortInquiry('another future');
    this.abortFilming('another future');
    timeline.edit(sim, edits);
    if (sim.status !== 'running') {
      if (this.playing) this.stop();
      else this.tell();
    } else if (sim.awaitsHand !== awaitsHand) this.tell();
    this.frames.want();
  }

  private abortJourney(why: string): void {
    const { journey } = this;
    if (!journey) return;
    this.journey = undefined;
    journey.ticket.reject('E_ABORTED', `stopped: ${why}`);
    this.frames.want();
    this.tell();
  }

  private abortInquiry(why: string): void {
    const { inquiry } = this;
    this.inquiry = undefined;
    inquiry?.ticket.reject('E_ABORTED', `stopped: ${why}`);
  }

  private abortFilming(why: string): void {
    const { filming } = this;
    this.filming = undefined;
    filming?.reject('E_ABORTED', `stopped: ${why}`);
  }

  /** Requests first, one a turn; then a slice of what is under way. */
  private turn(): void {
    if (this.requests.next(this.warming ? AT_ONCE : undefined)) {
      this.turns.soon();
      return;
    }
    if (this.warming) {
      this.warmUp(this.warming);
      return;
    }
    if (this.faulted || !this.run) return;
    try {
      if (this.journey) this.goOn(this.run, this.journey);
      else if (this.playing) this.playOn(this.run);
      if (this.inquiry) this.inquire(this.inquiry);
      if (this.filming && this.reel) this.film(this.reel, this.filming);
    } catch (error) {
      this.fault(error);
    }
  }

  /** A slice of a journey. */
  private goOn(run: LaneRun, journey: Journey): void {
    const { sim } = run;
    const { left } = journey;
    const met = journey.meets && sim.status === 'running' && !sim.awaitsHand && left > 0;
    // The others are behind, or have nobody to show them where they are: a grant wakes this lane.
    if (met && !this.mayGoOn(sim.op)) return;
    const most = met ? Math.min(left, this.meets.limit(sim.op) - sim.op) : left;
    const sliced = slice(run, most, journey.lookout, this.pace, () => this.deps.now());
    this.afterSlice(run);
    if (journey.after({ hit: sliced.hit, left: left - most + sliced.left })) {
      this.journey = undefined;
      // Told first: should this worker end now, the page knows where another one is to go on.
      this.stop();
      journey.ticket.resolve({ ...this.summary(), missed: journey.missed });
      return;
    }
    if (!journey.unseen && this.meets.isAlone) this.frames.tick();
    else if (!journey.meets && this.deps.now() - this.toldAt >= JOURNEY_MS) this.tell();
    this.turns.soon();
  }

  /** A slice of play. */
  private playOn(run: LaneRun): void {
    const { sim } = run;
    const now = this.deps.now();
    if (!this.mayGoOn(sim.op)) {
      // The others are behind; the next grant wakes this lane.
      this.pace.wait(now);
      return;
    }
    const allowed = Math.min(this.meets.limit(sim.op) - sim.op, this.pace.allowance(now));
    slice(run, allowed, undefined, this.pace, () => this.deps.now());
    this.afterSlice(run);
    if (sim.status !== 'running' || sim.awaitsHand) {
      this.stop();
      return;
    }
    // A lane that is to meet others is seen where they meet.
    if (this.meets.isAlone) this.frames.tick();
    // Slow play has nothing to do for a while: no need to spin.
    if (allowed > 0) this.turns.soon();
    else this.turns.later(IDLE_MS);
  }

  /** Whether the run may go on from where it stands. Where it meets others it is shown first. */
  private mayGoOn(op: number): boolean {
    const { meets, frames } = this;
    const waits = meets.limit(op) <= op;
    const meeting = waits || meets.has(op);
    if (meeting && frames.op !== op) frames.want();
    return !waits && (!meeting || frames.op === op);
  }

  private afterSlice({ sim }: LaneRun): void {
    this.pace.measure();
    const problems = this.audit ? sim.audit() : [];
    if (problems.length > 0) throw new Error(`audit at operation ${sim.op}: ${problems[0]}`);
  }

  /** Looks further into the past of a block, for one slice. */
  private inquire({ search, ticket }: Inquiry): void {
    const from = this.deps.now();
    do {
      const value = search.advance();
      if (value !== undefined) {
        this.inquiry = undefined;
        ticket.resolve(value);
        return;
      }
    } while (this.deps.now() - from < SLICE_MS);
    this.turns.soon();
  }

  /** Replays what the stage asked for, for one slice. */
  private film(reel: Reel, ticket: Ticket<Calls['stage'][1]>): void {
    const from = this.deps.now();
    do {
      const value = reel.advance();
      if (value !== undefined) {
        this.filming = undefined;
        ticket.resolve(value);
        return;
      }
    } while (this.deps.now() - from < SLICE_MS);
    this.turns.soon();
  }

  /** Stands still: one last frame, and the page is told. */
  private stop(): void {
    this.playing = false;
    this.frames.want();
    this.tell();
  }

  private scene(): ReturnType<ConstructorParameters<typeof FrameFeed>[0]['scene']> {
    const { run, generation } = this;
    if (!run) return undefined;
    const context = {
      generation,
      playing: this.playing || this.journey !== undefined,
      simOpsPerSecond: this.pace.measured,
      workedMs: this.pace.workedMs,
      horizon: run.timeline.horizon,
    };
    return { sim: run.sim, context };
  }

  private summary(): Summary {
    const { run, warming } = this;
    if (warming) return this.summaryOf(warming);
    assert(run !== undefined, 'a summary needs a run');
    const { sim, timeline } = run;
    return {
      generation: this.generation,
      op: sim.op,
      virtualNs: sim.virtualNs,
      status: sim.status,
      endedBy: sim.endedBy,
      oomSeen: sim.oomSeen,
      playing: this.playing || this.journey !== undefined,
      awaitsHand: sim.awaitsHand,
      horizon: timeline.horizon,
      journey: this.journey?.share(this.deps.now()),
    };
  }

  /** A run that warms up stands at its start; it moves if somebody wants it to. */
  private summaryOf({ ticket }: Warming): Summary {
    const playing = ticket !== undefined || this.requests.awaits(STOPPED);
    return {
      generation: this.generation,
      op: asOp(0),
      virtualNs: asNs(0),
      status: 'running',
      endedBy: 'notEnded',
      oomSeen: false,
      playing,
      awaitsHand: false,
      horizon: 0,
      journey: playing ? 'warming' : undefined,
    };
  }

  /** Tells the page how the run stands. */
  private tell(): void {
    this.toldAt = this.deps.now();
    if (this.run || this.warming) this.port.postMessage({ t: 'summary', summary: this.summary() });
  }

  /** A fault of ours: every request settles, the page restarts the worker. */
  private fault(error: unknown): void {
    this.faulted = true;
    this.playing = false;
    this.journey = undefined;
    this.inquiry = undefined;
    this.filming = undefined;
    this.warming = undefined;
    const message = messageOf(error);
    this.requests.rejectAll('E_WORKER', message);
    this.port.postMessage({ t: 'fault', code: 'E_WORKER', message });
  }
}

/** A run before its first operation. */
interface Warming {
  readonly config: LaneConfig;
  /** Settled when the run is where it was to be brought; undefined: nobody waits for it. */
  readonly ticket: Ticket<Arrival> | undefined;
  /** Undefined: it is not built yet. */
  readonly sim: Simulation | undefined;
}

interface Inquiry {
  readonly ticket: Ticket<Calls['provenance'][1]>;
  readonly search: ProvenanceSearch;
}
