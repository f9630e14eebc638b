import type { Passage } from './passage.ts';

/**
 * What sentences rest on that cannot say it beside them: of the glossary, of knobs and models, and of views.
 * A sentence is found by its words, so that another wording is looked at anew.
 */
interface Registered {
  /** Beginning of its place: `knob prelink`, `glossary trim`, `src/views/side/sentences.ts`. */
  readonly at: string;
  /** Words of it. */
  readonly words: string;
  readonly rests: readonly string[];
}

const given = (at: string, words: string): Registered => ({ at, words, rests: ['given'] });

const REGISTRY: readonly Registered[] = [
  given('knob model', 'a heap that brk grows'),
  given('model firstfit', 'one heap, which brk grows'),
  given('knob workload', 'a live set that grows and shrinks'),
  given('knob longShare', 'they live 81 times as long'),
  given('knob prelink', 'touches all its 16 pages'),
  given('knob pendingThreshold', 'fewer blocks than this can never be found'),
  given('knob threadEnd', 'neither joined nor detached, as Larson ships'),
  given('knob schedule', 'the chain with the fewest operations runs'),
  { at: 'knob costMmapTrim', words: '4,900 ns', rests: ['measured'] },
  { at: 'knob costFault', words: '1,700 ns', rests: ['measured'] },
  { at: 'knob costFreshFrame', words: '4,000 to 10,000 ns', rests: ['measured'] },
  { at: 'knob costThreadCached', words: '20,700 ns', rests: ['measured'] },
  { at: 'knob costMunmap', words: '2,050 ns', rests: ['measured'] },
  { at: 'knob costCopy', words: '9 to 17 ns a KiB', rests: ['measured'] },
  { at: 'knob costDecrement', words: '0 to 7 ns', rests: ['measured'] },
  { at: 'knob costContended', words: '0 to 62 ns', rests: ['measured'] },
  { at: 'knob costMadvise', words: '2,000 to 2,600 ns', rests: ['measured'] },
  { at: 'knob costLook', words: '49 to 204 ns', rests: ['measured'] },
  { at: 'knob costLookup', words: '3 ns among 60 SuperSlabs', rests: ['measured'] },
  {
    at: 'src/views/cards/checklist-lights.ts',
    words: 'at least 4.0 M operations a second',
    rests: ['document'],
  },
  {
    at: 'src/views/cards/layer-list.ts',
    words: 'a hash table of 256 to 65,536 buckets',
    rests: ['given'],
  },
];

/** What pages rest on where a sentence does not say otherwise. */
export const FILE_RESTS: Readonly<Record<string, readonly string[]>> = {
  // Speed of the program itself, on machines that the page names.
  'docs/performance.md': ['measured'],
};

const meant = ({ at, words }: Registered, file: string, sentence: string): boolean =>
  file.startsWith(at) && sentence.includes(words);

/** What the sentence is registered to rest on. */
export const registered = (file: string, sentence: string): string[] =>
  REGISTRY.filter((entry) => meant(entry, file, sentence)).flatMap(({ rests }) => rests);

/** Entries whose sentence is said no more. */
export const unusedRegistered = (passages: readonly Passage[]): string[] =>
  REGISTRY.filter((entry) => !passages.some(({ file, text }) => meant(entry, file, text))).map(
    ({ at, words }) => `${at}: ${words}`,
  );
