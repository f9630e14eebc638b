import { OP } from '../program.ts';
import { TraceEvents, type TraceKind } from './events.ts';
import type { BuiltIn } from './library.ts';
import { planOf, type TracePlan } from './plan.ts';

/** Writes a trace call by call: threads begin with their first one. */
class Writer {
  readonly events = new TraceEvents();

  call(life: number, kind: TraceKind, slot: number, size = 0, align = 0): void {
    const { lives } = this.events;
    while (lives.length <= life)
      lives.push({ tid: lives.length + 1, first: -1, last: -1, ended: false });
    this.events.push(kind, life, slot, size, align, Number.NaN);
  }
  done(life: number): void {
    this.events.lives[life].ended = true;
  }
}

/** Twelve calls of two threads: one is created, frees what the other allocated, and ends. */
function demo(): TraceEvents {
  const to = new Writer();
  to.call(0, OP.malloc, 0, 48);
  to.call(0, OP.calloc, 1, 288);
  to.call(1, OP.free, 0);
  to.call(1, OP.malloc, 0, 200);
  to.call(1, OP.realloc, 0, 5000);
  to.call(1, OP.calloc, 2, 120);
  to.call(1, OP.free, 2);
  to.call(1, OP.memalign, 2, 100, 6);
  to.call(1, OP.free, 2);
  to.done(1);
  to.call(0, OP.free, 0);
  to.call(0, OP.malloc, 0, 77);
  return to.events;
}

const RUNNERS = 24;
const BATON = 16;

/** Threads one after the other: each frees what the one before it has allocated, and leaves as much to the next. */
function relay(): TraceEvents {
  const to = new Writer();
  to.call(0, OP.malloc, 2 * BATON, 4096);
  for (let runner = 1; runner <= RUNNERS; runner++) {
    const mine = (runner % 2) * BATON;
    const theirs = BATON - mine;
    for (let i = 0; i < BATON; i++) {
      if (runner > 1) to.call(runner, OP.free, theirs + i);
      to.call(runner, OP.malloc, mine + i, 24 + ((runner * 37 + i * 61) % 900));
    }
    to.call(0, OP.realloc, 2 * BATON, 4096 + runner * 100);
    if (runner < RUNNERS) to.done(runner);
  }
  return to.events;
}

const MADE: Readonly<Record<BuiltIn, () => TraceEvents>> = { demo, relay };

/** How a trace that is always there is run. */
export function builtInPlan(name: BuiltIn): TracePlan {
  const plan = planOf(MADE[name]());
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
}
