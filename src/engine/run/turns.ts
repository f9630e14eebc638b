import { assert } from '../../base/assert.ts';
import { NS_PER_S } from '../../base/units.ts';
import {
  REG_BUDGET,
  REG_CHAIN_OPS,
  REG_ENDED,
  REG_FRESH,
  REG_HORIZON,
  REG_OP,
  REG_STOP,
  REG_TIE,
  REG_UNTIL,
  REG_WAITED,
} from '../machine/registers.ts';
import { NO_STACK } from '../machine/threads.ts';
import { isControl, OP_HEAD, OP_WORDS } from '../programs/program.ts';
import type { Run } from './run.ts';
import { MOST_IDLE_TURNS, NONE } from './schedule.ts';
import { WAIT } from './streams.ts';

/**
 * The plain part of the run's turns where chains go by their clocks and each has a core. Where others may see
 * what a chain frees, a turn is a handful of operations, and what `Run.turn` looks at before and after each
 * took as long as they did; here it is looked at once. What is not plain ends the loop before it is
 * touched, as in rounds.ts, and `Run.turn` sees to it; the two may follow each other in any way.
 *
 * To be called only when a choice is due, no burst is under way and nobody is doomed.
 * @param end operation at which the call of the run is to stop
 */
export function playTurns(run: Run, end: number): void {
  const { threads, streams, schedule, history, regs, allocator, notes } = run;
  const { clock, running, joinStack, life } = threads;
  const { at, left, waiting, ops } = streams;
  const { nextTimerNs } = allocator;
  const { independent } = run.program;
  const { quantum, seconds } = run.settings;
  const stop = Math.min(seconds * NS_PER_S, nextTimerNs);
  const until = Math.min(stop, history.nextNs);
  const stopOp = Math.min(end, history.nextOp);
  let idle = 0;
  for (;;) {
    const chain = schedule.firstTwo();
    if (chain === NONE || clock[chain] >= until) break;
    if (running[chain] === 0 || joinStack[chain] !== NO_STACK) break;
    if (waiting[chain] !== WAIT.no || (left[chain] === 0 && !run.drawn(chain))) break;
    const from = at[chain];
    const count = left[chain];
    if (isControl(ops[from + OP_HEAD])) break;

    const before = clock[chain];
    const { operations } = run;
    const budget = Math.min(stopOp - operations, quantum);
    regs[REG_UNTIL] = stop;
    regs[REG_HORIZON] = schedule.secondClock;
    regs[REG_TIE] = chain < schedule.second ? 1 : 0;
    regs[REG_FRESH] = 1;
    regs[REG_OP] = operations;
    regs[REG_BUDGET] = budget;
    regs[REG_CHAIN_OPS] = threads.ops[chain];
    regs[REG_ENDED] = 0;
    regs[REG_WAITED] = 0;
    const done = allocator.run(chain, ops, from, count);
    const ended = regs[REG_ENDED] | 0;
    notes.note(allocator, chain, life[chain], ops, from + done * OP_WORDS, done);
    if (ended > 0) {
      threads.ops[chain] += ended;
      threads.done[chain] += ended;
      run.operations = operations + ended;
      schedule.began[chain] = clock[chain];
    }
    streams.used(chain, done);
    const cut = !independent || regs[REG_WAITED] > 0 || (done < count && ended < budget);
    run.turnChain = chain;
    run.turnLeft = cut ? 0 : quantum - ended;
    idle = done === 0 && clock[chain] === before ? idle + 1 : 0;
    assert(idle < MOST_IDLE_TURNS, 'a chain whose turn it is gets on');
    if (!independent && streams.hasNews()) run.tellWaiting(chain);
    if (run.operations === stopOp || run.turnLeft > 0 || regs[REG_STOP] !== 0) break;
  }
}
