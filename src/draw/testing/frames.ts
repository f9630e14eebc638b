import { type KnobValues, resolveKnobs } from '../../engine/knobs/index.ts';
import { createSimulation } from '../../engine/simulation.ts';
import type { Simulation } from '../../engine/types.ts';
import { type FrameView, viewFrame } from '../../worker/frame.ts';
import { writeFrame } from '../../worker/frame-writer.ts';

/** What a run looks like now. */
export const frameOf = (sim: Simulation): FrameView =>
  viewFrame(
    writeFrame(new ArrayBuffer(8), sim, { generation: 1, playing: false, simOpsPerSecond: 0 }),
  );

/** A frame of a real run, for tests of what draws and speaks. */
export function frameAt(ops: number, knobs: Partial<KnobValues> = {}): FrameView {
  const sim = createSimulation(resolveKnobs({ chunks: 64, threads: 2, ...knobs }), {
    eventCapacity: 1024,
  });
  sim.advance(ops);
  return frameOf(sim);
}

/** A drawing context that writes down what it is told. */
export function loggingContext(): { ctx: CanvasRenderingContext2D; log: string[] } {
  const log: string[] = [];
  const show = (value: unknown): string =>
    typeof value === 'number'
      ? String(Math.round(value * 10) / 10)
      : typeof value === 'string'
        ? value
        : typeof value;
  const target: Record<string, unknown> = {};
  const ctx = new Proxy(target, {
    get: (_, name) =>
      // Letters of the log are all 6 px wide.
      name === 'measureText'
        ? (text: string) => ({ width: 6 * text.length })
        : typeof name === 'string' && !(name in target)
          ? (...args: unknown[]) => {
              log.push(`${name}(${args.map(show).join(', ')})`);
            }
          : target[name as string],
    set: (_, name, value) => {
      target[name as string] = value;
      log.push(`${String(name)} = ${show(value)}`);
      return true;
    },
  });
  return { ctx: ctx as unknown as CanvasRenderingContext2D, log };
}
