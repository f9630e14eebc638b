import { compact } from '../../draw/format.ts';
import type { KnobValues } from '../../engine/knobs/index.ts';
import { C } from '../../engine/telemetry/counters.ts';
import type { FrameView } from '../../worker/frame.ts';

/** One of the layers that the documents name, where it sits on a request's way down. */
export interface Layer {
  readonly name: string;
  /** Whether it is simulated, is a way of counting costs, or is a name in the documents and no more. */
  readonly kind: 'simulated' | 'switched off' | 'label only';
  readonly what: string;
  /** What passed through it, where that is counted. */
  readonly counted: string;
}

const LABEL = 'label only';

/** HAKMEM's layers from a program's call down to the kernel (S-21), and what this lane counts of each. */
export function layersOf(
  { counters }: Pick<FrameView, 'counters'>,
  knobs: Readonly<KnobValues>,
): readonly Layer[] {
  const n = (name: keyof typeof C): string => compact(counters[C[name]]);
  const on = (is: boolean): Layer['kind'] => (is ? 'simulated' : 'switched off');
  const cached = knobs.tlsCacheSlots > 0 && (knobs.ownership !== 'central' || knobs.centralCaches);
  const pooled = knobs.sharedPool && knobs.ownership !== 'central';
  return [
    {
      name: 'LD_PRELOAD wrapper',
      kind: knobs.guessFree ? 'simulated' : LABEL,
      what: 'malloc and free of the program come here; free guesses whose a block is (D1)',
      counted: `${n('mallocs')} mallocs`,
    },
    {
      name: 'Thread cache',
      kind: on(cached),
      what: 'free blocks of each class in front of slabs (phase 2b)',
      counted: cached ? `${n('cacheHits')} hits, ${n('cacheFlushes')} flushes` : '',
    },
    {
      name: 'Tiny, SuperSlabs',
      kind: 'simulated',
      what: 'blocks up to 1,024 B, by class and owner',
      counted: `${n('refills')} refills`,
    },
    {
      name: 'Shared pool',
      kind: on(pooled),
      what: 'slabs as slots of all threads and classes (phase 12)',
      counted: pooled ? `${n('poolAsks')} asks, ${n('sharedFails')} failures` : '',
    },
    {
      name: 'BigCache',
      kind: LABEL,
      what: 'large blocks: an array of 256 × 8, later a hash table of 256 to 65,536 buckets with chains, FNV-1a (D1)',
      counted: '',
    },
    {
      name: 'L2.5',
      kind: LABEL,
      what: 'a pool of middle sizes, sharded; a design only (D1)',
      counted: '',
    },
    {
      name: 'ACE',
      kind: on(knobs.aceTrace),
      what: 'failures by cause: Threshold, Exhaustion, MapFail (D3)',
      counted: knobs.aceTrace
        ? `${n('aceThreshold')}, ${n('aceExhaustion')}, ${n('aceMapFail')}`
        : '',
    },
    {
      name: 'C library',
      kind: 'simulated',
      what: 'requests above the top class, and where malloc would return NULL',
      counted: `${n('otherMallocs')} requests, ${n('libcFallbacks')} fallbacks`,
    },
    {
      name: 'Page arena',
      kind: LABEL,
      what: 'address space taken ahead in large pieces; here each SuperSlab is mapped for itself',
      counted: '',
    },
    {
      name: 'Kernel',
      kind: 'simulated',
      what: 'map entries, pages, refusals',
      counted: `${n('mmapCalls')} mmap, ${n('munmapCalls')} munmap`,
    },
  ];
}
