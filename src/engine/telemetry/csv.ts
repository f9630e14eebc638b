import type { Simulation } from '../types.ts';
import { SERIES, SERIES_COUNT } from './series.ts';

/** Kept events as CSV. */
export function eventsCsv(sim: Simulation): string {
  const lines = ['seq,kind,op,ns,life,subject,a,b,cause'];
  for (let seq = sim.events.first; seq < sim.events.next; seq++) {
    const event = sim.events.get(seq);
    if (event) {
      lines.push(
        [
          event.seq,
          event.kind,
          event.op,
          event.ns,
          event.life,
          event.subject,
          event.a,
          event.b,
          event.cause,
        ].join(','),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** History series as CSV. */
export function historyCsv(sim: Simulation): string {
  const lines: string[] = [SERIES.join(',')];
  for (let i = 0; i < sim.history.length; i++) {
    lines.push(sim.history.rows.subarray(i * SERIES_COUNT, (i + 1) * SERIES_COUNT).join(','));
  }
  return `${lines.join('\n')}\n`;
}
