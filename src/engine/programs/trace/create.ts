import type { CreateFor } from '../create.ts';
import { builtInPlan } from './built-in.ts';
import type { DEFS } from './def.ts';
import { isBuiltIn, planNamed } from './library.ts';
import { Replay } from './replay.ts';

export const CREATE: CreateFor<typeof DEFS> = {
  trace: ({ trace }) => {
    const plan = isBuiltIn(trace) ? builtInPlan(trace) : planNamed(trace);
    if (plan === undefined) throw new Error(`the calls of the trace ${trace} are not here`);
    return new Replay(plan);
  },
};
