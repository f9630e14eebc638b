import { describe, expect, it } from 'vitest';
import { resolveKnobs } from '../engine/knobs/index.ts';
import { createSimulation } from '../engine/simulation.ts';
import { until } from './testing/channel.ts';
import { config, KNOBS, lane } from './testing/lane.ts';

describe('journeys', () => {
  it('steps to right after an event', async () => {
    const { client } = lane();
    await client.configure(config());
    const { op } = await client.call('step', { by: 'event', kinds: ['threadExit'] });
    // Both threads have reached the end of their first lives; what they share is touched in time order. One of
    // them exits after operation 128 is counted, which is after a run has stopped that was sent there.
    expect(op).toBe(129);
    const events = await client.call('events', { first: 0, last: 1e9, kinds: ['threadExit'] });
    expect(events).toHaveLength(1);
    expect(events[0].op).toBe(127);
    const chain = await client.call('causes', { seq: events[0].seq });
    expect(chain.at(-1)?.kind).toBe('threadExit');
    expect(chain[0].kind).toBe('threadStart');
  });

  it('steps to blows and turned knobs, in both directions', async () => {
    const { client } = lane();
    const stall = { op: 500, lane: 0, act: 'stall', subject: 1, amount: 10 } as const;
    const turn = { op: 700, lane: 0, knob: 'orphanPolicy', value: 'adopt' } as const;
    await client.configure(config({ edits: [stall, turn] }));
    const to = async (kind: 'intervened' | 'knobChanged'): Promise<number> =>
      (await client.call('step', { by: 'event', kinds: [kind] })).op;
    const back = async (kind: 'intervened' | 'knobChanged'): Promise<number> =>
      (await client.call('previousEvent', { kinds: [kind] })).op;
    expect(await to('intervened')).toBe(500);
    expect(await to('knobChanged')).toBe(700);
    await client.call('step', { by: 'op', ops: 300 });
    expect(await back('knobChanged')).toBe(700);
    expect(await back('intervened')).toBe(500);
  });

  it('goes back to the latest event, through as many stretches as it takes', async () => {
    const { client } = lane();
    const stall = { op: 500, lane: 0, act: 'stall', subject: 1, amount: 10 } as const;
    await client.configure(config({ edits: [stall], startAt: 40_000 }));
    await client.call('seek', { op: 38_000 });
    const stops: number[] = [];
    for (let op = 38_000; op < 40_000; ) {
      op = (await client.call('step', { by: 'event', kinds: ['threadExit'] })).op;
      stops.push(op);
    }
    await client.call('seek', { op: 40_000 });
    const passed = stops.filter((op) => op < 40_000);
    expect(passed.length).toBeGreaterThan(5);
    for (const op of passed.slice(-4).reverse())
      expect((await client.call('previousEvent', { kinds: ['threadExit'] })).op).toBe(op);
    await client.call('seek', { op: 40_000 });
    const back = await client.call('previousEvent', { kinds: ['intervened'] });
    expect(back).toMatchObject({ op: 500, missed: false });
    // Nothing before it: it stays.
    const none = await client.call('previousEvent', { kinds: ['intervened'] });
    expect(none).toMatchObject({ op: 500, missed: true });
  });

  it('to an event end where a link to that operation leads, and begin after it', async () => {
    for (const [model, workload, kinds] of [
      ['tiny', 'larson', ['threadStart', 'superslabOrphaned', 'remoteEdge', 'inflated']],
      ['mf2', 'pair', ['drained', 'pageAdopted', 'race']],
    ] as const) {
      const knobs = resolveKnobs({ model, workload, chunks: 16, threads: 3, baseMaps: 20 });
      const { client } = lane();
      await client.configure(config({ knobs }));
      for (const kind of kinds) {
        await client.call('seek', { op: 3000 });
        let before = 3000;
        for (let i = 0; i < 3; i++) {
          const { op } = await client.call('step', { by: 'event', kinds: [kind] });
          expect(op, kind).toBeGreaterThan(before);
          before = op;
          const sim = createSimulation(knobs);
          sim.advance(op);
          expect(await client.call('digest', undefined), kind).toEqual({
            op,
            digest: sim.digest(),
          });
        }
        const { op } = await client.call('previousEvent', { kinds: [kind] });
        expect(op, kind).toBeLessThan(before);
        expect((await client.call('step', { by: 'event', kinds: [kind] })).op, kind).toBe(before);
      }
    }
  });

  it('goes to any operation of a run that has ended, its start included', async () => {
    const { client, summaries } = lane();
    const small = resolveKnobs({ chunks: 64, threads: 2, maxMapCount: 200 });
    await client.configure(config({ knobs: small }));
    const { op } = await client.call('runTo', { op: 1e9 });
    expect((await client.call('seek', { op })).status).toBe('running');
    expect((await client.call('seek', { op: op + 1 })).status).toBe('oom');
    // What never happens moves nothing.
    await client.call('seek', { op: 500 });
    for (const kinds of [['crash'], ['trim']] as const) {
      const missed = { op: 500, missed: true, status: 'running' };
      expect(await client.call('previousEvent', { kinds })).toMatchObject(missed);
      expect(await client.call('step', { by: 'event', kinds })).toMatchObject(missed);
    }
    expect(await client.call('step', { by: 'event', kinds: ['runEnded'] })).toMatchObject({
      missed: false,
      status: 'oom',
    });
    expect(await client.call('previousEvent', { kinds: ['crash'] })).toMatchObject({
      missed: true,
      status: 'oom',
    });
    // A worker that is replaced comes back ended, too.
    await until(() => summaries.at(-1)?.status === 'oom');
    summaries.length = 0;
    client.restart('test');
    await until(() => summaries.at(-1)?.status === 'oom');
    const kill = { op: 0, lane: 0, act: 'kill', subject: 1, amount: 0 } as const;
    await client.configure(config({ knobs: resolveKnobs({ threads: 1 }), edits: [kill] }));
    expect((await client.call('seek', { op: 0 })).op).toBe(0);
    expect((await client.call('previousEvent', { kinds: ['crash'] })).op).toBe(0);
    expect((await client.call('seek', { op: 100, coarse: true })).op).toBe(0);
  });

  it('lets pause overtake a long run', async () => {
    const { client } = lane();
    await client.configure(config({ knobs: resolveKnobs({ succession: false, seconds: 3600 }) }));
    const long = client.call('runTo', { op: 1e9 });
    long.catch(() => undefined);
    const { op, playing } = await client.call('pause', undefined);
    expect(op).toBeLessThan(1e9);
    expect(playing).toBe(false);
    await expect(long).rejects.toMatchObject({ code: 'E_ABORTED' });
  });

  it('says how far a long journey is, and a pause ends it where it is', async () => {
    // Every look at the clock takes long, so that a slice does little.
    let now = 0;
    const { client, summaries } = lane({
      clock: {
        get now() {
          now += 5;
          return now;
        },
      },
    });
    await client.configure(config({ startAt: 60_000, timelineBytes: 1 }));
    summaries.length = 0;
    await client.call('seek', { op: 50_000 });
    const shares = summaries.flatMap(({ journey }) =>
      typeof journey === 'number' ? [journey] : [],
    );
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.every((share) => share > 0 && share < 1)).toBe(true);
    await until(() => summaries.at(-1)?.playing === false);
    expect(summaries.at(-1)).toMatchObject({ op: 50_000, journey: undefined });

    summaries.length = 0;
    const back = expect(client.call('previousEvent', { kinds: ['crash'] })).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
    await until(() => summaries.some(({ journey }) => journey !== undefined));
    const { op } = await client.call('pause', undefined);
    await back;
    expect(op).toBeGreaterThan(0);
    const sim = createSimulation(KNOBS);
    sim.advance(op);
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
  });
});
