import { modelDef } from '../engine/allocators/index.ts';
import { KNOB_IDS, type KnobDef, knobDef } from '../engine/knobs/index.ts';
import { KNOB_GROUPS } from '../engine/knobs/words.ts';
import { PRESETS } from '../engine/presets.ts';
import { derive } from '../engine/report.ts';
import { C } from '../engine/telemetry/counters.ts';
import type { Simulation } from '../engine/types.ts';

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

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

/** Presets and knobs, for --list. */
export function listing(): string {
  const presets = PRESETS.map(
    ({ id, scenario, title, variants }) =>
      `  ${id.padEnd(16)} ${scenario}  ${title}${variants.length > 1 ? ` (${variants.map(({ name }) => name).join('; ')})` : ''}`,
  );
  const knobs = KNOB_IDS.map((id) => {
    const def = knobDef(id);
    const range = rangeText(def);
    return `  ${id.padEnd(20)} ${String(def.default).padEnd(14)} ${range.trim().padEnd(40)} ${KNOB_GROUPS[def.group]}`;
  });
  return `Presets\n${presets.join('\n')}\n\nKnobs (default, range, group)\n${knobs.join('\n')}`;
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
  const derived = derive(
    counters,
    sim.op,
    sim.virtualNs,
    sim.endedBy === 'chainsEnded',
    sim.knobs.seconds,
  );
  const entries = sim.readEntries();
  const things = modelDef(sim.model).noun.many;
  const total = entries.superslabs + entries.stacks + entries.base + entries.other;
  const how = sim.awaitsHand ? 'waits for your hand' : `${sim.status} (${sim.endedBy})`;
  return [
    `${name}: ${how} after ${number(sim.op)} operations, ${(sim.virtualNs / 1e9).toFixed(3)} s modelled, ${wallMs.toFixed(0)} ms here`,
    `  ${things.padEnd(12)} ${number(counters[C.superslabsNow])} now, ${number(counters[C.superslabsPeak])} peak, ${number(counters[C.superslabsAllocated])} allocated, ${number(counters[C.superslabsFreed])} freed; ${derived.superslabsPerLife.toFixed(2)} per life`,
    `  lives        ${number(counters[C.threadLives])}; remote frees ${(100 * derived.remoteShare).toFixed(1)} %`,
    `  map entries  ${number(total)}: ${number(entries.superslabs)} of the allocator, ${number(entries.stacks)} stacks, ${number(entries.base)} base, ${number(entries.other)} other`,
    `  memory       ${number(sim.mappedBytes / 1024)} KiB mapped, ${number(sim.residentBytes / 1024)} KiB resident`,
    ...(sim.awaitsHand ? [`  next         ${handText(sim, left)}`] : []),
  ].join('\n');
}
