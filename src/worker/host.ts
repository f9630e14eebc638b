import { assert, unreachable } from '../base/assert.ts';
import type { KnobValues } from '../engine/knobs/index.ts';
import { ProvenanceSearch } from '../engine/provenance.ts';
import type { Edit } from '../engine/recipe.ts';
import { Reel } from '../engine/reel.ts';
import { Timeline } from '../engine/timeline.ts';
import type { Simulation } from '../engine/types.ts';
import { FrameFeed } from './frames.ts';
import { type Destination, Journey } from './journey.ts';
import { Pace } from './pace.ts';
import {
  type Arrival,
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
  createSimulation(knobs: KnobValues, options?: { readonly alive: () => void }): Simulation;
}

/** Pause between looks at the clock while slow play waits for its next operation, ms. */
const IDLE_MS = 4;
/** While a run is built, the page hears this often that the worker is alive, and for so long at most, ms. */
const ALIVE_MS = 500;
const BUILD_MS = 60_000;
/** While a journey takes long, the page hears how far it is this often, ms. */
const JOURNEY_MS = 150;

/**
 * The lane's worker: owns one run, answers requests about it, moves it on in slices, either playing or on
 * a journey, and sends frames while it has credits. It must never block: everything long is done in slices.
 */
export class Host {
  private run: LaneRun | undefined;
  private generation = 0;
  private audit = false;
  private playing = false;
  private journey: Journey | undefined;
  /** A question answered by replaying elsewhere; the run goes on beside it. */
  private inquiry: Inquiry | undefined;
  /** The stage's, from its first question until another run begins, and the question under way. */
  private reel: Reel | undefined;
  private filming: Ticket<Calls['stage'][1]> | undefined;
  /** Play waits here for the other lanes. */
  private grant = Infinity;
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
        return;
      case 'grant':
        this.grant = message.op;
        if (this.playing) this.turns.soon();
        return;
      case 'ping':
        this.port.postMessage({ t: 'pong', id: message.id });
        return;
      case 'cancel':
        if (this.requests.cancel(message.id)) return;
        if (this.journey?.ticket.id === message.id) this.abortJourney('cancelled');
        if (this.inquiry?.ticket.id === message.id) this.abortInquiry('cancelled');
        if (this.filming?.id === message.id) this.abortFilming('cancelled');
        return;
      case 'call':
        this.requests.push(message);
        this.turns.soon();
        return;
      default:
        unreachable(message);
    }
  }

  /** One function a request; those about a run need one. */
  private answers(): Answers<Calls> {
    return {
      configure: (config, ticket) => this.configure(config, ticket),
      play: ({ speed }) => this.play(speed),
      pause: () => {
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
        const replica = this.build(knobs);
        const search = new ProvenanceSearch(sim, replica, timeline, subject);
        this.inquiry = { ticket, search };
        this.turns.soon();
        return LATER;
      },
      stage: (asked, ticket) => {
        const { timeline, knobs } = this.needRun();
        this.abortFilming('superseded');
        this.reel ??= new Reel(this.build(knobs), timeline);
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

  private configure(config: LaneConfig, ticket: Ticket<Arrival>): Summary | typeof LATER {
    this.abortJourney('configured anew');
    this.abortInquiry('configured anew');
    this.abortFilming('configured anew');
    this.reel = undefined;
    this.playing = false;
    this.faulted = false;
    this.grant = Infinity;
    this.generation = config.generation;
    this.audit = config.audit === true;
    this.pace.reset();
    const { knobs } = config;
    try {
      const timeline = new Timeline(config.edits, config.timelineBytes);
      this.run = { knobs, timeline, sim: this.build(knobs) };
      timeline.visit(this.run.sim);
    } catch (error) {
      // A run that cannot be built cannot be built by another worker either.
      throw new Refusal('E_WORKER', messageOf(error));
    }
    if (config.startAt > 0) return this.travel({ to: 'ahead', op: config.startAt }, ticket);
    this.frames.want();
    return this.summary();
  }

  /**
   * Builds a run. A warm-up of many blocks takes seconds, in which nothing can be answered: the page is told
   * that the worker is alive, for a while.
   */
  private build(knobs: KnobValues): Simulation {
    const from = this.deps.now();
    let told = from;
    const alive = (): void => {
      const now = this.deps.now();
      if (now - told < ALIVE_MS || now - from > BUILD_MS) return;
      told = now;
      this.port.postMessage({ t: 'pong', id: 0 });
    };
    return this.deps.createSimulation(knobs, { alive });
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
    if (!this.requests.idle) {
      this.requests.next();
      this.turns.soon();
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
    const sliced = slice(run, journey.left, journey.lookout, this.pace, () => this.deps.now());
    this.afterSlice(run);
    if (journey.after(sliced)) {
      this.journey = undefined;
      // Told first: should this worker end now, the page knows where another one is to go on.
      this.stop();
      journey.ticket.resolve({ ...this.summary(), missed: journey.missed });
      return;
    }
    if (!journey.unseen) this.frames.tick();
    else if (this.deps.now() - this.toldAt >= JOURNEY_MS) this.tell();
    this.turns.soon();
  }

  /** A slice of play. */
  private playOn(run: LaneRun): void {
    const { sim } = run;
    const now = this.deps.now();
    if (sim.op >= this.grant) {
      // The others are behind; the next grant wakes this lane.
      this.pace.wait(now);
      if (this.frames.op !== sim.op) this.frames.want();
      return;
    }
    const allowed = Math.min(this.grant - sim.op, this.pace.allowance(now));
    slice(run, allowed, undefined, this.pace, () => this.deps.now());
    this.afterSlice(run);
    if (sim.status !== 'running' || sim.awaitsHand) {
      this.stop();
      return;
    }
    if (sim.op >= this.grant) this.frames.want();
    // A lane that is to meet others is seen where they meet.
    else if (this.grant === Infinity) this.frames.tick();
    // Slow play has nothing to do for a while: no need to spin.
    if (allowed > 0) this.turns.soon();
    else this.turns.later(IDLE_MS);
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
      horizon: run.timeline.horizon,
    };
    return { sim: run.sim, context };
  }

  private summary(): Summary {
    const { run } = this;
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

  /** Tells the page how the run stands. */
  private tell(): void {
    this.toldAt = this.deps.now();
    if (this.run) this.port.postMessage({ t: 'summary', summary: this.summary() });
  }

  /** A fault of ours: every request settles, the page restarts the worker. */
  private fault(error: unknown): void {
    this.faulted = true;
    this.playing = false;
    this.journey = undefined;
    this.inquiry = undefined;
    this.filming = undefined;
    const message = messageOf(error);
    this.requests.rejectAll('E_WORKER', message);
    this.port.postMessage({ t: 'fault', code: 'E_WORKER', message });
  }
}

interface Inquiry {
  readonly ticket: Ticket<Calls['provenance'][1]>;
  readonly search: ProvenanceSearch;
}
