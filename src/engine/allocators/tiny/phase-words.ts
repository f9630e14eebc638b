import { costWords, type WordsFor } from '../../knobs/kinds.ts';
import type { PHASE_KNOBS } from './phase-knobs.ts';

/** What the switches of the documents' phases are called and mean. */
export const PHASE_WORDS: WordsFor<typeof PHASE_KNOBS> = {
  superslabOn: {
    label: 'SuperSlabs',
    help: 'Off: the legacy route, each slab of 64 KiB is a mapping of its own with its own header.',
    see: 'Map entries, mapped bytes',
    kId: 'K-19',
    source: 'HAKMEM_TINY_USE_SUPERSLAB',
  },
  lookup: {
    label: 'Finding a block’s SuperSlab',
    help: 'What free reads to know whose a block is. Mask: the header that the pointer’s upper bits name, one cache line. Region-ID: the one-byte header before the block, no line more (needs that byte; without it as mask). Hash: a table with chains, a line a link, and the header. Registry: an array searched from its start, eight addresses a line, and the header.',
    see: 'Lookups, lines read; modelled operations per second',
    source: 'phase 7, HEADER_CLASSIDX; phase 9, hash table',
    options: { mask: 'Mask', header: 'Region-ID', hash: 'Hash table', registry: 'Registry' },
  },
  inlinePath: {
    label: 'Inlined fast path',
    help: 'A malloc and a free take a call less.',
    see: 'Modelled operations per second',
    source: 'AGGRESSIVE_INLINE',
  },
  prewarmTls: {
    label: 'Prewarmed threads',
    help: 'With its first allocation a thread takes a slab of every class, not of that one alone, and fills its caches, if it has any.',
    see: 'SuperSlabs per life',
    source: 'PREWARM_TLS',
  },
  aceTrace: {
    label: 'Trace failures by cause',
    help: 'Each allocation that a layer could not serve is an event with its cause: Threshold, no class is large enough; Exhaustion, the pool, or the one SuperSlab, has nothing left; MapFail, the OS refused a mapping. What each means here is our reading of the three names.',
    see: 'Events; ACE counters',
    source: 'ACE tracing (D3’s commit)',
  },
  costLookup: costWords(
    'Lookup, per cache line',
    'Each line that finding a SuperSlab reads; the one that a mask needs is in a free’s price already. Measured 3 ns among 60 SuperSlabs, 7 among 1,000 (scripts/native/fast-path.c, docs/time.md).',
  ),
  costCall: costWords(
    'Call',
    'What a function’s call adds to a push or pop of a list. Measured 1.0 ns (scripts/native/fast-path.c, docs/time.md).',
  ),
};
