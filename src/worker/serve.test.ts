import { afterEach, describe, expect, it } from 'vitest';
import { type Begin, type Calls, callOf, PROTOCOL_VERSION } from './protocol.ts';
import { ChannelWorker, until } from './testing/channel.ts';
import { KNOBS } from './testing/lane.ts';

let worker: ChannelWorker;
afterEach(() => worker.terminate());

/** What a new worker answers to a first message and a request after it. */
async function answerTo(first: Begin | undefined): Promise<ChannelWorker['got']> {
  worker = new ChannelWorker();
  if (first) worker.postMessage(first);
  worker.postMessage(callOf<Calls, 'audit'>(1, 'audit', undefined));
  await until(() => worker.got.length > 0);
  return worker.got;
}

describe('a worker', () => {
  it('of another protocol says so, whatever it is to be', async () => {
    for (const role of ['lane', 'job'] as const) {
      const [answer] = await answerTo({ t: 'begin', role, protocol: PROTOCOL_VERSION + 1 });
      expect(answer).toMatchObject({ t: 'fault', code: 'E_PROTOCOL' });
      worker.terminate();
    }
  });

  it('does nothing before it is told what it is to be', async () => {
    expect((await answerTo(undefined))[0]).toMatchObject({ t: 'fault', code: 'E_PROTOCOL' });
  });

  it('answers requests about a run only when it has one', async () => {
    const got = await answerTo({ t: 'begin', role: 'lane', protocol: PROTOCOL_VERSION });
    expect(got[0]).toMatchObject({ t: 'error', id: 1, code: 'E_ABORTED' });
  });

  it('spares what is cancelled before it is begun', async () => {
    worker = new ChannelWorker();
    worker.postMessage({ t: 'begin', role: 'lane', protocol: PROTOCOL_VERSION });
    const config = { generation: 1, knobs: KNOBS, edits: [], startAt: 0 };
    worker.postMessage(callOf<Calls, 'configure'>(1, 'configure', config));
    worker.postMessage(callOf<Calls, 'audit'>(2, 'audit', undefined));
    worker.postMessage(callOf<Calls, 'digest'>(3, 'digest', undefined));
    worker.postMessage({ t: 'cancel', id: 2 });
    await until(() => worker.got.some((message) => message.t === 'reply' && message.id === 3));
    const settled = worker.got.filter(({ t }) => t === 'reply' || t === 'error');
    expect(settled).toMatchObject([
      { t: 'error', id: 2, code: 'E_ABORTED' },
      { t: 'reply', id: 1 },
      { t: 'reply', id: 3 },
    ]);
    // What was settled already cannot be cancelled.
    worker.postMessage({ t: 'cancel', id: 3 });
    worker.postMessage({ t: 'ping', id: 4 });
    await until(() => worker.got.some(({ t }) => t === 'pong'));
    expect(worker.got.filter(({ t }) => t === 'reply' || t === 'error')).toHaveLength(3);
  });
});
