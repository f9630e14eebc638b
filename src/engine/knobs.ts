/**
 * The one table of knobs: panel, recipe, URL, command line and engine all read it.
 * Ids are those of the evidence contract and of definitions.md; the range here is the range
 * everywhere. A knob that only exists because a document names it, and that has no effect on the
 * model, is marked `inert` (a test proves that the digest does not change).
 */
export type KnobGroup =
  | 'workload'
  | 'shape'
  | 'frees'
  | 'orphans'
  | 'adoption'
  | 'release'
  | 'limits'
  | 'threads'
  | 'time'
  | 'costs'
  | 'inert';

/** Group headings in the order of the panel. */
export const KNOB_GROUPS: Readonly<Record<KnobGroup, string>> = {
  workload: 'Workload',
  orphans: 'When an owner dies',
  adoption: 'Pending queues and adoption',
  frees: 'Frees and reuse',
  release: 'Release to the OS',
  limits: 'Limits',
  threads: 'Threads',
  shape: 'Memory shape',
  time: 'Clock and schedule',
  costs: 'Costs',
  inert: 'Named by the documents, without effect',
};

interface KnobBase {
  readonly label: string;
  /** What it should do, in one or two sentences. */
  readonly help: string;
  /** Which view shows the effect. */
  readonly see: string;
  readonly group: KnobGroup;
  /** Id in the evidence contract, where one exists. */
  readonly kId?: string;
  /** Environment variable, constant or argument of the source. */
  readonly source?: string;
  /** `live`: a change applies at the current operation. `restart`: the run starts again. */
  readonly apply: 'live' | 'restart';
  /** Short key for links. */
  readonly url: string;
  readonly inert?: boolean;
  /** The only model it belongs to; undefined: both. */
  readonly model?: 'tiny' | 'mf2';
}

export interface NumberKnob extends KnobBase {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly integer: boolean;
  readonly unit: string;
  readonly scale: 'linear' | 'log';
  /** What the value 0 says on screen, e.g. "off". */
  readonly zero?: string;
  /** Values between 0 (allowed as off) and this are out of range. */
  readonly minAboveZero?: number;
}

export interface BoolKnob extends KnobBase {
  readonly kind: 'bool';
  readonly default: boolean;
}

export interface EnumKnob<Option extends string = string> extends KnobBase {
  readonly kind: 'enum';
  readonly default: Option;
  readonly options: readonly Option[];
  readonly optionLabels: Readonly<Record<Option, string>>;
}

export type KnobDef = NumberKnob | BoolKnob | EnumKnob;

type NumberSpec = Omit<NumberKnob, 'kind' | 'integer' | 'step' | 'scale'> &
  Partial<Pick<NumberKnob, 'step' | 'scale'>>;

const int = (spec: NumberSpec): NumberKnob => ({
  kind: 'number',
  integer: true,
  step: 1,
  scale: 'linear',
  ...spec,
});
const real = (spec: NumberSpec): NumberKnob => ({
  kind: 'number',
  integer: false,
  step: 0.1,
  scale: 'linear',
  ...spec,
});
const bool = (spec: Omit<BoolKnob, 'kind'>): BoolKnob => ({ kind: 'bool', ...spec });
// The labels alone say which options there are: inferring from `default` too would narrow to it.
const choice = <Option extends string>(
  spec: Omit<EnumKnob<Option>, 'kind' | 'options' | 'default'> & {
    readonly default: NoInfer<Option>;
  },
): EnumKnob<Option> => ({
  kind: 'enum',
  options: Object.keys(spec.optionLabels) as Option[],
  ...spec,
});

/** A cost in nanoseconds; all costs are charged only when `timeBase` is `costs`. */
const cost = (url: string, label: string, ns: number, max: number, help: string): NumberKnob =>
  real({
    label,
    help,
    see: 'Modelled operations per second',
    group: 'costs',
    kId: 'K-56',
    source: 'cost table',
    apply: 'live',
    url,
    default: ns,
    min: 0,
    max,
    step: 1,
    unit: 'ns',
  });

const TABLE = {
  model: choice({
    label: 'Allocator',
    help: 'Tiny: SuperSlabs of small blocks, 8 to 1,024 B. Mid: MF2, 64 KiB pages of blocks of 2 to 32 KiB, with pending queues and adoption.',
    see: 'Everything',
    group: 'workload',
    apply: 'restart',
    url: 'm',
    default: 'tiny',
    optionLabels: { tiny: 'Tiny', mf2: 'Mid (MF2)' },
  }),
  workload: choice({
    label: 'Workload',
    help: 'Larson as shipped: a life does rounds × chunks swaps, starts a successor on the same slots and exits. As described in D0: threads live for ever on slots they warmed themselves. Pair: two threads hand every block to the other, which frees it. Wakers: the pair, and others that wake, allocate a burst and sleep again.',
    see: 'Map, map entries',
    group: 'workload',
    kId: 'K-54',
    apply: 'restart',
    url: 'w',
    default: 'larson',
    optionLabels: {
      larson: 'Larson, real',
      'larson-immortal': 'Larson, as described',
      pair: 'Pair exchange',
      wakers: 'Pair and wakers',
    },
  }),
  threads: int({
    label: 'Threads',
    help: 'Chains of lives running at the same time.',
    see: 'Remote queues, map',
    group: 'workload',
    kId: 'K-49',
    source: 'larson argument 7',
    apply: 'restart',
    url: 't',
    default: 4,
    min: 1,
    max: 64,
    unit: '',
  }),
  chunks: int({
    label: 'Chunks per thread',
    help: 'Slots, that is live blocks, of each chain. A life does rounds × chunks swaps.',
    see: 'Map entries: shorter lives hit the limit after fewer operations',
    group: 'workload',
    kId: 'K-50',
    source: 'larson argument 4',
    apply: 'restart',
    url: 'n',
    default: 1024,
    min: 1,
    max: 10000,
    scale: 'log',
    unit: '',
  }),
  rounds: int({
    label: 'Rounds per life',
    help: 'A life ends after rounds × chunks swaps. More rounds, fewer deaths, fewer remote frees.',
    see: 'Remote share, lives',
    group: 'workload',
    kId: 'K-51',
    source: 'larson argument 5',
    apply: 'restart',
    url: 'r',
    default: 1,
    min: 1,
    max: 1000,
    scale: 'log',
    unit: '',
  }),
  succession: bool({
    label: 'Lives end and are succeeded',
    help: 'Off: a thread goes on for ever instead of starting a successor and exiting.',
    see: 'Map stays flat without it',
    group: 'workload',
    kId: 'K-51',
    apply: 'restart',
    url: 'su',
    default: true,
  }),
  minSize: int({
    label: 'Smallest request',
    help: 'Requests are uniform from here up to, not including, the largest. A minimum above the maximum is legal in C and gives sizes from the minimum up.',
    see: 'Map by class',
    group: 'workload',
    kId: 'K-52',
    source: 'larson argument 2',
    apply: 'restart',
    url: 'mn',
    default: 8,
    min: 1,
    max: 65536,
    scale: 'log',
    unit: 'B',
  }),
  maxSize: int({
    label: 'Largest request, exclusive',
    help: 'Requests are below this size. Equal to the smallest: every request has that size.',
    see: 'Map by class',
    group: 'workload',
    kId: 'K-52',
    source: 'larson argument 3',
    apply: 'restart',
    url: 'mx',
    default: 128,
    min: 1,
    max: 65536,
    scale: 'log',
    unit: 'B',
  }),
  seconds: real({
    label: 'Duration',
    help: 'The run ends when the virtual clock of every thread has passed this.',
    see: 'Verdict',
    group: 'workload',
    kId: 'K-53',
    source: 'larson argument 1',
    apply: 'live',
    url: 's',
    default: 10,
    min: 0.001,
    max: 3600,
    scale: 'log',
    step: 0.5,
    unit: 's',
  }),
  seed: int({
    label: 'Seed',
    help: 'Start value of Larson’s own generator. The same seed gives the same run, bit for bit.',
    see: 'Digest',
    group: 'workload',
    kId: 'K-53',
    source: 'larson argument 6',
    apply: 'restart',
    url: 'sd',
    default: 12345,
    min: 0,
    max: 2147483647,
    unit: '',
  }),
  window: int({
    label: 'Blocks in hand',
    help: 'Pair exchange: blocks that wait at a receiver before it frees the oldest.',
    see: 'Pages in use',
    group: 'workload',
    source: 'W3, definitions.md',
    apply: 'restart',
    url: 'wi',
    default: 512,
    min: 1,
    max: 8192,
    scale: 'log',
    unit: 'blocks',
  }),
  wakers: int({
    label: 'Wakers',
    help: 'Threads beside the pair that mostly sleep.',
    see: 'Adoption lanes',
    group: 'workload',
    source: 'W4',
    apply: 'restart',
    url: 'wk',
    default: 2,
    min: 0,
    max: 16,
    unit: '',
  }),
  wakePeriod: int({
    label: 'Wake period',
    help: 'Wakers wake whenever each of the pair has done this many operations more.',
    see: 'Adoption lanes',
    group: 'workload',
    source: 'W4, definitions.md',
    apply: 'live',
    url: 'wp',
    default: 64,
    min: 1,
    max: 65536,
    scale: 'log',
    unit: 'ops',
  }),
  burst: int({
    label: 'Burst',
    help: 'Blocks that a waker allocates before it sleeps again.',
    see: 'Adoption lanes',
    group: 'workload',
    source: 'W4, definitions.md',
    apply: 'live',
    url: 'bu',
    default: 4,
    min: 1,
    max: 1024,
    scale: 'log',
    unit: 'blocks',
  }),
  hold: int({
    label: 'Held by a waker',
    help: 'Blocks that a waker keeps; above that it frees its oldest.',
    see: 'Pages in use',
    group: 'workload',
    source: 'W4, definitions.md',
    apply: 'restart',
    url: 'ho',
    default: 256,
    min: 0,
    max: 8192,
    scale: 'log',
    unit: 'blocks',
  }),
  opLimit: int({
    label: 'Operations, at most',
    help: 'The run ends after this many operations, whatever its clock says. Comparisons run to the same count.',
    see: 'Verdict',
    group: 'workload',
    apply: 'live',
    url: 'ol',
    default: 0,
    min: 0,
    max: 1000000000,
    unit: 'ops',
    zero: 'no limit',
  }),
  orphanPolicy: choice({
    label: 'Memory of dead owners',
    help: 'Abandon: nobody may use it. Reuse empties: any SuperSlab whose counter says empty may be taken. Adopt: a thread that needs memory takes over an orphan, drains it and becomes its owner. No document names this knob; it decides the outcome.',
    see: 'Map, SuperSlabs now',
    group: 'orphans',
    kId: 'K-16',
    apply: 'live',
    url: 'op',
    default: 'abandon',
    optionLabels: { abandon: 'Abandon', 'reuse-empty': 'Reuse empties', adopt: 'Adopt' },
  }),
  ownership: choice({
    label: 'Ownership',
    help: 'Owner: the thread that acquired a slab owns it. Central (option F): no owner, one free list for all. Hybrid (option G): owners, plus a periodic pass that drains every queue, corrects the counters and releases empties.',
    see: 'Remote queues, map',
    group: 'orphans',
    kId: 'K-18',
    source: 'options F, G',
    apply: 'restart',
    url: 'ow',
    default: 'owner',
    optionLabels: { owner: 'Owner', central: 'Central list', hybridG: 'Hybrid' },
  }),
  route: choice({
    label: 'Route',
    help: 'CDA: a thread that needs a page takes one from any other thread’s pending queue. S1: owners look into their own queue first and nobody takes. S2: and keep a list of partly free pages. S3: and sleepers wake to drain. P: S2, and a gated adoption when all five conditions hold.',
    see: 'Adoption lanes, new pages',
    group: 'adoption',
    kId: 'K-28',
    source: 'Changes 1–3, Route P (D2)',
    apply: 'live',
    url: 'ro',
    default: 'cda',
    optionLabels: { cda: 'CDA', s1: 'S1', s2: 'S2', s3: 'S3', p: 'P' },
    model: 'mf2',
  }),
  pendingThreshold: int({
    label: 'Pending threshold',
    help: 'A page joins its owner’s pending queue when its remote frees reach this count. A page with fewer blocks than this can never be found.',
    see: 'Pending queues: the threshold line; stranded blocks',
    group: 'adoption',
    kId: 'K-29',
    source: 'threshold (D2)',
    apply: 'live',
    url: 'pt',
    default: 1,
    min: 1,
    max: 16,
    unit: 'blocks',
    model: 'mf2',
  }),
  pendingClaim: bool({
    label: 'Exclusive claim',
    help: 'A page that its owner allocates from, or that a thread is draining, cannot be taken by another.',
    see: 'Races, ownership transfers',
    group: 'adoption',
    kId: 'K-31',
    source: 'pending_claim (D2)',
    apply: 'live',
    url: 'pc',
    default: false,
    model: 'mf2',
  }),
  reEnqueue: bool({
    label: 'Queue again after a drain',
    help: 'When blocks came in while a page was drained, it joins the queue once more.',
    see: 'Lost edges',
    group: 'adoption',
    kId: 'K-30',
    source: 're-enqueue (D2)',
    apply: 'live',
    url: 'rq',
    default: false,
    model: 'mf2',
  }),
  adoptFirst: bool({
    label: 'Adopt before looking at one’s own',
    help: 'The slow path takes from others before it looks into its own queue.',
    see: 'Adoptions, domino panel',
    group: 'adoption',
    kId: 'K-32',
    source: 'slow-path order (D2)',
    apply: 'live',
    url: 'af',
    default: false,
    model: 'mf2',
  }),
  adoptOnWake: bool({
    label: 'Adopt on waking',
    help: 'A thread that wakes takes a page although its own has room: adoption without need.',
    see: 'Domino panel',
    group: 'adoption',
    source: 'the ingredient of the domino (engine.md 4)',
    apply: 'live',
    url: 'aw',
    default: false,
    model: 'mf2',
  }),
  gateBudget: int({
    label: 'Own queue, tries',
    help: 'Pages of its own pending queue that a slow path looks at before it goes on.',
    see: 'Gate violations',
    group: 'adoption',
    kId: 'K-33',
    source: 'must-reuse gate, budget 4 (D2)',
    apply: 'live',
    url: 'gb',
    default: 4,
    min: 0,
    max: 32,
    unit: 'pages',
    model: 'mf2',
  }),
  partialList: choice({
    label: 'List of partly free pages',
    help: 'Without it, blocks that an owner frees on a page it no longer allocates from are found by nobody: the graveyard.',
    see: 'Stranded blocks',
    group: 'adoption',
    kId: 'K-35',
    source: 'partial_pages (D2)',
    apply: 'restart',
    url: 'pa',
    default: 'byRoute',
    optionLabels: { byRoute: 'By route', on: 'On', off: 'Off' },
    model: 'mf2',
  }),
  wakeup: choice({
    label: 'Wake sleepers',
    help: 'The first remote free of a sleeping owner’s page wakes it to drain its queues.',
    see: 'Wake-ups',
    group: 'adoption',
    kId: 'K-36',
    source: 'phase 3 (D2)',
    apply: 'live',
    url: 'wu',
    default: 'byRoute',
    optionLabels: { byRoute: 'By route', on: 'On', off: 'Off' },
    model: 'mf2',
  }),
  rfrWindowUs: real({
    label: 'Right of first refusal',
    help: 'Route P: an enqueued page belongs to its owner alone for this long.',
    see: 'Adoption lanes: shading; blocked adoptions',
    group: 'adoption',
    kId: 'K-37',
    source: 'RFR_WINDOW_CYCLES (D2)',
    apply: 'live',
    url: 'rf',
    default: 200,
    min: 0,
    max: 5000,
    step: 10,
    unit: 'µs',
    model: 'mf2',
  }),
  idleThresholdUs: real({
    label: 'Idle threshold',
    help: 'Route P: an owner counts as idle when it has not allocated for this long.',
    see: 'Blocked adoptions',
    group: 'adoption',
    kId: 'K-38',
    source: 'IDLE_THRESHOLD (D2)',
    apply: 'live',
    url: 'it',
    default: 150,
    min: 0,
    max: 5000,
    step: 10,
    unit: 'µs',
    model: 'mf2',
  }),
  adoptionThreshold: int({
    label: 'Adoption pressure',
    help: 'Route P: more pages than this must wait in the owner’s queue.',
    see: 'Blocked adoptions',
    group: 'adoption',
    kId: 'K-39',
    source: 'ADOPTION_THRESHOLD (D2)',
    apply: 'live',
    url: 'ap',
    default: 4,
    min: 0,
    max: 64,
    unit: 'pages',
    model: 'mf2',
  }),
  minRemote: int({
    label: 'Remote blocks, at least',
    help: 'Route P: a page must hold this many remotely freed blocks. Above a page’s capacity nothing can ever be adopted.',
    see: 'Blocked adoptions',
    group: 'adoption',
    kId: 'K-40',
    source: 'MIN_REMOTE (D2)',
    apply: 'live',
    url: 'mr',
    default: 8,
    min: 0,
    max: 64,
    unit: 'blocks',
    model: 'mf2',
  }),
  adoptBudget: int({
    label: 'Adoptions per slow path',
    help: 'Pages that one slow path may take from others.',
    see: 'Adoptions',
    group: 'adoption',
    kId: 'K-41',
    source: 'scan budget (D2)',
    apply: 'live',
    url: 'ab',
    default: 1,
    min: 0,
    max: 8,
    unit: 'pages',
    model: 'mf2',
  }),
  deadQueuesVisible: bool({
    label: 'Dead owners’ queues are scanned',
    help: 'Whether adopters look into pending queues of threads that have exited.',
    see: 'Adoptions; orphaned blocks',
    group: 'adoption',
    source: 'models.md 5.2',
    apply: 'live',
    url: 'dq',
    default: true,
    model: 'mf2',
  }),
  adoptIdleMs: real({
    label: 'Adopt from idle owners',
    help: 'Beside orphans, pages that wait in queues of owners idle for longer than this may be taken. Our own candidate; no document has it.',
    see: 'Adoptions',
    group: 'adoption',
    source: 'ours (engine.md 4)',
    apply: 'live',
    url: 'ai',
    default: 0,
    min: 0,
    max: 1000,
    step: 1,
    unit: 'ms',
    zero: 'off',
    model: 'mf2',
  }),
  pageHeaderBytes: int({
    label: 'Page header',
    help: 'Bytes of each 64 KiB page that hold its header: 64 leaves 31, 15, 7, 3 and 1 blocks of the five classes, 0 leaves 32, 16, 8, 4 and 2.',
    see: 'New pages',
    group: 'shape',
    kId: 'K-34',
    source: 'models.md 5.1',
    apply: 'restart',
    url: 'ph',
    default: 64,
    min: 0,
    max: 4096,
    unit: 'B',
    model: 'mf2',
  }),
  decOnRemote: bool({
    label: 'Remote frees are counted',
    help: 'On: a remote free lowers the SuperSlab’s active counter (option A). Off: it does not, which is the bug of D0.',
    see: 'Map: inflated SuperSlabs',
    group: 'frees',
    kId: 'K-04',
    source: 'option A, ss_active_dec_one',
    apply: 'live',
    url: 'dr',
    default: false,
  }),
  drainOnRefill: bool({
    label: 'Owner drains on refill',
    help: 'On: a refill moves the owner’s remote queues onto its free lists before it looks further.',
    see: 'Remote queues',
    group: 'frees',
    kId: 'K-17',
    apply: 'live',
    url: 'do',
    default: true,
  }),
  trimIntervalMs: int({
    label: 'Trim interval',
    help: 'A background pass releases SuperSlabs whose counter is zero, that no thread allocates from, beyond the reserve. Needs “Trim SuperSlabs”.',
    see: 'SuperSlabs now: the height of the sawtooth; trim log',
    group: 'release',
    kId: 'K-01',
    source: 'HAKMEM_TINY_IDLE_TRIM_MS',
    apply: 'live',
    url: 'ti',
    default: 0,
    min: 0,
    max: 5000,
    unit: 'ms',
    zero: 'off',
  }),
  trimSS: bool({
    label: 'Trim SuperSlabs',
    help: 'Lets the trim pass give SuperSlabs back to the OS. Off: passes run and free nothing.',
    see: 'Trim log',
    group: 'release',
    kId: 'K-02',
    source: 'HAKMEM_TINY_TRIM_SS',
    apply: 'live',
    url: 'ts',
    default: false,
  }),
  emptyReserve: int({
    label: 'Empty reserve',
    help: 'Empty SuperSlabs that each size class keeps when trimmed; they are used again before a new one is mapped.',
    see: 'Trim log, SuperSlabs after a trim',
    group: 'release',
    kId: 'K-05',
    source: 'g_empty_reserve',
    apply: 'live',
    url: 'er',
    default: 2,
    min: 0,
    max: 256,
    unit: 'per class',
  }),
  flushOnExit: bool({
    label: 'Flush at exit',
    help: 'One more trim pass when the run reaches its time limit.',
    see: 'SuperSlabs freed at the end',
    group: 'release',
    kId: 'K-06',
    source: 'g_flush_tiny_on_exit',
    apply: 'live',
    url: 'fe',
    default: false,
  }),
  superslabCacheSlots: int({
    label: 'SuperSlab cache',
    help: 'Slots in each of the two caches that keep released SuperSlabs mapped; only when both are full does one go to the OS.',
    see: 'Map: cached; unmap calls',
    group: 'release',
    kId: 'K-48',
    source: 'two SuperSlab caches (D4)',
    apply: 'live',
    url: 'sc',
    default: 0,
    min: 0,
    max: 64,
    unit: 'slots × 2',
    zero: 'off',
  }),
  hazardTls: bool({
    label: 'Hazard: trim sees only its own TLS',
    help: 'The trim pass asks the trimming thread’s cache instead of everybody’s, so it can unmap the SuperSlab a living thread allocates from.',
    see: 'Verdict: crash',
    group: 'release',
    source: 'g_tls_slabs read by the trimmer',
    apply: 'live',
    url: 'ht',
    default: false,
  }),
  hazardDecOrder: bool({
    label: 'Hazard: decrement before the last touch',
    help: 'A remote free lowers the counter before its last touch of the SuperSlab, so a trim in between unmaps it under the freeing thread. Needs counted remote frees and trims.',
    see: 'Verdict: crash',
    group: 'release',
    source: 'order in ss_remote_push',
    apply: 'live',
    url: 'hd',
    default: false,
  }),
  maxMapCount: int({
    label: 'Map entries',
    help: 'The kernel’s limit on mappings of one process. A mapping that would exceed it is refused.',
    see: 'Map entries: the limit line',
    group: 'limits',
    kId: 'K-07',
    source: 'vm.max_map_count',
    apply: 'live',
    url: 'mm',
    default: 65530,
    min: 1000,
    max: 1000000,
    scale: 'log',
    unit: 'entries',
  }),
  baseMaps: int({
    label: 'Base mappings',
    help: 'Entries that the program, its libraries and its main stack hold before the first SuperSlab.',
    see: 'Map entries: base',
    group: 'limits',
    source: '/proc/self/maps',
    apply: 'restart',
    url: 'bm',
    default: 33,
    min: 1,
    max: 500,
    unit: 'entries',
  }),
  mapMode: choice({
    label: 'How a SuperSlab is mapped',
    help: 'Over-allocate and trim: ask for twice the size, cut to alignment; neighbours never touch, each costs an entry. Direct: the kernel aligns; neighbours merge into one entry.',
    see: 'Map entries',
    group: 'limits',
    kId: 'K-08',
    source: 'superslab_allocate',
    apply: 'live',
    url: 'mo',
    default: 'trimAligned',
    optionLabels: { trimAligned: 'Over-allocate, trim', direct: 'Direct' },
  }),
  physLimitGiB: int({
    label: 'Physical memory',
    help: 'When resident memory passes this the kernel kills the process.',
    see: 'Memory: resident line',
    group: 'limits',
    kId: 'K-09',
    apply: 'live',
    url: 'pl',
    default: 32,
    min: 1,
    max: 256,
    scale: 'log',
    unit: 'GiB',
  }),
  memPressure: real({
    label: 'Memory pressure',
    help: 'Share of physical memory that other programs take. Nothing here was given back with MADV_FREE, so the kernel finds nothing to reclaim: when resident memory passes what is left, it kills.',
    see: 'Memory: resident line',
    group: 'limits',
    kId: 'K-10',
    apply: 'live',
    url: 'mp',
    default: 0,
    min: 0,
    max: 0.999,
    step: 0.001,
    unit: '',
  }),
  threadEnd: choice({
    label: 'When a thread ends',
    help: 'Leak: neither joined nor detached, as Larson ships: its stack (two entries, 8 MiB) and thread table stay for ever. Detach and join put them into a 40 MiB cache for reuse.',
    see: 'Map entries: stacks',
    group: 'threads',
    kId: 'K-08',
    source: 'pthread_create without join',
    apply: 'live',
    url: 'te',
    default: 'leak',
    optionLabels: { leak: 'Leak', detach: 'Detach', join: 'Join' },
  }),
  dtvBytes: int({
    label: 'Thread table',
    help: 'Bytes that pthread_create makes the parent allocate for each new thread (glibc’s dtv).',
    see: 'Map: the class it falls into',
    group: 'threads',
    source: 'allocate_dtv, elf/dl-tls.c',
    apply: 'restart',
    url: 'dt',
    default: 288,
    min: 0,
    max: 4096,
    unit: 'B',
    zero: 'none',
  }),
  onNull: choice({
    label: 'When malloc returns NULL',
    help: 'Larson asserts and the run ends. Or the C library serves the request instead (D1).',
    see: 'Verdict',
    group: 'threads',
    kId: 'K-24',
    source: 'assert in larson.cpp; D1 fallback',
    apply: 'live',
    url: 'on',
    default: 'assert',
    optionLabels: { assert: 'Assert', libcFallback: 'C library' },
  }),
  ssLg: int({
    label: 'SuperSlab size, log2',
    help: '21 is 2 MiB. Slabs stay 64 KiB, so a SuperSlab holds 2^(lg − 16) of them.',
    see: 'Mapped bytes; the count does not change',
    group: 'shape',
    kId: 'K-03',
    source: 'HAKMEM_TINY_SS_FORCE_LG',
    apply: 'live',
    url: 'lg',
    default: 21,
    min: 16,
    max: 22,
    unit: 'lg B',
  }),
  classTable: choice({
    label: 'Size classes',
    help: 'Powers of two from 8 to 1,024 B, or the six classes 16, 32, 48, 64, 96 and 128 B. Larger requests go to another heap.',
    see: 'Map by class',
    group: 'shape',
    kId: 'K-11',
    source: 'C0 to C7',
    apply: 'restart',
    url: 'ct',
    default: 'pow2',
    optionLabels: { pow2: '8 to 1,024', six: 'Six' },
  }),
  headerByte: bool({
    label: 'One-byte header',
    help: 'Each block carries one byte, so a request of 8 B needs 9.',
    see: 'Map by class: 8 B disappears',
    group: 'shape',
    kId: 'K-12',
    source: 'HEADER_CLASSIDX',
    apply: 'live',
    url: 'hb',
    default: false,
  }),
  prelink: bool({
    label: 'Thread slabs eagerly',
    help: 'On: a slab’s free list is built when the slab is acquired, which touches all its 16 pages. Off: blocks are carved one by one.',
    see: 'Resident bytes',
    group: 'shape',
    source: 'slab initialisation',
    apply: 'live',
    url: 'pk',
    default: true,
  }),
  dynamicExpand: bool({
    label: 'More than one SuperSlab',
    help: 'On: a thread whose SuperSlab is exhausted maps another (phase 2a). Off: malloc returns NULL.',
    see: 'NULL returns',
    group: 'shape',
    kId: 'K-15',
    source: 'phase 2a',
    apply: 'live',
    url: 'de',
    default: true,
  }),
  hotClassSlabs: choice({
    label: 'Slabs in hot classes',
    help: 'Classes 1, 4 and 6 get SuperSlabs of twice the size (D1, option B).',
    see: 'Mapped bytes of those classes',
    group: 'shape',
    kId: 'K-14',
    source: 'initial_slabs',
    apply: 'live',
    url: 'hs',
    default: 'same',
    optionLabels: { same: 'As others', double: 'Twice' },
  }),
  prewarmPerClass: int({
    label: 'Prewarmed SuperSlabs',
    help: 'Persistent SuperSlabs that each class maps at the start; trim never releases them.',
    see: 'SuperSlabs at the start',
    group: 'shape',
    kId: 'K-47',
    source: 'box_ss_hot_prewarm_all',
    apply: 'restart',
    url: 'pw',
    default: 0,
    min: 0,
    max: 4,
    unit: 'per class',
    zero: 'none',
  }),
  timeBase: choice({
    label: 'Clock',
    help: 'Document rate: an operation takes threads ÷ rate, everything else no time; the clock of the documents. Costs: every step is charged from the cost table.',
    see: 'Time axis, modelled operations per second',
    group: 'time',
    apply: 'restart',
    url: 'tb',
    default: 'documentRate',
    optionLabels: { documentRate: 'Document rate', costs: 'Costs' },
  }),
  opRate: real({
    label: 'Document rate',
    help: 'Operations per second of virtual time, all threads together.',
    see: 'Time axis',
    group: 'time',
    kId: 'K-55',
    source: 'D0: 4.19 M ops/s',
    apply: 'live',
    url: 'or',
    default: 4190000,
    min: 1000,
    max: 1000000000,
    step: 1000,
    scale: 'log',
    unit: 'ops/s',
  }),
  schedule: choice({
    label: 'Interleaving',
    help: 'Own: the thread with the smallest clock runs. Shared: the chain with the fewest operations runs and costs only accumulate.',
    see: 'Digest',
    group: 'time',
    apply: 'restart',
    url: 'sh',
    default: 'own',
    optionLabels: { own: 'Own clocks', shared: 'Shared count' },
  }),
  quantum: int({
    label: 'Quantum',
    help: 'Operations a thread runs before the next one is chosen. Counts must not depend on it.',
    see: 'Digest',
    group: 'time',
    apply: 'restart',
    url: 'q',
    default: 64,
    min: 1,
    max: 4096,
    scale: 'log',
    unit: 'ops',
  }),
  costMalloc: cost(
    'ca',
    'malloc, fast',
    8,
    1000,
    'Pop from the current slab, both counters (models.md 4.2).',
  ),
  costFree: cost('cf', 'free, local', 8, 1000, 'Push on the slab’s own free list.'),
  costRemoteFree: cost(
    'cr',
    'free, remote',
    40,
    2000,
    'Compare-and-swap push on another owner’s queue.',
  ),
  costCentral: cost(
    'cc',
    'Central list, hold',
    14,
    2000,
    'Time the one list is held per malloc or free; threads wait for each other.',
  ),
  costRefill: cost(
    'cs',
    'Refill',
    40,
    5000,
    'Slow path of malloc, before anything is drained or mapped.',
  ),
  costDrainBlock: cost('cd', 'Drain, per block', 5, 1000, 'Walking one block of a remote queue.'),
  costPop: cost(
    'cq',
    'Pending queue, push or pop',
    20,
    2000,
    'One atomic exchange on a pending queue, or the claim of a page.',
  ),
  costScan: cost(
    'ci',
    'Scan, per queue',
    6,
    1000,
    'Looking whether another thread’s queue has a page.',
  ),
  costWake: cost('cw', 'Wake-up', 5000, 1000000, 'futex wake until the sleeper runs.'),
  costAdopt: cost(
    'co',
    'Adoption',
    100,
    10000,
    'Taking an orphan off the list and changing its owner.',
  ),
  costMmap: cost('cm', 'mmap', 1500, 100000, 'Mapping a SuperSlab directly.'),
  costMmapTrim: cost(
    'ce',
    'mmap and trim',
    3500,
    100000,
    'Mapping twice the size and trimming both ends.',
  ),
  costMunmap: cost('cu', 'munmap', 1500, 100000, 'Releasing a SuperSlab, without its pages.'),
  costMunmapPage: cost('cg', 'munmap, per page', 350, 10000, 'Per resident 4 KiB page released.'),
  costFault: cost('cp', 'Page fault', 700, 20000, 'First touch of a 4 KiB page.'),
  costTrimVisit: cost(
    'cv',
    'Trim, per SuperSlab',
    12,
    5000,
    'Looking at one SuperSlab in a trim pass.',
  ),
  costThreadCreate: cost(
    'ch',
    'Thread, fresh stack',
    15000,
    2000000,
    'pthread_create that maps a stack.',
  ),
  costThreadCached: cost(
    'ck',
    'Thread, cached stack',
    9000,
    2000000,
    'pthread_create that reuses a stack.',
  ),
  memDiet: bool({
    label: 'Memory diet',
    help: 'D0 and D1 name it; nothing in them says what it changes here.',
    see: 'Nothing: that is the point',
    group: 'inert',
    kId: 'K-20',
    source: 'HAKMEM_TINY_MEM_DIET',
    apply: 'live',
    url: 'md',
    default: false,
    inert: true,
  }),
  countersDump: bool({
    label: 'Dump counters',
    help: 'Prints counters at exit in the real allocator. Here all counters are always on screen.',
    see: 'Nothing: that is the point',
    group: 'inert',
    kId: 'K-21',
    source: 'HAKMEM_TINY_COUNTERS_DUMP',
    apply: 'live',
    url: 'cn',
    default: false,
    inert: true,
  }),
} as const;

/** The table. Checked against KnobDef here, because `satisfies` above would widen the options of the enums. */
export const KNOBS: Readonly<typeof TABLE> & Readonly<Record<keyof typeof TABLE, KnobDef>> = TABLE;

type Table = typeof TABLE;
export type KnobId = keyof Table;
type ValueOf<Def> =
  Def extends EnumKnob<infer Option> ? Option : Def extends BoolKnob ? boolean : number;

/** All knobs, resolved. */
export type KnobValues = { -readonly [Id in KnobId]: ValueOf<Table[Id]> };
export type KnobValue = number | boolean | string;

export const KNOB_IDS = Object.keys(KNOBS) as KnobId[];

/** The definition of a knob, typed as the plain union. */
export const knobDef = (id: KnobId): KnobDef => KNOBS[id];

/** True when the text is the id of a knob. */
export const isKnobId = (text: string): text is KnobId => Object.hasOwn(KNOBS, text);

/** The default of every knob. */
export function defaultKnobs(): KnobValues {
  return Object.fromEntries(KNOB_IDS.map((id) => [id, KNOBS[id].default])) as KnobValues;
}

/**
 * Defaults with some knobs changed; the values must already be valid (see parseKnob). The pair
 * exchange is a workload of the mid allocator, and brings it along.
 */
export function resolveKnobs(...changes: readonly Partial<KnobValues>[]): KnobValues {
  const knobs = Object.assign(defaultKnobs(), ...changes) as KnobValues;
  if (knobs.workload === 'pair' || knobs.workload === 'wakers') knobs.model = 'mf2';
  return knobs;
}

/** Knobs of mechanisms that only SuperSlabs have. */
const TINY_ONLY: ReadonlySet<KnobId> = new Set<KnobId>([
  'ownership',
  'decOnRemote',
  'drainOnRefill',
  'trimIntervalMs',
  'trimSS',
  'emptyReserve',
  'flushOnExit',
  'superslabCacheSlots',
  'hazardTls',
  'hazardDecOrder',
  'dtvBytes',
  'ssLg',
  'classTable',
  'headerByte',
  'dynamicExpand',
  'hotClassSlabs',
  'prewarmPerClass',
  'quantum',
  'costCentral',
  'costMunmap',
  'costMunmapPage',
  'costTrimVisit',
  'memDiet',
  'countersDump',
]);

/** Why a knob cannot matter under the given settings, or undefined when it can. */
export function whyInapplicable(id: KnobId, knobs: KnobValues): string | undefined {
  const only = knobDef(id).model ?? (TINY_ONLY.has(id) ? 'tiny' : undefined);
  if (only !== undefined && only !== knobs.model)
    return only === 'tiny' ? 'Belongs to the tiny allocator' : 'Belongs to the mid allocator';
  const larson = knobs.workload === 'larson' || knobs.workload === 'larson-immortal';
  switch (id) {
    case 'model':
      return larson ? undefined : 'The pair exchange runs on the mid allocator';
    case 'threads':
    case 'chunks':
    case 'succession':
      if (!larson) return 'Belongs to the Larson workloads';
      return id === 'succession' && knobs.workload !== 'larson'
        ? 'This workload has no successors'
        : undefined;
    case 'window':
      return larson ? 'Belongs to the pair exchange' : undefined;
    case 'wakers':
    case 'wakePeriod':
    case 'burst':
    case 'hold':
      return knobs.workload === 'wakers' ? undefined : 'Needs the workload with wakers';
    case 'adoptOnWake':
      return knobs.workload === 'wakers' ? undefined : 'Nobody wakes in this workload';
    case 'rfrWindowUs':
    case 'idleThresholdUs':
    case 'adoptionThreshold':
    case 'minRemote':
      return knobs.route === 'p' ? undefined : 'Only route P has gates';
    case 'adoptFirst':
    case 'deadQueuesVisible':
      return knobs.route === 'cda' || knobs.route === 'p' ? undefined : 'This route adopts nothing';
    case 'adoptIdleMs':
      return knobs.orphanPolicy === 'adopt' ? undefined : 'Needs orphans to be adopted';
    case 'trimSS':
      return knobs.trimIntervalMs > 0 || knobs.flushOnExit
        ? undefined
        : 'Needs a trim interval above 0';
    case 'emptyReserve':
      return (knobs.trimIntervalMs > 0 && knobs.trimSS) ||
        knobs.flushOnExit ||
        knobs.ownership === 'hybridG'
        ? undefined
        : 'No effect while nothing is trimmed';
    case 'superslabCacheSlots':
    case 'hazardTls':
      return (knobs.trimIntervalMs > 0 && knobs.trimSS) || knobs.ownership === 'hybridG'
        ? undefined
        : 'No effect while nothing is trimmed';
    case 'hazardDecOrder':
      return knobs.trimIntervalMs > 0 && knobs.trimSS && knobs.decOnRemote
        ? undefined
        : 'Needs counted remote frees and a trim pass';
    case 'decOnRemote':
      return knobs.ownership === 'central' ? 'No remote frees with a central list' : undefined;
    case 'drainOnRefill':
      return knobs.ownership === 'central' ? 'No remote queues with a central list' : undefined;
    case 'orphanPolicy':
      if (!larson && knobs.adoptIdleMs === 0) return 'No owner dies in this workload';
      return knobs.ownership === 'central'
        ? 'Nobody owns a SuperSlab with a central list'
        : undefined;
    case 'rounds':
      return knobs.workload !== 'larson' || !knobs.succession ? 'Lives do not end' : undefined;
    case 'threadEnd':
      return knobs.workload !== 'larson' || !knobs.succession ? 'No thread ends' : undefined;
    case 'opRate':
      return knobs.timeBase === 'documentRate' ? undefined : 'The clock follows the cost table';
    case 'costCentral':
      if (knobs.timeBase !== 'costs') return 'The clock follows the document rate';
      return knobs.ownership === 'central' ? undefined : 'Needs the central list';
    default:
      if (KNOBS[id].group === 'costs' && knobs.timeBase !== 'costs')
        return 'The clock follows the document rate';
      return undefined;
  }
}
