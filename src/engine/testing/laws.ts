import fc from 'fast-check';
import { DEEP } from '../../base/testing/fuzz.ts';
import type { CreateAllocator } from '../allocators/contract.ts';
import type { ModelId } from '../allocators/index.ts';
import { MODEL_SHOWN } from '../allocators/shown.ts';
import type { Intervention } from '../interventions.ts';
import {
  decidesOperations,
  defaultKnobs,
  isKnobId,
  KNOB_IDS,
  type KnobDef,
  type KnobId,
  type KnobValue,
  type KnobValues,
  knobDef,
  modelsOfKnob,
  programsOfKnob,
  whyInapplicable,
} from '../knobs/index.ts';
import type { Misfit } from '../programs/definition.ts';
import { hasProgramFeature, PROGRAM_IDS, type ProgramId, programDef } from '../programs/index.ts';
import { type Edit, isActEdit } from '../recipe.ts';
import { createSimulation } from '../simulation.ts';
import { C, COUNTERS, type CounterName } from '../telemetry/counters.ts';
import { runTo, seek, Timeline } from '../timeline.ts';
import type { Simulation } from '../types.ts';
import { actArb, callArb } from './acts.ts';
import type { ModelFault } from './fault.ts';
import type { KnobHint } from './hints.ts';

/**
 * What must hold of every model under every program, whatever its knobs. Settings, edits and values are
 * drawn from the table of knobs, so that a model, a program or a knob is under test as soon as it stands
 * in its list. A law throws an Error that says what was broken.
 */
const SMALL = { eventCapacity: 1024 };

// Settings from the table

/** Whether a knob can matter to a model that runs a program. */
const meets = (id: KnobId, model: ModelId, program: ProgramId): boolean =>
  id !== 'model' &&
  id !== 'workload' &&
  (modelsOfKnob(id)?.includes(model) ?? true) &&
  (programsOfKnob(id)?.includes(program) ?? true);

/** Knobs that can matter to a model that runs a program, inert ones left out. */
export const knobsOf = (model: ModelId, program: ProgramId): KnobId[] =>
  KNOB_IDS.filter((id) => meets(id, model, program) && knobDef(id).inert !== true);

/** Programs are small in a law: blocks of up to so many bytes, and few more of anything else than the least. */
const MOST_BYTES = 40_000;
const MOST_MORE = 24;

/** A whole number or, for others, any, of a range: small ones as likely as large ones. */
const spread = (least: number, most: number, integer: boolean): fc.Arbitrary<number> =>
  fc.double({ min: 0, max: 1, noNaN: true }).map((share) => {
    const value = (least + 1) * ((most + 1) / (least + 1)) ** share - 1;
    return integer ? Math.round(value) : value;
  });

/** Values that a knob of the table may have in a law. */
export function valueArb(id: KnobId): fc.Arbitrary<KnobValue> {
  const def = knobDef(id);
  switch (def.kind) {
    case 'bool':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...def.options);
    case 'number': {
      const { min, max, integer } = def;
      if (decidesOperations(id)) {
        const most = Math.min(max, def.unit === 'B' ? MOST_BYTES : min + MOST_MORE);
        // A program of all that it may set up is no small one: boundsArb has those, and bounds.test.ts.
        const bounds = fc.constantFrom(min, def.unit === 'B' ? max : most);
        return fc.oneof(
          { weight: 6, arbitrary: spread(min, most, integer) },
          { weight: 1, arbitrary: bounds },
        );
      }
      const most = Math.min(max, def.default * 4 + 10);
      return fc.oneof(
        { weight: 3, arbitrary: fc.constant(def.default) },
        { weight: 1, arbitrary: fc.constantFrom(min, most, max) },
        { weight: 1, arbitrary: spread(min, most, integer) },
      );
    }
    case 'text':
      return fc.constantFrom(def.default, ...def.examples);
  }
}

/** All knobs, those that cannot matter at their defaults; together they fit the program. */
export const settingsArb = (model: ModelId, workload: ProgramId): fc.Arbitrary<KnobValues> =>
  settingsOf(model, workload, valueArb);

function settingsOf(
  model: ModelId,
  workload: ProgramId,
  value: (id: KnobId) => fc.Arbitrary<KnobValue>,
): fc.Arbitrary<KnobValues> {
  const drawn = Object.fromEntries(knobsOf(model, workload).map((id) => [id, value(id)])) as Record<
    KnobId,
    fc.Arbitrary<KnobValue>
  >;
  return fc.record(drawn).map((values): KnobValues => {
    const knobs: KnobValues = Object.assign(defaultKnobs(), values, { model, workload });
    for (let misfit = fits(knobs); misfit !== undefined; misfit = fits(knobs)) {
      if (!isKnobId(misfit.knob)) throw new Error(`a misfit names no knob: ${misfit.message}`);
      Object.assign(knobs, { [misfit.knob]: knobDef(misfit.knob).default });
    }
    return shownShort(knobs);
  });
}
/** Upper bounds of counts that decide how much a program sets up, outside deep tests. */
const MOST_AT_BOUNDS = 120;

/** The lowest and the highest value that the table allows a knob, its default, and all that it chooses from. */
function boundArb(id: KnobId): fc.Arbitrary<KnobValue> {
  const def = knobDef(id);
  if (def.kind !== 'number') return valueArb(id);
  const many = decidesOperations(id) && def.unit !== 'B' && !DEEP;
  const most = many ? Math.min(def.max, Math.max(def.min, MOST_AT_BOUNDS)) : def.max;
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(Math.min(def.default, most)) },
    { weight: 1, arbitrary: fc.constant(def.min) },
    { weight: 1, arbitrary: fc.constant(most) },
  );
}

/** Settings of which every number is at one of its bounds or at its default: products of bounds. */
export const boundsArb = (model: ModelId, workload: ProgramId): fc.Arbitrary<KnobValues> =>
  settingsOf(model, workload, boundArb);

/** A counterexample shows what differs from the defaults. */
function shownShort(knobs: KnobValues): KnobValues {
  const differ = KNOB_IDS.filter((id) => knobs[id] !== knobDef(id).default);
  const text = JSON.stringify(Object.fromEntries(differ.map((id) => [id, knobs[id]])));
  return Object.defineProperty(knobs, fc.toStringMethod, { value: () => text });
}
const fits = (knobs: KnobValues): Misfit | undefined => programDef(knobs.workload).misfit?.(knobs);

/** Something that happens to a run: operations, a knob turned, a blow. */
export type Step =
  | { readonly ops: number }
  | { readonly knob: KnobId; readonly value: KnobValue }
  | { readonly act: Intervention };

const editArb = (
  model: ModelId,
  program: ProgramId,
): fc.Arbitrary<{ knob: KnobId; value: KnobValue }> =>
  fc.oneof(
    ...knobsOf(model, program)
      .filter((id) => knobDef(id).apply === 'live')
      .map((knob) => valueArb(knob).map((value) => ({ knob, value }))),
  );

/** Steps of a run; one that waits for calls by hand gets many, and few operations at a time. */
export const stepsArb = (model: ModelId, program: ProgramId): fc.Arbitrary<Step[]> =>
  hasProgramFeature(program, 'hand')
    ? fc.array(
        fc.oneof(
          { weight: 6, arbitrary: callArb.map((act) => ({ act })) },
          { weight: 4, arbitrary: fc.constantFrom(1, 1, 2, 9).map((ops) => ({ ops })) },
          { weight: 1, arbitrary: editArb(model, program) },
          { weight: 1, arbitrary: actArb.map((act) => ({ act })) },
        ),
        { minLength: 1, maxLength: 30 },
      )
    : fc.array(
        fc.oneof(
          { weight: 3, arbitrary: fc.integer({ min: 1, max: 120 }).map((ops) => ({ ops })) },
          { weight: 1, arbitrary: editArb(model, program) },
          { weight: 1, arbitrary: actArb.map((act) => ({ act })) },
        ),
        { minLength: 1, maxLength: 14 },
      );

// Running

export const start = (knobs: KnobValues, create?: CreateAllocator): Simulation =>
  createSimulation(knobs, create === undefined ? SMALL : { ...SMALL, create });

/** Does a step, its operations in slices of these lengths in turn. */
function apply(sim: Simulation, step: Step, slices: readonly number[] = []): void {
  if ('act' in step) sim.act(step.act);
  else if ('knob' in step) sim.setKnob(step.knob, step.value);
  else if (slices.length === 0) sim.advance(step.ops);
  else {
    for (let left = step.ops, i = 0; left > 0; i++) {
      const { ops } = sim.advance(Math.min(left, slices[i % slices.length]));
      if (ops === 0) break;
      left -= ops;
    }
  }
}

function same(what: string, is: string, ought: string): void {
  if (is !== ought) throw new Error(`${what}: ${is}, not ${ought}`);
}
/** Throws unless the audit is silent and the columns add up. */
export function sound(what: string, sim: Simulation): void {
  const problems = [...sim.audit(), ...lawOfColumns(sim)];
  if (problems.length > 0) throw new Error(`${what}: ${problems.join('; ')}`);
}

/** Counters that a column of the spans adds up to, in models that list them. */
const SUMMED = [
  ['liveBlocks', 'live'],
  ['activeBlocks', 'believed'],
  ['queuedBlocks', 'queued'],
] as const;

/** What the page shows of all spans together is what it shows of each. @returns what differs */
export function lawOfColumns(sim: Simulation): string[] {
  const counters = sim.readCounters();
  const { columns } = sim.readRows();
  const listed = MODEL_SHOWN[sim.model].counters;
  return SUMMED.filter(([counter]) => counter === 'liveBlocks' || listed.includes(counter)).flatMap(
    ([counter, column]) => {
      const sum = columns[column].subarray(0, sim.rows).reduce((all, blocks) => all + blocks, 0);
      const is = counters[C[counter]];
      return sum === is ? [] : [`${counter} is ${is}, and the column ${column} adds up to ${sum}`];
    },
  );
}

// The laws

/**
 * One run for four laws: the audit is silent after every step; however operations are sliced, the
 * digests are the same; a run restored to where it was, or another one restored to it, goes on to the
 * same digests.
 * @param cut step before which the snapshot is taken
 */
export function lawOfRuns(
  knobs: KnobValues,
  steps: readonly Step[],
  slices: readonly number[],
  cut: number,
): void {
  const run = start(knobs);
  const sliced = start(knobs);
  same('two runs at their start', sliced.digest(), run.digest());
  sound('at the start', run);
  const at = cut % (steps.length + 1);
  let saved = run.snapshot();
  const digests: string[] = [run.digest()];
  steps.forEach((step, i) => {
    if (i === at) saved = run.snapshot();
    apply(run, step);
    sound(`after step ${i}`, run);
    digests.push(run.digest());
    apply(sliced, step, slices);
    same(`sliced, after step ${i}`, sliced.digest(), digests[i + 1]);
  });
  // Nobody has looked at its map so far.
  sound('sliced, at the end', sliced);
  if (at === steps.length) saved = run.snapshot();
  const other = start(knobs);
  for (const again of [run, other]) {
    again.restore(saved);
    same('restored', again.digest(), digests[at]);
    sound('restored', again);
    for (let i = at; i < steps.length; i++) {
      apply(again, steps[i]);
      same(`restored, after step ${i}`, again.digest(), digests[i + 1]);
    }
    sound('restored, at the end', again);
  }
}

/**
 * Edits of a recipe from steps that are no operations, where they fall in a run. One that waits for calls by
 * hand does no more operations than it has calls.
 */
export function editsOf(knobs: KnobValues, steps: readonly Step[]): Edit[] {
  let op = 0;
  const edits: Edit[] = [];
  const run = start(knobs);
  for (const step of steps) {
    apply(run, step);
    if ('ops' in step) op = hasProgramFeature(knobs.workload, 'hand') ? run.op : op + step.ops;
    else if ('act' in step) edits.push({ op, lane: 0, ...step.act });
    else edits.push({ op, lane: 0, knob: step.knob, value: step.value });
  }
  return edits;
}

/** Operations between keyframes in a law, and in one of a run that has few operations. */
const KEPT = 64;
const KEPT_BY_HAND = 4;

/** Seeking to any operation, from any place, is the same as going there straight. */
export function lawOfSeeking(
  knobs: KnobValues,
  edits: readonly Edit[],
  targets: readonly number[],
): void {
  const few = hasProgramFeature(knobs.workload, 'hand');
  const timeline = new Timeline(edits, undefined, few ? KEPT_BY_HAND : KEPT);
  const run = start(knobs);
  timeline.visit(run);
  for (const target of targets) {
    // Beyond the last call there is nothing to come to.
    const op = few ? target % ((edits.at(-1)?.op ?? 0) + 4) : target;
    seek(run, timeline, op);
    const straight = start(knobs);
    runTo(straight, new Timeline(edits, undefined, 1 << 20), op);
    same(`sought to ${op}`, run.digest(), straight.digest());
  }
  sound('after seeking', run);
  if (edits.some((edit) => !isActEdit(edit) && edit.value === undefined))
    throw new Error('an edit has no value');
}

/** A knob that says why it has no effect has none. @returns whether it was said */
export function lawOfWhen(knobs: KnobValues, id: KnobId, value: KnobValue, ops: number): boolean {
  const why = whyInapplicable(id, knobs);
  const turned: KnobValues = Object.assign({ ...knobs }, { [id]: value });
  if (why === undefined || whyInapplicable(id, turned) === undefined) return false;
  const run = start(knobs);
  const other = start(turned);
  run.advance(ops);
  other.advance(ops);
  same(
    `${id} (“${why}”) at ${String(value)} instead of ${String(knobs[id])}`,
    other.digest(),
    run.digest(),
  );
  return true;
}

/** Digests of two runs that differ in one knob, with others turned halfway. */
function digestsOf(
  knobs: KnobValues,
  id: KnobId,
  value: KnobValue,
  ops: number,
  { turned = {}, acts = [] }: Pick<KnobHint, 'turned' | 'acts'> = {},
): [string, string] {
  const digestOf = (settings: KnobValues): string => {
    const run = start(settings);
    for (const act of acts) {
      run.act(act);
      run.advance(1);
    }
    run.advance(ops / 2);
    for (const knob of KNOB_IDS) {
      const now = turned[knob];
      if (now !== undefined) run.setKnob(knob, now);
    }
    run.advance(ops / 2);
    return run.digest();
  };
  return [digestOf(knobs), digestOf(Object.assign({ ...knobs }, { [id]: value }))];
}

/** An inert knob changes nothing, whatever its value. */
export function lawOfInert(knobs: KnobValues, id: KnobId, ops: number): void {
  for (const value of othersOf(knobDef(id), knobs[id])) {
    const [one, other] = digestsOf(knobs, id, value, ops);
    same(`${id}, which is marked as inert, at ${String(value)}`, other, one);
  }
}

/** Values of a knob that are far apart, the present one left out. */
export function othersOf(def: KnobDef, now: KnobValue): KnobValue[] {
  switch (def.kind) {
    case 'bool':
      return [!now];
    case 'enum':
      return def.options.filter((option) => option !== now);
    case 'number': {
      const step = def.integer ? Math.round : (value: number) => value;
      const middle = step(Math.sqrt((def.min + 1) * (def.max + 1)) - 1);
      const values = [def.min, middle, step(Number(now) * 1.5 + 1), def.max];
      return values.filter((value) => value !== now && value >= def.min && value <= def.max);
    }
    case 'text':
      return def.examples.filter((example) => example !== now);
  }
}

/** @returns what the audit says of a faulty model as soon as it says something, undefined: never */
export function noticed(
  model: ModelId,
  fault: ModelFault | undefined,
  knobs: Partial<KnobValues>,
): string | undefined {
  const settings: KnobValues = Object.assign(defaultKnobs(), knobs, { model });
  const run = start(settings, fault?.create);
  for (let i = 0; i < 500; i++) {
    const problems = run.audit();
    if (problems.length > 0) return problems[0];
    if (run.advance(i < 400 ? 1 : 50).ops === 0) break;
  }
  return run.audit()[0];
}

/** Counters of a run at its end, by name; those that follow from how turns are dealt left out. */
export function countsOf(knobs: KnobValues, ops: number): Map<CounterName, number> {
  const run = start(knobs);
  run.advance(ops);
  sound('at the end', run);
  const counters = run.readCounters();
  return new Map(COUNTERS.map((name, i) => [name, counters[i]]));
}

/** What each operation of each chain was: the slots that it allocated into and freed, by chain and number. */
export function operationsOf(knobs: KnobValues, ops: number): Map<string, string> {
  const run = start(knobs);
  const done = new Map<string, string>();
  for (let i = 0; i < ops && run.advance(1).ops === 1; i++) {
    const { chain, k, slot, freed } = run.lastOutcome();
    done.set(`${chain} ${k}`, `${slot} ${freed}`);
  }
  return done;
}

/** Settings under which most knobs show soon; each is tried with every program. */
const SHOWS: readonly Partial<KnobValues>[] = [
  {},
  { timeBase: 'costs' },
  { timeBase: 'costs', orphanPolicy: 'adopt', threadEnd: 'detach' },
];
const SMALLER: Partial<KnobValues> = { chunks: 100, window: 60, hold: 50, workingSet: 256 };

/**
 * Looks for settings under which another value of a knob gives another digest.
 * @param hints settings and values that are tried first
 * @returns where it was found, undefined: nowhere
 */
export function whereItMatters(
  model: ModelId,
  id: KnobId,
  hints: readonly KnobHint[],
): string | undefined {
  const programs = PROGRAM_IDS.filter((program) => meets(id, model, program));
  const settings = (...parts: Partial<KnobValues>[]): KnobValues =>
    Object.assign(defaultKnobs(), SMALLER, ...parts, { model });
  for (const { knobs, value, ops, ...done } of hints) {
    const all = settings(knobs);
    const [one, other] = digestsOf(all, id, value, ops ?? 20_000, done);
    if (one !== other) return `${all.workload}, as hinted`;
  }
  const tries: [KnobValues, readonly KnobValue[], number][] = [];
  for (const workload of programs)
    for (const shows of SHOWS) {
      const knobs = settings(shows, { workload });
      tries.push([knobs, othersOf(knobDef(id), knobs[id]), 4000]);
    }
  for (const workload of programs)
    for (const knobs of fc.sample(settingsArb(model, workload), { numRuns: 12, seed: 7 }))
      tries.push([knobs, othersOf(knobDef(id), knobs[id]), 1500]);
  let applies = false;
  for (const [knobs, values, ops] of tries) {
    if (whyInapplicable(id, knobs) !== undefined) continue;
    applies = true;
    for (const value of values) {
      const [one, other] = digestsOf(knobs, id, value, ops);
      if (one !== other) return `${knobs.workload}, ${String(knobs[id])} or ${String(value)}`;
    }
  }
  return applies ? undefined : 'nowhere, and it says why';
}
