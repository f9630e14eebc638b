import { costWords, type WordsFor } from '../../knobs/kinds.ts';
import type { TINY_KNOBS } from './knobs.ts';
import { LEAN_WORDS } from './lean-words.ts';
import { MIXED_WORDS } from './mixed-words.ts';
import { PHASE_WORDS } from './phase-words.ts';

/** What the knobs of the tiny allocator are called and mean. */
export const WORDS: WordsFor<typeof TINY_KNOBS> = {
  ownership: {
    label: 'Ownership',
    help: 'Owner: the thread that acquired a slab owns it. Central (option F): no owner, one free list for all. Hybrid (option G): owners, plus a periodic pass that drains every queue, corrects the counters and releases empties.',
    see: 'Remote queues, map',
    kId: 'K-18',
    source: 'options F, G',
    options: { owner: 'Owner', central: 'Central list', hybridG: 'Hybrid' },
  },
  ownReuse: {
    label: 'Older SuperSlabs of its own',
    help: 'Chunks: of each class a thread keeps a list of its own SuperSlabs with room and looks there before it takes a fresh slab; a block freed in a full one puts that back. Only the current one: what a thread has filled and left it never looks into again, however empty it becomes.',
    see: 'SuperSlabs now; map: set aside, never looked into again',
    source: 'phase 2a, chunk linking',
    options: { chunks: 'Chunks', current: 'Only the current one' },
  },
  decOnRemote: {
    label: 'Remote frees are counted',
    help: 'On: a remote free lowers the SuperSlab’s active counter (option A). Off: it does not, which is the bug of D0.',
    see: 'Map: inflated SuperSlabs',
    kId: 'K-04',
    source: 'option A, ss_active_dec_one',
  },
  drainOnRefill: {
    label: 'Owner drains on refill',
    help: 'On: a refill moves the owner’s remote queues onto its free lists before it looks further.',
    see: 'Remote queues',
    kId: 'K-17',
  },
  trimIntervalMs: {
    label: 'Trim interval',
    help: 'A background pass releases SuperSlabs whose counter is zero, that no thread allocates from, beyond the reserve. Needs “Trim SuperSlabs”.',
    see: 'SuperSlabs now: the height of the sawtooth; trim log',
    kId: 'K-01',
    source: 'HAKMEM_TINY_IDLE_TRIM_MS',
  },
  trimSS: {
    label: 'Trim SuperSlabs',
    help: 'Lets the trim pass give SuperSlabs back to the OS. Off: passes run and free nothing.',
    see: 'Trim log',
    kId: 'K-02',
    source: 'HAKMEM_TINY_TRIM_SS',
  },
  emptyReserve: {
    label: 'Empty reserve',
    help: 'Empty SuperSlabs that each size class keeps when trimmed; they are used again before a new one is mapped.',
    see: 'Trim log, SuperSlabs after a trim',
    kId: 'K-05',
    source: 'g_empty_reserve',
  },
  flushOnExit: {
    label: 'Flush at exit',
    help: 'One more trim pass when the run reaches its time limit.',
    see: 'SuperSlabs freed at the end',
    kId: 'K-06',
    source: 'g_flush_tiny_on_exit',
  },
  superslabCacheSlots: {
    label: 'SuperSlab cache',
    help: 'Slots in each of the two caches that keep released SuperSlabs mapped; only when both are full does one go to the OS.',
    see: 'Map: cached; unmap calls',
    kId: 'K-48',
    source: 'two SuperSlab caches (D4)',
  },
  hazardTls: {
    label: 'Hazard: trim sees only its own TLS',
    help: 'The trim pass asks the trimming thread’s cache instead of everybody’s, so it can unmap the SuperSlab a living thread allocates from.',
    see: 'Verdict: crash',
    source: 'g_tls_slabs read by the trimmer',
  },
  hazardDecOrder: {
    label: 'Hazard: decrement before the last touch',
    help: 'A remote free lowers the counter before its last touch of the SuperSlab, so a trim in between unmaps it under the freeing thread. Needs counted remote frees and trims.',
    see: 'Verdict: crash',
    source: 'order in ss_remote_push',
  },
  ...LEAN_WORDS,
  ...MIXED_WORDS,
  ...PHASE_WORDS,
  ssLg: {
    label: 'SuperSlab size, log2',
    help: '21 is 2 MiB. Slabs stay 64 KiB, so a SuperSlab holds 2^(lg − 16) of them.',
    see: 'Mapped bytes; the count does not change',
    kId: 'K-03',
    source: 'HAKMEM_TINY_SS_FORCE_LG',
  },
  classTable: {
    label: 'Size classes',
    help: 'Powers of two from 8 to 1,024 B, or the six classes 16, 32, 48, 64, 96 and 128 B. Larger requests go to another heap.',
    see: 'Map by class',
    kId: 'K-11',
    source: 'C0 to C7',
    options: { pow2: '8 to 1,024', six: 'Six' },
  },
  headerByte: {
    label: 'One-byte header',
    help: 'Each block carries one byte, so a request of 8 B needs 9.',
    see: 'Map by class: 8 B disappears',
    kId: 'K-12',
    source: 'HEADER_CLASSIDX',
  },
  dynamicExpand: {
    label: 'More than one SuperSlab',
    help: 'On: a thread whose SuperSlab is exhausted maps another (phase 2a). Off: malloc returns NULL.',
    see: 'NULL returns',
    kId: 'K-15',
    source: 'phase 2a',
  },
  hotClassSlabs: {
    label: 'Slabs in hot classes',
    help: 'Classes 1, 4 and 6 get SuperSlabs of twice the size (D1, option B).',
    see: 'Mapped bytes of those classes',
    kId: 'K-14',
    source: 'initial_slabs',
    options: { same: 'As others', double: 'Twice' },
  },
  prewarmPerClass: {
    label: 'Prewarmed SuperSlabs',
    help: 'Persistent SuperSlabs that each class maps at the start; trim never releases them. None in lean mode.',
    see: 'SuperSlabs at the start',
    kId: 'K-47',
    source: 'box_ss_hot_prewarm_all',
  },
  sharedPool: {
    label: 'Shared pool of slabs',
    help: 'On: slabs are slots of one pool, with a class and an owner each; a slot that its owner empties goes back. What the pool cannot serve the legacy backend does: SuperSlabs of one class and owner.',
    see: 'Pool stages, slots',
    source: 'phase 12, SP-SLOT',
  },
  sharedCapacity: {
    label: 'Capacity of the shared pool',
    help: 'Slots that the pool may have. When a SuperSlab more would not fit it is used in part, or the pool fails.',
    see: 'Fallbacks',
    kId: 'K-23',
    source: 'D3',
  },
  tlsCacheSlots: {
    label: 'Thread cache',
    help: 'Free blocks that a thread keeps of each class in front of its slabs: at most so many, at least 16.',
    see: 'Cache hits',
    kId: 'K-22',
    source: 'phase 2b',
  },
  centralCaches: {
    label: 'Caches before the central list',
    help: 'On: threads keep caches in front of the one list, too, and take its lock only to fill or to empty them: D3’s hybrid, the thread layer kept and what is behind it replaced, as far as a backend is simulated.',
    see: 'Lock waits; modelled operations per second',
    source: 'Hybrid architecture (D3)',
  },
  tlsCacheSizing: {
    label: 'Thread cache, sizing',
    help: 'Adaptive: 16 slots at first; every 512 calls they double if three quarters were full at some time, and halve if never more than a quarter. Fixed: all slots.',
    see: 'Cache slots',
    source: 'phase 2b',
    options: { adaptive: 'Adaptive', fixed: 'Fixed' },
  },
  costCacheHit: costWords(
    'Thread cache, hit',
    'A malloc or free that the thread’s cache serves: of the 8 ns otherwise 6 are the counter’s atomic.',
  ),
  costCentral: costWords(
    'Central list, hold',
    'Time the one list is held per malloc or free; threads wait for each other.',
  ),
  costDecrement: costWords(
    'Counter, decrement',
    'More for a remote free that is counted (option A): after the push on the queue one atomic decrement in the same SuperSlab’s header. Measured 0 to 7 ns more than the push alone, wherever the lines were last (scripts/native/shared-lines.c).',
  ),
  costContended: costWords(
    'Contended line',
    'More for an atomic on a cache line that another running thread writes, too, and has to fetch back: a remote free to an owner that lives, the central list when another thread had it last. A line from another core takes 23 ns within an EPYC’s L3, 47 to 51 ns on Xeons (nviennot/core-to-core-latency); in a virtual machine 0 to 62 ns more than one’s own (docs/time.md).',
  ),
  costLook: costWords(
    'Own SuperSlab, look',
    'Looking into one SuperSlab that the thread has set aside: heads and queues of its slabs. Measured 17 to 18 ns for 32 slabs that no other core has touched, 49 to 204 ns if one has (scripts/native/shared-lines.c).',
  ),
  costTrimVisit: costWords(
    'Trim, per SuperSlab',
    'Looking at one SuperSlab in a trim pass: its header is in no cache of the trimming thread. Measured 165 to 175 ns (scripts/native/toy-superslab.c).',
  ),
};
