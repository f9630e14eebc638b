import { describe, expect, it } from 'vitest';
import { Reel, reelOf } from '../engine/reel.ts';
import { createSimulation } from '../engine/simulation.ts';
import { runTo, Timeline } from '../engine/timeline.ts';
import { config, KNOBS, lane } from './testing/lane.ts';

describe('what moved, asked of a lane', () => {
  it('is what a replay of its recipe says, wherever the run stands', async () => {
    const { client } = lane();
    await client.configure(config({ startAt: 200 }));
    const asked = { from: 150, to: 160, whole: true };
    const told = await client.call('stage', asked);
    const run = createSimulation(KNOBS);
    const timeline = new Timeline([]);
    runTo(run, timeline, 200);
    expect(told).toEqual(reelOf(new Reel(createSimulation(KNOBS), timeline), asked));
    // The run itself has not moved.
    expect(await client.call('digest', undefined)).toEqual({ op: 200, digest: run.digest() });
  });

  it('is of the future that is, and a question about the former one is given up', async () => {
    const { client } = lane();
    await client.configure(config({ startAt: 200 }));
    const first = client.call('stage', { from: 0, to: 256, whole: false });
    const second = client.call('stage', { from: 199, to: 200, whole: false });
    await expect(first).rejects.toMatchObject({ code: 'E_ABORTED' });
    const { seq, beats } = await second;
    await client.intervene({ act: 'kill', subject: 1, amount: 0 });
    await client.call('step', { by: 'op', ops: 1 });
    const after = await client.call('stage', { from: 200, to: 201, whole: true });
    expect(after.scene?.threads[1]).toMatchObject({ chain: 1, state: 'dead' });
    expect(after.seq).toBeGreaterThan(beats.at(-1)?.seq ?? seq);
  });
});
