import { MODEL_IDS } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { KNOB_IDS } from '../../engine/knobs/index.ts';
import { knobWords } from '../../engine/knobs/words.ts';
import { type DocumentFigure, PRESETS } from '../../engine/presets.ts';
import { GLOSSARY } from '../../lessons/glossary.ts';
import { LESSONS } from '../../lessons/list.ts';
import type { Passage } from './passage.ts';
import { registered } from './registry.ts';

/** Sentences of a text of code, all resting on the same. Questions state nothing. */
export function sentencesOfText(
  file: string,
  text: string | undefined,
  rests: readonly string[] = [],
): Passage[] {
  return (text ?? '')
    .split(/(?<=[.!?]”?)\s+(?=[A-Z“{\d])/)
    .filter((sentence) => sentence !== '' && !sentence.endsWith('?'))
    .map((sentence) => ({
      file,
      text: sentence,
      rests: [...rests, ...registered(file, sentence)],
    }));
}

function presetPassages(): Passage[] {
  return PRESETS.flatMap((preset) => {
    const at = `preset ${preset.id}`;
    const notes = (figures: readonly DocumentFigure[] | undefined, rests: readonly string[]) =>
      (figures ?? []).flatMap(({ label, note }) =>
        sentencesOfText(`${at}, figure “${label}”`, note, rests),
      );
    return [
      ...sentencesOfText(`${at}, question`, preset.question, preset.rests),
      ...notes(preset.documentFigures, preset.rests ?? []),
      ...preset.variants.flatMap((variant) => [
        ...sentencesOfText(`${at}, variant “${variant.name}”`, variant.note, variant.rests),
        ...notes(variant.documentFigures, variant.rests ?? []),
      ]),
      ...preset.story.flatMap(({ title, text, rests }, i) =>
        [title, text].flatMap((said) => sentencesOfText(`${at}, step ${i + 1}`, said, rests)),
      ),
    ];
  });
}

function lessonPassages(): Passage[] {
  return LESSONS.flatMap((lesson) => {
    const at = `lesson ${lesson.id}`;
    const { predict, goal } = lesson;
    return [
      ...sentencesOfText(`${at}, intro`, `${lesson.title}. ${lesson.intro}`, predict.rests),
      ...sentencesOfText(`${at}, prediction`, predict.question, predict.rests),
      ...lesson.steps.flatMap(({ title, text, rests }, i) =>
        [title, text].flatMap((said) => sentencesOfText(`${at}, step ${i + 1}`, said, rests)),
      ),
      ...sentencesOfText(`${at}, goal`, `${goal.text} ${goal.hint}`, goal.rests).map((passage) => ({
        ...passage,
        settings: [
          goal.ops,
          ...goal.tests.flatMap(({ atMost, atLeast }) => [atMost ?? 0, atLeast ?? 0]),
        ],
      })),
    ];
  });
}

/** All texts of code that may state results: stories, lessons, glossary, what knobs and models are said to do. */
export function codePassages(): Passage[] {
  return [
    ...presetPassages(),
    ...lessonPassages(),
    ...Object.entries(GLOSSARY).flatMap(([term, text]) =>
      sentencesOfText(`glossary ${term}`, text),
    ),
    ...KNOB_IDS.flatMap((id) => sentencesOfText(`knob ${id}`, knobWords(id).help)),
    ...MODEL_IDS.flatMap((id) => sentencesOfText(`model ${id}`, MODEL_SHOWN[id].about)),
  ];
}
