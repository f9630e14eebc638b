import { NS_PER_S } from '../base/units.ts';
import { count, percent } from '../draw/format.ts';
import { hasFeature, MODEL_IDS, modelDef } from '../engine/allocators/index.ts';
import type { ModelDef } from '../engine/allocators/model.ts';
import { MODEL_SHOWN } from '../engine/allocators/shown.ts';
import { KNOB_IDS, type KnobDef, knobDef } from '../engine/knobs/index.ts';
import { KNOB_GROUPS } from '../engine/knobs/words.ts';
import { PRESETS } from '../engine/presets.ts';
import { livesEnd, PROGRAM_IDS, programDef } from '../engine/programs/index.ts';
import { derive } from '../engine/report.ts';
import { C } from '../engine/telemetry/counters.ts';
import { refillLine } from '../engine/telemetry/refill-line.ts';
import type { Simulation } from '../engine/types.ts';
import { endedHow, endedOf, entryHolders, refusedOnTheWay } from './ended.ts';

function rangeText(def: KnobDef): string {
  switch (def.kind) {
    case 'number':
      return `${def.min} to ${def.max} ${def.unit}`;
    case 'bool':
      return 'on or off';
    case 'enum':
      return def.options.join(', ');
    case 'text':
      return `text of up to ${def.maxLength} characters`;
  }
}

/** Presets, allocators, programs and knobs, for --list. */
export function listing(): string {
  const presets = PRESETS.map(
    ({ id, scenario, title, variants }) =>
      `  ${id.padEnd(16)} ${scenario}  ${title}${variants.length > 1 ? ` (${variants.map(({ name }) => name).join('; ')})` : ''}`,
  );
  const models = MODEL_IDS.map((id) => `  ${id.padEnd(16)} ${modelDef(id).help}`);
  const programs = PROGRAM_IDS.map((id) => `  ${id.padEnd(16)} ${programDef(id).label}`);
  const knobs = KNOB_IDS.map((id) => {
    const def = knobDef(id);
    const range = rangeText(def);
    return `  ${id.padEnd(20)} ${String(def.default).padEnd(14)} ${range.trim().padEnd(40)} ${KNOB_GROUPS[def.group]}`;
  });
  return [
    `Presets\n${presets.join('\n')}`,
    `Allocators (--set model=ID)\n${models.join('\n')}`,
    `Programs (--workload ID)\n${programs.join('\n')}`,
    `Knobs (default, range, group)\n${knobs.join('\n')}`,
  ].join('\n\n');
}

/** “  lives        200; …”, the words under each other. */
export const line = (head: string, text: string): string => `  ${head.padEnd(12)} ${text}`;

/** Spans, in the model's own noun. */
function spansLine(sim: Simulation, counters: Float64Array): string {
  const def: ModelDef = modelDef(sim.model);
  const { reuses } = MODEL_SHOWN[sim.model];
  const perLife = derive(counters, sim.op, sim.virtualNs, false, 0).superslabsPerLife;
  const again = reuses.reduce((sum, name) => sum + counters[C[name]], 0);
  return line(
    def.noun.many,
    [
      `${count(counters[C.superslabsNow])} now, ${count(counters[C.superslabsPeak])} peak`,
      `${count(counters[C.superslabsAllocated])} made, ${count(counters[C.superslabsFreed])} given back`,
      ...(reuses.length > 0 ? [`${count(again)} taken again`] : []),
      ...(hasFeature(sim.model, 'adoption') ? [`${count(counters[C.adoptions])} adopted`] : []),
    ].join(', ') + (livesEnd(sim.knobs) ? `; ${perLife.toFixed(2)} per life` : ''),
  );
}

/** How a run that waits for the user's hand goes on. */
function handText(sim: Simulation, left: number): string {
  const how = `--act ${sim.op}:malloc:1.0:100 (or realloc, free): operation ${sim.op}, thread 1, slot p0, 100 B`;
  if (left === 0) return how;
  return `${left === 1 ? 'an edit' : `${left} edits`} beyond this operation cannot be reached; ${how}`;
}

/**
 * A few lines for people.
 * @param left edits that the run never came to, because it waits for the user's hand before them
 */
export function summaryText(name: string, sim: Simulation, wallMs: number, left = 0): string {
  const counters = sim.readCounters();
  const { remoteShare } = derive(counters, sim.op, sim.virtualNs, false, 0);
  const holders = entryHolders(sim);
  const entries = holders.reduce((sum, holder) => sum + holder.count, 0);
  const refused = refusedOnTheWay(sim);
  const { refill } = sim.autopsy();
  const remote = hasFeature(sim.model, 'owners') ? `; remote frees ${percent(remoteShare)}` : '';
  return [
    `${name}: ${endedHow(sim)} after ${count(sim.op)} operations, ${(sim.virtualNs / NS_PER_S).toFixed(3)} s modelled, ${wallMs.toFixed(0)} ms here`,
    ...(sim.awaitsHand ? [] : [line('ended by', endedOf(sim).text)]),
    ...(refused === undefined ? [] : [line('refused', refused)]),
    ...(refill === undefined ? [] : [line('refill', refillLine(refill))]),
    spansLine(sim, counters),
    line('lives', `${count(counters[C.threadLives])}${remote}`),
    line(
      'map entries',
      `${count(entries)}: ${holders.map((holder) => `${count(holder.count)} ${holder.name}`).join(', ')}`,
    ),
    line(
      'memory',
      `${count(sim.mappedBytes / 1024)} KiB mapped, ${count(sim.residentBytes / 1024)} KiB resident`,
    ),
    ...(sim.awaitsHand ? [line('next', handText(sim, left))] : []),
  ].join('\n');
}
