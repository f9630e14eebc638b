import type { Preset } from '../presets.ts';
import { queueRow } from './queue.ts';
import { MF2_BASE } from './routes.ts';

/** Pages on living threads that nobody robs: it is the pending queue that loses them (queue.ts has the table). */
export const LEAKING_QUEUE: Preset = {
  id: 'leaking-queue',
  scenario: 'ours',
  title: 'The queue that leaks',
  question:
    'Two threads hand each other blocks, live for ever, and look into their own queues first. Still they make pages without end. What loses them?',
  claims: ['C-41', 'C-43'],
  knobs: {
    ...MF2_BASE,
    schedule: 'own',
    workload: 'pair',
    maxSize: 8192,
    window: 128,
    route: 'cda',
  },
  variants: [
    {
      name: 'As in D2',
      knobs: {},
      note: 'A stack: the page queued last is looked at first. One that its owner drains while allocating from it stays there. Four tries.',
    },
    {
      name: 'Queue again',
      knobs: queueRow('again').knobs,
      note: 'A page into which blocks came while it was drained joins the queue once more: no lost edges.',
    },
    {
      name: 'Leave when drained as active',
      knobs: queueRow('leave').knobs,
      note: 'What was drained lies in no queue any more, so every try finds blocks.',
    },
    {
      name: 'Oldest first',
      knobs: queueRow('oldest').knobs,
      note: 'Every page that waits comes to its turn.',
    },
    {
      name: 'Leave, and queue again',
      knobs: queueRow('leave-again').knobs,
    },
    { name: '1,024 tries', knobs: queueRow('tries').knobs },
    { name: '1,024 tries, queue again', knobs: queueRow('tries-again').knobs },
    { name: 'List of partly free pages', knobs: queueRow('list').knobs },
    {
      name: 'Nobody adopts',
      knobs: queueRow('alone').knobs,
      note: 'No page changes hands, and they are made all the same.',
      rests: ['O-25'],
    },
    { name: 'S2', knobs: queueRow('s2').knobs },
  ],
  lanes: [0, 1, 2, 3],
  story: [
    {
      title: 'Two threads, nobody else.',
      text: 'A and B free what the other allocated, so blocks come back to the pending queues of their owners. Each looks there first and takes from the other only when it finds nothing.',
      when: { kind: 'start' },
    },
    {
      title: 'Pages keep coming.',
      text: '{pages} pages by now, for {live} live blocks. {adoptions} adoptions; the variant in which nobody adopts makes about as many pages, or more.',
      when: { kind: 'op', op: 20_000 },
      rests: ['O-25'],
    },
    {
      title: 'Its own queue was not empty.',
      text: '{gate} pages were made although others waited in the thread’s own queue: its tries were used up. {empty} drains found no block, because a page drained as the active one stays in the queue; what was queued last lies on top, and what waits below is not reached.',
      when: { kind: 'counter', counter: 'newGate', atLeast: 50 },
    },
    {
      title: 'And some are forgotten.',
      text: '{lost} times blocks came in while a page was drained, and nobody queued it for them. A chain of causes may name an adoption ({starved} pages); that is what was nearest, not what would have changed the sum.',
      when: { kind: 'op', op: 100_000 },
    },
    {
      title: 'Which ingredient?',
      text: '{pages} pages after {ops} operations. Oldest first ends the growth alone; leaving the queue does once edges are queued again, too. Queueing again or the list, each alone, slow it down at best; so do 32 tries, unless all blocks are of one size.',
      when: { kind: 'ended' },
      rests: ['O-26'],
    },
  ],
  speed: 60_000,
  documentFigures: [],
};
