import { KNOB_IDS, type KnobId, knobDef, whyInapplicable } from '../../../engine/knobs/index.ts';
import { knobWords, optionLabel } from '../../../engine/knobs/words.ts';
import { SCENARIOS } from '../../../engine/scenarios.ts';
import { LESSONS } from '../../../lessons/list.ts';
import { knobsInForce } from '../../../state/store.ts';
import { CARDS } from '../../cards/registry.ts';
import type { Command as Entry } from '../../shell/palette.tsx';
import { duplicateLane, redo, resetKnobs, restart, undo } from './lanes.ts';
import { openLesson } from './lesson.ts';
import { openOverlay, openScenario, toggleTheme } from './panels.ts';
import { type Command, focusOf, perform, type Session, stateOf } from './session.ts';
import { copyLink } from './share.ts';
import { playPause, runToEnd } from './transport.ts';

/** What else a knob may be looked for by: its id, its values, its name in the source. */
function wordsOf(id: KnobId): string {
  const def = knobDef(id);
  const values =
    def.kind === 'enum'
      ? def.options.flatMap((option) => [option, optionLabel(id, option)]).join(', ')
      : '';
  return `${id}, ${values}`;
}

/** Shows a knob and puts the focus into it. */
function goToKnob(session: Session, id: KnobId): void {
  stateOf(session).setPanels({ knobs: true });
  requestAnimationFrame(() => {
    const knob = document.querySelector<HTMLElement>(`[data-knob="${id}"]`);
    knob?.scrollIntoView({ block: 'center' });
    knob?.querySelector<HTMLElement>('input, button')?.focus();
  });
}

/** Everything the page can do, by name. */
export function commandList(session: Session): Entry[] {
  const { recipe, ui, setPanels, setUi } = stateOf(session);
  const knobs = knobsInForce(recipe, focusOf(session));
  const does =
    <A extends readonly unknown[]>(command: Command<A>, ...args: A) =>
    (): void =>
      void perform(session, command, ...args);
  return [
    { name: 'Lessons', run: does(openOverlay, 'lessons') },
    ...LESSONS.map(({ id, number, title }) => ({
      name: `Lesson ${number}: ${title}`,
      run: does(openLesson, id),
    })),
    { name: 'Play or pause', hint: 'Space', run: does(playPause) },
    { name: 'Restart', hint: 'Home', run: does(restart) },
    { name: 'Run to the end', hint: 'End', run: does(runToEnd) },
    { name: 'Undo the last change', hint: 'Ctrl+Z', run: does(undo) },
    { name: 'Redo', hint: 'Ctrl+Shift+Z', run: does(redo) },
    { name: 'Duplicate this lane', run: does(duplicateLane, focusOf(session)) },
    {
      name: 'Break it: stall, burst or kill a thread',
      hint: 'B',
      run: () => setPanels({ breakIt: true }),
    },
    { name: 'Notes', hint: 'N', run: () => setPanels({ notes: 'byHand' }) },
    {
      name: 'Share and export',
      also: 'recipe file, CSV, Perfetto trace, command line, import',
      run: does(openOverlay, 'share'),
    },
    { name: 'Copy link', run: does(copyLink) },
    { name: 'Reset all knobs', run: does(resetKnobs) },
    {
      name: ui.theme === 'light' ? 'Dark theme' : 'Light theme',
      hint: 'T',
      run: does(toggleTheme),
    },
    { name: 'Help and keys', hint: '?', run: does(openOverlay, 'help') },
    ...SCENARIOS.map(({ id, title, scenario }) => ({
      name: `Scenario ${scenario}: ${title}`,
      run: does(openScenario, id),
    })),
    ...CARDS.map(({ id, title, byDefault }) => {
      const shown = ui.cards[id] ?? byDefault;
      return {
        name: `${shown ? 'Hide' : 'Show'} the view: ${title}`,
        run: () => setUi({ cards: { ...ui.cards, [id]: !shown } }),
      };
    }),
    ...KNOB_IDS.map((id) => ({
      name: `Knob: ${knobWords(id).label}`,
      ...(whyInapplicable(id, knobs) === undefined ? {} : { hint: 'not in force' }),
      also: wordsOf(id),
      run: () => goToKnob(session, id),
    })),
  ];
}
