import type { CreateAllocator } from '../allocators/contract.ts';
import type { KnobValues } from '../knobs/index.ts';

/** A model with one deliberate fault, which the audit must notice: allocators/<id>/testing/faults.ts. */
export interface ModelFault {
  readonly name: string;
  /** What goes wrong, and which question of the audit finds it. */
  readonly what: string;
  readonly create: CreateAllocator;
  /** Knobs under which it shows soon; the program among them. */
  readonly knobs: Partial<KnobValues>;
}

/** What a model's testing/faults.ts exports. */
export interface FaultsModule {
  readonly FAULTS: readonly ModelFault[];
}

/** True on every n-th call, so that a faulty heap lives for a while. */
export const every = (n: number): (() => boolean) => {
  let calls = 0;
  return () => ++calls % n === 0;
};
