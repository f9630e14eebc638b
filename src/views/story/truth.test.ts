// @module-tag slow
import { describe, expect, it } from 'vitest';
import { DEEP, some } from '../../base/testing/fuzz.ts';
import { frameOf } from '../../draw/testing/frames.ts';
import { KNOB_IDS, type KnobValues, knobDef, resolveKnobs } from '../../engine/knobs/index.ts';
import { PRESETS, type Preset, storyUnder, variantKnobs } from '../../engine/presets.ts';
import { createSimulation } from '../../engine/simulation.ts';
import { C, type CounterName } from '../../engine/telemetry/counters.ts';
import type { Simulation } from '../../engine/types.ts';
import { hasCome } from './resolve.ts';

// Whatever knobs are turned, a story says only what is so: each of its sentences holds, or is not told.

const TINY = PRESETS.filter(
  (preset) =>
    preset.id !== 'textbook' &&
    preset.variants.every((_, i) => (variantKnobs(preset, i).model ?? 'tiny') === 'tiny'),
);

/** Everything that decides whose memory it is and who gives it back. */
const SETTINGS: readonly Partial<KnobValues>[] = (
  ['abandon', 'reuse-empty', 'adopt'] as const
).flatMap((orphanPolicy) =>
  (['owner', 'central', 'hybridG'] as const).flatMap((ownership) =>
    [false, true].flatMap((decOnRemote) =>
      [false, true].map((trimSS) => ({
        orphanPolicy,
        ownership,
        decOnRemote,
        trimSS,
        trimIntervalMs: trimSS ? 1 : 0,
      })),
    ),
  ),
);

/** Other knobs that sentences depend on, one at a time. */
const ALONE: readonly Partial<KnobValues>[] = [
  { succession: true },
  { succession: false },
  { timeBase: 'costs' },
  { timeBase: 'documentRate' },
  { onNull: 'assert' },
  { threadEnd: 'detach' },
  { threadEnd: 'detach', decOnRemote: true, trimSS: true, trimIntervalMs: 1 },
  { dtvBytes: 0 },
  { headerByte: false },
  { drainOnRefill: false },
  { threads: 1 },
  { mapMode: 'direct' },
];

/** Where there are passes, so many that these short runs see some. */
const often = (knobs: KnobValues): KnobValues =>
  knobs.trimIntervalMs > 0 || knobs.ownership === 'hybridG'
    ? { ...knobs, trimIntervalMs: 1 }
    : knobs;

/** The same program, small. Lives are short, so that there are many. */
const small = (preset: Preset): Partial<KnobValues> =>
  ['never-looks-back', 'working-set', 'cost-toggles', 'lean'].includes(preset.id)
    ? {}
    : {
        chunks: 32,
        threads: 3,
        seconds: 60,
        emptyReserve: 0,
        // Where heaps mix, mappings are refused early, and some of what is served instead looks alike.
        ...(preset.knobs.guessFree ? { seconds: 0.02, oomRate: 20, lookAlikeProb: 20 } : {}),
      };
const OPS = 40_000;

interface Seen {
  readonly knobs: KnobValues;
  readonly count: (name: CounterName) => number;
}
type Holds = (seen: Seen) => boolean;
const none =
  (...names: readonly CounterName[]): Holds =>
  ({ count }) =>
    names.every((name) => count(name) === 0);
const raised =
  (...names: readonly CounterName[]): Holds =>
  ({ count }) =>
    names.every((name) => count(name) > 0);

const trims: Holds = ({ knobs }) => knobs.trimSS || knobs.ownership === 'hybridG';

/** What sentences claim, by words of theirs, and what must then be seen after the run. */
const CLAIMS: readonly (readonly [RegExp, Holds])[] = [
  [/is a slot of a shared pool/, raised('poolAsks')],
  [/Without a pool each class has SuperSlabs of its own/, none('poolAsks')],
  [/The pool had nothing \{fails\} times/, raised('sharedFails')],
  [/caches served \{hits\} mallocs/, raised('cacheHits')],
  [/left the fast path/, raised('refills')],
  [/what lies in one are the blocks of one life/, raised('emptiedTotal', 'emptiedLives')],
  [/were mapped for each of them/, raised('threadLives')],
  [/frees looked into a table and read/, raised('lookups', 'lookupLines')],
  [/upper bits of a pointer are the address/, none('lookups')],
  [/mallocs were served from/, raised('cacheHits')],
  [/Threshold \{threshold\}: no class/, ({ knobs }) => knobs.aceTrace],
  [/by the modelled clock, and/, ({ knobs }) => knobs.timeBase === 'costs'],
  [/a pool that fails makes it no slower/, raised('poolAsks', 'refills')],
  [
    /starts a successor|lives have begun/,
    ({ count, knobs }) => count('threadLives') > knobs.threads,
  ],
  [
    /only the owner may drain, and the owner is dead/,
    ({ count }) =>
      none('adoptions', 'backgroundDrains', 'emptyReuses')({ count } as Seen) &&
      count('queuedDead') > 0,
  ],
  [/passes have given .* whose counters said empty/, none('adoptions', 'backgroundDrains')],
  [
    /adopts an orphan|used by the living/,
    ({ count, knobs }) => knobs.ownership === 'central' || count('adoptions') > 0,
  ],
  [
    /takes a SuperSlab of the dead whose counter says empty/,
    ({ count, knobs }) =>
      count('adoptions') === 0 && (count('emptyReuses') > 0 || !knobs.decOnRemote),
  ],
  [/In the others nobody drains/, none('adoptions', 'backgroundDrains')],
  [
    /Every queue is drained at intervals|The pass drains the queues of the dead/,
    raised('backgroundDrains'),
  ],
  [
    /no free is remote|All threads allocate from one list|Every malloc and free takes the one lock/,
    ({ count, knobs }) => knobs.ownership === 'central' && count('remoteFrees') === 0,
  ],
  [/are empty, but their counters say they are in use/, raised('inflatedSuperslabs')],
  [
    /remote and lower no counter: /,
    ({ count }) => count('activeBlocks') > count('liveBlocks') + 1000,
  ],
  [
    /remote and lower no counter until the next pass/,
    ({ count }) => count('activeBlocks') >= count('liveBlocks') && count('backgroundDrains') > 0,
  ],
  [
    /each lowers the counter|No free is missed by a counter/,
    ({ count }) => count('activeBlocks') === count('liveBlocks'),
  ],
  [
    /into the queue of an owner that lives/,
    ({ count }) => count('remoteFrees') > 0.5 * count('localFrees'),
  ],
  [
    /Hardly a free is remote|hardly a free is remote/,
    ({ count }) => count('remoteFrees') < 0.01 * count('localFrees'),
  ],
  [/this is the crash run/, ({ count, knobs }) => count('threadLives') > knobs.threads],
  [/At a refill the owner drains its queues/, raised('drainedBlocks')],
  [
    /does not make memory grow|each thread goes on using its own|has to be compared/,
    ({ count }) => count('superslabsNow') < 40 && count('adoptions') === 0,
  ],
  [
    /nobody may use what a thread leaves when it ends\.|needs one slab of each class|still strands its SuperSlabs|real memory after/,
    ({ count }) => count('superslabsAllocated') >= 3 * (count('threadLives') - 4),
  ],
  [/were mapped per life\.$/, raised('superslabsAllocated')],
  [/unless it is empty/, none('adoptions', 'backgroundDrains')],
  [/can be taken again by nobody/, none('adoptions', 'backgroundDrains')],
  [/Nothing gives SuperSlabs back|without any pass/, none('superslabsFreed')],
  [
    /takes back the empty ones|freed by the first passes|gives each empty one back|Only SuperSlabs whose counter is zero/,
    trims,
  ],
  [/how much that is depends on who may use/, trims],
  [
    /thread tables, one SuperSlab each|lowers the teeth, not the floor/,
    ({ count }) =>
      count('superslabsNow') > 0.8 * count('threadLives') &&
      count('superslabsFreed') > count('threadLives'),
  ],
  [
    /its table, which nobody frees/,
    ({ count }) => count('superslabsNow') > 0.8 * count('threadLives'),
  ],
  [/so that every lane has \{rate\}/, ({ knobs }) => knobs.timeBase === 'documentRate'],
  [/\{lockWaited\}/, ({ knobs }) => knobs.timeBase === 'costs'],
  [
    /for the kernel’s, to map|blocks that a life found when it began/,
    ({ knobs }) => knobs.ownership !== 'central',
  ],
  [
    /decides how (?:many|fast)|depends on who may use them/,
    ({ count, knobs }) =>
      knobs.ownership !== 'owner' ||
      knobs.orphanPolicy !== 'abandon' ||
      count('threadLives') === knobs.threads,
  ],
  [
    /are in use; \{entriesLeft\} are left|How many operations a life does|Two of them for each dead thread’s stack/,
    ({ count, knobs }) => count('threadLives') > knobs.threads,
  ],
  [
    /2,047 blocks of this class|mostly not where the thread allocates now|only difference between the lanes/,
    ({ knobs }) => knobs.chunks === 10_000 && knobs.minSize === 592,
  ],
  [/^A SuperSlab has room|fills one after the other/, raised('superslabsAllocated')],
  [
    /A mapping was refused|a mapping is refused|a mapping was refused|cannot be created|The limit counts entries/,
    raised('mapRefusals'),
  ],
  [/No mapping was refused/, none('mapRefusals')],
  [/With the one-byte header/, ({ knobs }) => knobs.headerByte],
  [/gave up/, ({ knobs }) => knobs.onNull === 'assert'],
  [
    /does not return NULL: the C library serves/,
    ({ knobs }) => knobs.onNull === 'libcFallback' && knobs.guessFree,
  ],
  [/looks at the byte before it/, ({ knobs }) => !knobs.ownerBitmap],
  [
    /either nobody serves what a refill does not/,
    ({ count, knobs }) =>
      (!knobs.guessFree || knobs.onNull === 'assert') && count('libcFrees') === 0,
  ],
  [/Free asks a bitmap/, ({ knobs }) => knobs.ownerBitmap],
  [/lie where the bitmap has no bit/, raised('ownerOverflows')],
  [
    /live beside the heap’s own/,
    ({ count }) => count('libcFallbacks') >= count('mixedPointers') && count('libcFallbacks') > 0,
  ],
  [/FAST maps SuperSlabs of every class/, raised('superslabsAllocated')],
  [/^Each class maps its first SuperSlab when/, none('leanRetires')],
  [/Lean mode prewarms nothing/, ({ knobs }) => knobs.lean],
  [
    /kept what is empty in reserve/,
    ({ count, knobs }) => !knobs.lean && count('trimSkipReserve') > 0,
  ],
  [
    /left their mappings to nobody|Nobody uses these SuperSlabs again|dirty because the magic/,
    raised('leanRetires', 'leanDecommits'),
  ],
  [/SuperSlabs are retired\. /, raised('leanRetires')],
  [/With OFF/, ({ count }) => count('superslabsFreed') > 0 && count('leanRetires') === 0],
  [/are still there: the kernel has no need/, raised('lazyBytes')],
  [
    /wrote a page of each retired SuperSlab/,
    ({ count }) => count('leanRedirtied') === count('leanRetires'),
  ],
  [
    /lay where the guard sees a library/,
    ({ count }) => count('leanOverlaps') > 0 && count('superslabsFreed') >= count('leanOverlaps'),
  ],
  [
    /madvise failed once/,
    ({ count }) => count('leanRefusals') === 1 && count('superslabsFreed') > count('leanUnasked'),
  ],
  [/the kernel has taken \{taken\} pages/, raised('reclaimedPages')],
  [
    /Frees are counted, and a pass takes/,
    ({ knobs }) => knobs.decOnRemote && (knobs.trimSS || knobs.ownership === 'hybridG'),
  ],
  [/^Each maps memory of its own when/, raised('superslabsAllocated')],
  [/frees were of such a block/, raised('libcFrees')],
  [/looked like a header of the heap’s/, ({ count }) => count('misroutedFrees') === 1],
  [
    /bitmap did not say whose the block was/,
    ({ count, knobs }) => knobs.ownerBitmap && count('misroutedFrees') === 1,
  ],
];

const changed = (knobs: KnobValues): string =>
  KNOB_IDS.filter((id) => knobs[id] !== knobDef(id).default)
    .map((id) => `${id}=${knobs[id]}`)
    .join(' ');
const claimsOf = (text: string) => CLAIMS.filter(([words]) => words.test(text));
const used = new Set<RegExp>();

function seenIn(sim: Simulation): Seen {
  const counters = sim.readCounters();
  return { knobs: resolveKnobs(sim.knobs), count: (name) => counters[C[name]] };
}

/** Holds the steps of a story that are told under its knobs to what a run came to. */
function holdTo(preset: Preset, sim: Simulation, ended: boolean): void {
  const frame = frameOf(sim);
  const seen = seenIn(sim);
  for (const { title, text, when } of storyUnder(preset.story, seen.knobs)) {
    if ((when.kind === 'ended') !== ended) continue;
    // Steps that come with an operation or a life are held to from the first one on, others in their time.
    const later = when.kind === 'op' || (when.kind === 'counter' && when.counter === 'threadLives');
    if (!later && !hasCome(when, frame)) continue;
    for (const [words, holds] of claimsOf(text)) {
      used.add(words);
      const about = `${preset.id}, “${title}” ${words} under ${changed(seen.knobs)}`;
      expect(holds(seen), about).toBe(true);
    }
  }
}

describe('a story under any way to treat memory', () => {
  it.each(TINY.map((preset) => [preset.id, preset] as const))(
    'says what is so while it runs: %s',
    (_, preset) => {
      const programs = new Set<string | undefined>();
      for (const [variant] of preset.variants.entries()) {
        // How memory is treated is turned for each program once, what else there is for each variant.
        const { workload } = variantKnobs(preset, variant);
        const settings = some(programs.has(workload) ? ALONE : [...SETTINGS, ...ALONE], 6);
        programs.add(workload);
        for (const turned of settings) {
          const knobs = often(
            resolveKnobs(variantKnobs(preset, variant), small(preset), turned, {
              maxMapCount: 1_000_000,
            }),
          );
          const starts = storyUnder(preset.story, knobs).filter(
            ({ when }) => when.kind === 'start',
          );
          expect(starts.map(({ title }) => title)).toHaveLength(1);
          const sim = createSimulation(knobs, { eventCapacity: 1024 });
          sim.advance(OPS);
          if (!preset.knobs.guessFree) expect(sim.op).toBe(OPS);
          holdTo(preset, sim, false);
        }
      }
    },
  );

  it.each(TINY.map((preset) => [preset.id, preset] as const))(
    'says at the end how it ended: %s',
    (_, preset) => {
      for (const settings of some([...SETTINGS, ...ALONE], 6)) {
        for (const limits of [
          { maxMapCount: 1500, seconds: 60, opLimit: 200_000 },
          { maxMapCount: 1_000_000, seconds: 0.003, opLimit: 0 },
        ]) {
          const sim = createSimulation(
            often(resolveKnobs(variantKnobs(preset, 0), small(preset), settings, limits)),
            { eventCapacity: 1024 },
          );
          sim.advance(1_000_000);
          expect(sim.status).not.toBe('running');
          const frame = frameOf(sim);
          const told = storyUnder(preset.story, seenIn(sim).knobs).filter(
            ({ when }) => when.kind === 'ended' && hasCome(when, frame),
          );
          if (preset.story.some(({ when }) => when.kind === 'ended'))
            expect(
              told.map(({ title }) => title),
              preset.id,
            ).toHaveLength(1);
          holdTo(preset, sim, true);
        }
      }
    },
  );

  it('has something to hold every conditional sentence to, and all together make every claim', () => {
    for (const { id, story } of TINY)
      for (const { title, text, under, when } of story)
        if (
          under ||
          (when.kind === 'ended' && when.refused !== undefined && !title.startsWith('The end'))
        )
          expect(claimsOf(text).length > 0 || title === 'The end.', `${id}: ${title} ${text}`).toBe(
            true,
          );
    if (DEEP)
      expect(CLAIMS.map(([words]) => words).filter((words) => !used.has(words))).toEqual([]);
  });
});
