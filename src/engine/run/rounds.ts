import { assert } from '../../base/assert.ts';
import { NS_PER_S } from '../../base/units.ts';
import { type SingleStep, STEP } from '../allocators/contract.ts';
import { REG_FRESH, REG_OP, REG_STOP } from '../machine/registers.ts';
import { NO_STACK } from '../machine/threads.ts';
import { isControl, OP_END, OP_HEAD } from '../programs/program.ts';
import type { Run } from './run.ts';
import { firstOfRound, MOST_IDLE_TURNS, NONE } from './schedule.ts';
import { WAIT } from './streams.ts';

/**
 * The shared schedule on an allocator of single steps. Every step is a turn there, because after it another
 * chain may be first. This loop is the plain part of the run's turns, without the registers that say how far
 * a chain may go. What is not plain (a control record, work in the background, a chain that must wait, time
 * that is up, a sample due by its time) ends it before it is touched, and `Run.turn` sees to it; so turns and
 * this loop may follow each other in any way and come to the same.
 *
 * To be called only when a choice is due, no burst is under way and nobody is doomed.
 * @param step the allocator's
 * @param end operation at which the call of the run is to stop
 */
export function playRounds(run: Run, step: SingleStep, end: number): void {
  const { threads, streams, schedule, history, regs, allocator, notes } = run;
  const { clock, running, joinStack, ops: threadOps } = threads;
  const { runnable, began } = schedule;
  const { at, left, waiting, ops } = streams;
  const { busy } = allocator;
  const { independent } = run.program;
  const { perOp } = run.costs;
  const { quantum, seconds } = run.settings;
  const until = Math.min(seconds * NS_PER_S, allocator.nextTimerNs, history.nextNs);
  const stopOp = Math.min(end, history.nextOp);
  let { turnChain, turnLeft } = run;
  regs[REG_OP] = run.operations;
  for (;;) {
    const chain = firstOfRound(runnable, threadOps, clock, began);
    if (chain === NONE || clock[chain] >= until) break;
    if (running[chain] === 0 || joinStack[chain] !== NO_STACK) break;
    if (left[chain] === 0) {
      if (waiting[chain] !== WAIT.no) break;
      if (!run.drawn(chain)) {
        schedule.stop(chain);
        turnChain = NONE;
        turnLeft = quantum;
        continue;
      }
    }
    const record = at[chain];
    const head = ops[record + OP_HEAD];
    if (busy[chain] === 0 && isControl(head)) break;

    turnChain = chain;
    turnLeft = 0;
    const { starts } = schedule;
    let before: number;
    let result: number;
    let idle = 0;
    // After a step that took no time the chain is first still, unless it woke somebody.
    do {
      before = clock[chain];
      result = step.call(allocator, chain, ops, record);
      assert(++idle < MOST_IDLE_TURNS, 'a chain whose turn it is gets on');
    } while (
      result === STEP.more &&
      clock[chain] === before &&
      schedule.starts === starts &&
      regs[REG_STOP] === 0
    );
    const done = result === STEP.done;
    const ended = done && (head & OP_END) !== 0;
    if (done) {
      if (!ended) notes.noteOne(chain, ops, record);
      else {
        notes.noteEnd(chain);
        clock[chain] += perOp;
        threadOps[chain]++;
        threads.done[chain]++;
        began[chain] = clock[chain];
        regs[REG_OP] = ++run.operations;
      }
      // A turn that ends with its batch or its budget leaves the rest of its quantum, which `turn` gives up.
      if (independent) {
        const last = run.operations === end;
        const sampled = run.operations === history.nextOp && regs[REG_STOP] !== 0;
        if (left[chain] === 1 || (ended && (last || sampled)))
          turnLeft = ended ? quantum - 1 : quantum;
      }
      streams.used(chain, 1);
      // Only what was carried out makes news.
      if (!independent && streams.hasNews()) run.tellWaiting(chain);
    }
    if (ended && run.operations === stopOp) break;
    if (turnLeft > 0 || regs[REG_STOP] !== 0) break;
  }
  regs[REG_FRESH] = 0;
  run.turnChain = turnChain;
  run.turnLeft = turnLeft;
}
