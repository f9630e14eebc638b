import { afterEach } from 'vitest';
import { resolveKnobs } from '../../engine/knobs/index.ts';
import { type Config, LaneClient } from '../client.ts';
import { type FrameView, H } from '../frame.ts';
import type { Summary } from '../protocol.ts';
import { type ChannelOptions, ChannelWorker } from './channel.ts';

/** A small run: two chains that take turns quickly. */
export const KNOBS = resolveKnobs({ chunks: 64, threads: 2 });
export const config = (more: Partial<Config> = {}): Config => ({
  knobs: KNOBS,
  edits: [],
  startAt: 0,
  ...more,
});

const open: LaneClient[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.dispose();
});

interface Options extends ChannelOptions {
  readonly watchdogMs?: number;
  /** The page's clock, ms. */
  now?(): number;
}

/** A client and its workers, and all that it has told. It is closed after the test. */
export function lane({ watchdogMs, now, ...channel }: Options = {}) {
  const workers: ChannelWorker[] = [];
  const frames: { generation: number; op: number }[] = [];
  const summaries: Summary[] = [];
  const restarts: { op: number; reason: string; lasting: boolean }[] = [];
  let last: FrameView | undefined;
  const client = new LaneClient({
    spawn: () => {
      const worker = new ChannelWorker(channel);
      workers.push(worker);
      return worker;
    },
    onFrame: (frame) => {
      last = frame;
      frames.push({ generation: frame.header[H.generation], op: frame.header[H.op] });
    },
    onSummary: (summary) => summaries.push(summary),
    onRestart: (info) => restarts.push(info),
    ...(watchdogMs === undefined ? {} : { watchdogMs }),
    ...(now ? { now } : {}),
  });
  open.push(client);
  return { client, workers, frames, summaries, restarts, latest: () => last };
}
