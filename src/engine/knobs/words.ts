import { MODEL_IDS, MODELS, type ModelId, modelDef } from '../allocators/index.ts';
import { MODEL_WORDS } from '../allocators/words.ts';
import { PROGRAM_IDS, PROGRAMS, type ProgramId, programDef } from '../programs/index.ts';
import { DURATION_WORDS, PROGRAM_SHARED_WORDS } from '../programs/shared-words.ts';
import { PROGRAM_WORDS } from '../programs/words.ts';
import type { KNOBS, KnobId } from './index.ts';
import { INERT_WORDS } from './inert-words.ts';
import {
  type ChoiceWords,
  type KnobGroup,
  type KnobWords,
  merged,
  type WordsFor,
} from './kinds.ts';
import { MACHINE_WORDS } from './machine-words.ts';
import { SHARED_WORDS } from './shared-words.ts';

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

const model: ChoiceWords<ModelId> = {
  label: 'Allocator',
  help: MODEL_IDS.map((id) => `${MODELS[id].label}: ${modelDef(id).help}`).join(' '),
  see: 'Everything',
  options: Object.fromEntries(MODEL_IDS.map((id) => [id, MODELS[id].label])) as Record<
    ModelId,
    string
  >,
};

const workload: ChoiceWords<ProgramId> = {
  label: 'Workload',
  help: PROGRAM_IDS.map((id) => `${PROGRAMS[id].label}: ${programDef(id).help}`).join(' '),
  see: 'Map, map entries',
  kId: 'K-54',
  options: Object.fromEntries(PROGRAM_IDS.map((id) => [id, PROGRAMS[id].label])) as Record<
    ProgramId,
    string
  >,
};

/** The words for every knob; the compiler finds a knob without. Page and command line read them, workers do not. */
const WORDS: WordsFor<Pick<typeof KNOBS, KnobId>> = merged([
  { model, workload },
  PROGRAM_SHARED_WORDS,
  PROGRAM_WORDS,
  DURATION_WORDS,
  SHARED_WORDS,
  ...MODEL_IDS.map((id) => MODEL_WORDS[id]),
  MACHINE_WORDS,
  INERT_WORDS,
]);

/** What a knob is called and means. */
export const knobWords = (id: KnobId): KnobWords => WORDS[id];

/** What an option of a knob is called, or the value itself where it has no name. */
export function optionLabel(id: KnobId, option: string): string {
  const words: KnobWords & Partial<ChoiceWords> = WORDS[id];
  return words.options?.[option] ?? option;
}
