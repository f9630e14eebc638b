import { describe, expect, it } from 'vitest';
import { statesResult } from './detect.ts';

describe('sentences that state results', () => {
  it.each([
    'Adoption without need makes 22,642 pages instead of 757.',
    'Adoption on need makes as few pages as owner priority wherever owners live.',
    'The policy we would ship needs fewest pages on every workload but the bare pair.',
    'Queueing again changes next to nothing on pending queues.',
    'Let living threads adopt the orphans and 28 serve the whole run, 28 SuperSlabs in all.',
    'The counter bug alone does not make memory grow.',
    'Reuse falls from 67.9 % to 15.2 %.',
    'What still grows under every orphan cure are the stacks.',
    'The longest chain is nine adoptions long.',
    'Simulated it is 2.4 times as fast.',
    'The run ends at 2.00 seconds.',
    'D2 blames adoption, and the engine contradicts it.',
    'It keeps six SuperSlabs for each life.',
    'The order is the native one: 1 : 0.85 : 4.5.',
    'The counters never reach zero.',
    'The size of a SuperSlab does not change their number.',
    'Owner priority alone strands everything.',
    'S1 is the worst of these routes.',
    'The engine gives 15.6 M ops/s.',
  ])('%s', (text) => {
    expect(statesResult({ text })).toBeDefined();
  });

  it('in a table of figures', () => {
    const table = [
      ['', 'allocated', 'freed'],
      ['adopt', '28 (28)', '0'],
    ];
    expect(statesResult({ text: '', table })).toBe('28 (28)');
  });
});

describe('sentences that do not', () => {
  it.each([
    'A SuperSlab is a mapping of 2 MiB for blocks of one size class, cut into slabs of 64 KiB.',
    'Each slab has an owner; only it drains the remote queue.',
    '{superslabs} SuperSlabs are mapped after {lives} lives.',
    'A thread swaps 1,024 blocks, starts a successor on the same slots and exits.',
    'Two threads sleep between bursts.',
    'With `--json` each variant is one line.',
    'The worker keeps keyframes: snapshots of the whole run.',
    'Run `npm run sim -- --set trimIntervalMs=100 --ops 3000000`.',
    'Frames never enter React or the store.',
    'Pages join the queue when their remote frees reach the threshold.',
    'Each thread reads the list of partly free pages.',
    'The wheel zooms the bar, as do + and −.',
  ])('%s', (text) => {
    expect(statesResult({ text })).toBeUndefined();
  });

  it('nor does a table of words', () => {
    const table = [
      ['file', 'subject'],
      ['vma.ts', 'kinds, protection, flags'],
      ['pages.ts', 'resident pages by regions of 2 MiB'],
    ];
    expect(statesResult({ text: '', table })).toBeUndefined();
  });
});
