import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { createSimulation } from '../simulation.ts';
import { perfettoTrace } from './perfetto.ts';

interface Entry {
  ph: string;
  pid: number;
  tid?: number;
  ts?: number;
  dur?: number;
  name: string;
  bind_id?: string;
  flow_in?: boolean;
  flow_out?: boolean;
}

/** The format's rules (traces.md): what a viewer would draw wrongly. */
function check(text: string): string[] {
  const problems: string[] = [];
  const { traceEvents } = JSON.parse(text) as { traceEvents: Entry[] };
  const names = new Map<number, number>();
  const tracks = new Map<number, Entry[]>();
  const starts = new Map<string, number>();
  const ends = new Map<string, number>();
  const began = new Map<string, number>();
  const came = new Map<string, number>();
  for (const entry of traceEvents) {
    if (entry.ph === 'M' && entry.name === 'thread_name') {
      const tid = entry.tid ?? 0;
      if (tid < 1) problems.push(`thread id ${tid}`);
      names.set(tid, (names.get(tid) ?? 0) + 1);
    }
    if (entry.ph === 'X') {
      if (!((entry.ts ?? -1) >= 0 && (entry.dur ?? -1) >= 0)) problems.push(`slice ${entry.name}`);
      const list = tracks.get(entry.tid ?? 0) ?? [];
      list.push(entry);
      tracks.set(entry.tid ?? 0, list);
      if (entry.bind_id !== undefined) {
        if (!/^0x[0-9a-f]+$/.test(entry.bind_id)) problems.push(`flow id ${entry.bind_id}`);
        if (entry.flow_out) starts.set(entry.bind_id, (starts.get(entry.bind_id) ?? 0) + 1);
        if (entry.flow_in) ends.set(entry.bind_id, (ends.get(entry.bind_id) ?? 0) + 1);
        (entry.flow_out ? began : came).set(entry.bind_id, entry.ts ?? 0);
      }
    } else if (entry.bind_id !== undefined) problems.push(`a flow on a ${entry.ph} event`);
  }
  for (const [tid, times] of names)
    if (times !== 1) problems.push(`track ${tid} named ${times} times`);
  for (const [tid, slices] of tracks) {
    if (!names.has(tid)) problems.push(`track ${tid} has no name`);
    const open: number[] = [];
    const sorted = [...slices].sort(
      (a, b) => (a.ts ?? 0) - (b.ts ?? 0) || (b.dur ?? 0) - (a.dur ?? 0),
    );
    for (const { ts = 0, dur = 0, name } of sorted) {
      while (open.length > 0 && (open.at(-1) ?? 0) <= ts) open.pop();
      const end = ts + dur;
      if (open.length > 0 && end > (open.at(-1) ?? 0) + 1e-6)
        problems.push(`${name} does not nest`);
      open.push(end);
    }
  }
  for (const id of new Set([...starts.keys(), ...ends.keys()])) {
    if (starts.get(id) !== 1 || ends.get(id) !== 1) problems.push(`flow ${id} is not a pair`);
    if ((came.get(id) ?? 0) < (began.get(id) ?? 0)) problems.push(`flow ${id} goes back in time`);
  }
  return problems;
}

describe('Chrome trace JSON', () => {
  it.each<[string, Partial<KnobValues>, number]>([
    ['tiny', { chunks: 64, orphanPolicy: 'adopt' }, 20_000],
    ['tiny by costs', { chunks: 64, timeBase: 'costs', orphanPolicy: 'adopt' }, 20_000],
    [
      'MF2 under the shared schedule',
      {
        model: 'mf2',
        workload: 'pair',
        route: 'cda',
        adoptOnWake: true,
        schedule: 'shared',
        minSize: 2048,
        maxSize: 32768,
      },
      6000,
    ],
    [
      'MF2',
      {
        model: 'mf2',
        workload: 'wakers',
        adoptOnWake: true,
        minSize: 2048,
        maxSize: 32768,
        timeBase: 'costs',
        mapMode: 'direct',
      },
      6000,
    ],
    [
      'MF2 with the document’s clock',
      { model: 'mf2', chunks: 64, minSize: 2048, maxSize: 32768, mapMode: 'direct' },
      6000,
    ],
  ])('keeps the rules of the format, %s', (name, knobs, ops) => {
    const sim = createSimulation(resolveKnobs(knobs), { eventCapacity: 1 << 14 });
    sim.advance(ops);
    const text = perfettoTrace(sim, name);
    expect(check(text)).toEqual([]);
    expect(text).toContain('"flow_out":true');
    expect(text).toContain('"ph":"C"');
    const { otherData, traceEvents } = JSON.parse(text);
    expect(otherData.events).toBe(sim.events.next);
    const adoptions = traceEvents.filter((entry: Entry) => entry.name === 'adoptions').at(-1);
    if (adoptions) expect(adoptions.args.value).toBeGreaterThan(0);
  });

  it('the checker can fail', () => {
    const bad = {
      traceEvents: [
        { ph: 'X', pid: 1, tid: 1, ts: 0, dur: 5, name: 'a', bind_id: '0x1', flow_out: true },
        { ph: 'X', pid: 1, tid: 1, ts: 3, dur: 5, name: 'b' },
      ],
    };
    expect(check(JSON.stringify(bad))).toEqual([
      'track 1 has no name',
      'b does not nest',
      'flow 0x1 is not a pair',
    ]);
  });
});
