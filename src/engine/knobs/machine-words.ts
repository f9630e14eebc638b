import { costWords, type WordsFor } from './kinds.ts';
import type { MACHINE_KNOBS } from './machine.ts';

/** What the machine’s knobs are called and mean. */
export const MACHINE_WORDS: WordsFor<typeof MACHINE_KNOBS> = {
  maxMapCount: {
    label: 'Map entries',
    help: 'The kernel’s limit on mappings of one process. A mapping that would exceed it is refused.',
    see: 'Map entries: the limit line',
    kId: 'K-07',
    source: 'vm.max_map_count',
  },
  baseMaps: {
    label: 'Base mappings',
    help: 'Entries that the program, its libraries and its main stack hold before the first SuperSlab.',
    see: 'Map entries: base',
    source: '/proc/self/maps',
  },
  physLimitGiB: {
    label: 'Physical memory',
    help: 'When resident memory passes this the kernel kills the process.',
    see: 'Memory: resident line',
    kId: 'K-09',
  },
  memPressure: {
    label: 'Memory pressure',
    help: 'Share of physical memory that other programs take. When resident memory passes what is left, the kernel takes pages that were given up with MADV_FREE; when these are not enough, it kills.',
    see: 'Memory: resident line',
    kId: 'K-10',
  },
  thp: {
    label: 'Transparent huge pages',
    help: 'Modelled, not measured: the first touch of an aligned 2 MiB that is mapped as a whole and was never touched makes all of it resident at one fault. Always: in every mapping but stacks. Madvise: where the allocator asked for it. Pages are not joined into huge ones later.',
    see: 'Memory: resident line',
    source: '/sys/kernel/mm/transparent_hugepage/enabled',
    options: { never: 'Never', madvise: 'Where asked for', always: 'Always' },
  },
  threadEnd: {
    label: 'When a thread ends',
    help: 'Leak: neither joined nor detached, as Larson ships: its stack (two entries, 8 MiB) and thread table stay for ever. Detach and join put them into a 40 MiB cache for reuse.',
    see: 'Map entries: stacks',
    kId: 'K-08',
    source: 'pthread_create without join',
    options: { leak: 'Leak', detach: 'Detach', join: 'Join' },
  },
  onNull: {
    label: 'When malloc returns NULL',
    help: 'Larson asserts and the run ends. Or the C library serves the request instead (D1).',
    see: 'Verdict',
    kId: 'K-24',
    source: 'assert in larson.cpp; D1 fallback',
    options: { assert: 'Assert', libcFallback: 'C library' },
  },
  timeBase: {
    label: 'Clock',
    help: 'Document rate: an operation takes threads ÷ rate, everything else no time; the clock of the documents. Costs: every step is charged from the cost table.',
    see: 'Time axis, modelled operations per second',
    options: { documentRate: 'Document rate', costs: 'Costs' },
  },
  opRate: {
    label: 'Document rate',
    help: 'Operations per second of virtual time, all threads together.',
    see: 'Time axis',
    kId: 'K-55',
    source: 'D0: 4.19 M ops/s',
  },
  schedule: {
    label: 'Interleaving',
    help: 'Own: the thread with the smallest clock runs. Shared: the chain with the fewest operations runs and costs only accumulate.',
    see: 'Digest',
    options: { own: 'Own clocks', shared: 'Shared count' },
  },
  costMmap: costWords('mmap', 'Mapping a SuperSlab directly.'),
  costMmapTrim: costWords(
    'mmap and trim',
    'Mapping twice the size and trimming both ends. In a virtual machine 4,900 ns (docs/time.md).',
  ),
  costFault: costWords(
    'Page fault',
    'First touch of a 4 KiB page. In a virtual machine 1,700 ns (docs/time.md).',
  ),
  costFreshFrame: costWords(
    'Page fault, new frame',
    'More for a page fault when more memory is resident than ever before in the run. 0: the computer’s own memory, or a virtual machine that has used it before. In a virtual machine that has not, the host must first find the memory: 4,000 to 10,000 ns measured (docs/time.md).',
  ),
  costProgram: costWords(
    'The program itself',
    'What the program does per operation beside malloc and free. Larson’s two draws and two stores take 12 ns (docs/time.md).',
  ),
  costCopy: costWords(
    'Copying, per KiB',
    'What realloc takes to copy a block that it moves. 110 ns, 9 GB/s: measured for 64 KiB that are in no cache; 9 to 17 ns a KiB for blocks of 4 to 64 KiB that are in one (docs/time.md). The page faults of the new block are charged besides.',
  ),
  costThreadCreate: costWords('Thread, fresh stack', 'pthread_create that maps a stack.'),
  costThreadCached: costWords(
    'Thread, cached stack',
    'pthread_create that reuses a stack, and the end of that thread. In a virtual machine 20,700 ns (docs/time.md).',
  ),
  cores: {
    label: 'Cores',
    help: 'Threads that can run at the same time. More runnable threads than cores share them.',
    see: 'Modelled operations per second',
  },
};
