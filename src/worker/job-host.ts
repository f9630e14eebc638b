import { unreachable } from '../base/assert.ts';
import { DivergenceSearch } from '../engine/divergence.ts';
import { ReadingRun } from '../engine/readings.ts';
import { VerdictRun } from '../engine/verdict.ts';
import type { FromJob, JobName, Jobs, ToJob } from './jobs.ts';
import { type Port, SLICE_MS } from './protocol.ts';
import { type Answers, LATER, messageOf, Requests, type Ticket } from './requests.ts';
import { type Surroundings, Turns } from './turns.ts';

/** The page hears how far a job is at most this often, ms. */
const PROGRESS_MS = 150;

/** Something long, done in bites of a few milliseconds. */
interface Search<Answer> {
  /** How much is done, 0 to 1. */
  readonly share: number;
  /** Does a bite. @returns the answer once it is known; undefined: there is more to do */
  advance(): { readonly answer: Answer } | undefined;
}

/** How each job is done. */
const SEARCHES: { readonly [Name in JobName]: (ask: Jobs[Name][0]) => Search<Jobs[Name][1]> } = {
  divergence: ({ a, b, maxOps }) => new DivergenceSearch(a, b, maxOps),
  verdict: ({ knobs, maxOps }) => new VerdictRun(knobs, maxOps),
  readings: ({ knobs, at }) => new ReadingRun(knobs, at),
};

/** A job under way, whatever its answer. */
interface Work {
  readonly id: number;
  readonly share: number;
  /** Does a bite. @returns true when the job is done and its request settled */
  advance(): boolean;
  reject: Ticket<never>['reject'];
}

function workOf<Answer>(search: Search<Answer>, ticket: Ticket<Answer>): Work {
  return {
    id: ticket.id,
    get share() {
      return search.share;
    },
    advance: () => {
      const known = search.advance();
      if (known) ticket.resolve(known.answer);
      return known !== undefined;
    },
    reject: (code, message) => ticket.reject(code, message),
  };
}

/**
 * The pool's worker: does one job after the other, in slices, so that a cancel or a ping is heard. A job
 * that throws fails with E_WORKER; it would throw in any other worker too, and this one is none the worse.
 */
export class JobHost {
  private work: Work | undefined;
  private toldAt = 0;
  private readonly requests: Requests<Jobs>;
  private readonly turns: Turns;

  constructor(
    private readonly port: Port<ToJob, FromJob>,
    private readonly deps: Surroundings,
  ) {
    this.requests = new Requests<Jobs>(
      (message) => port.postMessage(message),
      this.answers(),
      () => undefined,
    );
    this.turns = new Turns(
      (turn, delayMs) => deps.schedule(turn, delayMs),
      () => this.turn(),
    );
    port.onmessage = (event) => this.receive(event.data);
  }

  private receive(message: ToJob): void {
    switch (message.t) {
      case 'call':
        this.requests.push(message);
        this.turns.soon();
        return;
      case 'cancel':
        if (this.requests.cancel(message.id) || this.work?.id !== message.id) return;
        this.work.reject('E_ABORTED', 'stopped: cancelled');
        this.work = undefined;
        this.turns.soon();
        return;
      case 'ping':
        this.port.postMessage({ t: 'pong', id: message.id });
        return;
      default:
        unreachable(message);
    }
  }

  private answers(): Answers<Jobs> {
    return {
      divergence: (ask, ticket) => this.begin(workOf(SEARCHES.divergence(ask), ticket)),
      verdict: (ask, ticket) => this.begin(workOf(SEARCHES.verdict(ask), ticket)),
      readings: (ask, ticket) => this.begin(workOf(SEARCHES.readings(ask), ticket)),
    };
  }

  private begin(work: Work): typeof LATER {
    this.work = work;
    this.toldAt = this.deps.now();
    return LATER;
  }

  private turn(): void {
    if (!this.work) {
      if (this.requests.idle) return;
      this.requests.next();
    } else this.goOn(this.work);
    this.turns.soon();
  }

  private goOn(work: Work): void {
    const from = this.deps.now();
    let done = false;
    try {
      do done = work.advance();
      while (!done && this.deps.now() - from < SLICE_MS);
    } catch (error) {
      work.reject('E_WORKER', messageOf(error));
      done = true;
    }
    if (done) this.work = undefined;
    else if (this.deps.now() - this.toldAt >= PROGRESS_MS) {
      this.toldAt = this.deps.now();
      this.port.postMessage({ t: 'progress', id: work.id, share: work.share });
    }
  }
}
