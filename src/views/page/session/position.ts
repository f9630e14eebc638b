import type { Lane } from '../../../live/lane.ts';
import { H } from '../../../worker/frame.ts';
import { reachOf } from '../../../worker/protocol.ts';
import type { Session } from './session.ts';

/**
 * Where a lane stands. Summaries come only when play starts or stops: while it plays, the newest frame of
 * the same run knows better.
 */
export function opOf({ hub }: Lane): number {
  const { summary, latest } = hub;
  if (!summary) return 0;
  const same = latest !== undefined && latest.header[H.generation] === summary.generation;
  return summary.playing && same ? Math.max(summary.op, latest.header[H.op]) : summary.op;
}

const runs = ({ hub }: Lane): boolean => hub.summary?.status === 'running';

/** Whether some lane plays. */
export const isPlaying = ({ lockstep }: Session): boolean =>
  lockstep.lanes.some(({ hub }) => hub.summary?.playing === true);

/** Where the run stands: at the furthest lane that still runs, or where the last one ended. */
export function now({ lockstep }: Session): number {
  const running = lockstep.lanes.filter(runs);
  return Math.max(0, ...(running.length > 0 ? running : lockstep.lanes).map(opOf));
}

/** The operation to ask for to stand here again. */
export function reach(session: Session): number {
  const { lanes } = session.lockstep;
  if (lanes.some(runs)) return now(session);
  return Math.max(0, ...lanes.map(({ hub }) => (hub.summary ? reachOf(hub.summary) : 0)));
}
