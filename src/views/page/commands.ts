import {
  KNOB_IDS,
  type KnobId,
  type KnobValues,
  knobDef,
  whyInapplicable,
} from '../../engine/knobs/index.ts';
import { knobWords, optionLabel } from '../../engine/knobs/words.ts';
import { PRESETS } from '../../engine/presets.ts';
import { LESSONS } from '../../lessons/list.ts';
import type { Lesson } from '../../lessons/types.ts';
import type { Lockstep } from '../../live/lockstep.ts';
import type { AppActions } from '../../state/store.ts';
import type { Command } from '../shell/palette.tsx';
import type { Overlay } from './use-keys.ts';

interface Context {
  readonly lockstep: Lockstep;
  readonly focus: number;
  readonly knobs: KnobValues;
  readonly actions: AppActions;
  readonly light: boolean;
  onLesson(lesson: Lesson): void;
  onPlayPause(): void;
  onTheme(): void;
  onOverlay(overlay: Overlay): void;
  onLink(): void;
  onBreak(): void;
  onNotes(): void;
  onKnobs(): void;
}

/** What else a knob may be looked for by: its id, its values, its name in the source. */
function wordsOf(id: KnobId): string {
  const def = knobDef(id);
  const values =
    def.kind === 'enum'
      ? def.options.flatMap((option) => [option, optionLabel(id, option)]).join(', ')
      : '';
  return `${id}, ${values}`;
}

/** Everything the page can do, by name. */
export function commandList(context: Context): Command[] {
  const { lockstep, focus, knobs, actions, light, onLesson, onPlayPause, onTheme } = context;
  const { onOverlay, onLink, onBreak, onNotes, onKnobs } = context;
  const at = (): number => lockstep.lanes[focus]?.hub.summary?.op ?? 0;
  return [
    { name: 'Lessons', run: () => onOverlay('lessons') },
    ...LESSONS.map((entry) => ({
      name: `Lesson ${entry.number}: ${entry.title}`,
      run: () => onLesson(entry),
    })),
    { name: 'Play or pause', hint: 'Space', run: onPlayPause },
    { name: 'Restart', hint: 'Home', run: actions.restart },
    { name: 'Run to the end', hint: 'End', run: () => void lockstep.runTo(1e10) },
    { name: 'Undo the last change', hint: 'Ctrl+Z', run: () => actions.undo(at()) },
    { name: 'Redo', hint: 'Ctrl+Shift+Z', run: () => actions.redo(at()) },
    { name: 'Duplicate this lane', run: () => actions.duplicateLane(focus, at()) },
    { name: 'Break it: stall, burst or kill a thread', hint: 'B', run: () => onBreak() },
    { name: 'Notes', hint: 'N', run: () => onNotes() },
    {
      name: 'Share and export',
      also: 'recipe file, CSV, Perfetto trace, command line, import',
      run: () => onOverlay('share'),
    },
    { name: 'Copy link', run: onLink },
    { name: 'Reset all knobs', run: actions.resetKnobs },
    { name: light ? 'Dark theme' : 'Light theme', hint: 'T', run: onTheme },
    { name: 'Help and keys', hint: '?', run: () => onOverlay('help') },
    ...PRESETS.map(({ id, title, scenario }) => ({
      name: `Scenario ${scenario}: ${title}`,
      run: () => actions.openPreset(id),
    })),
    ...KNOB_IDS.map((id) => ({
      name: `Knob: ${knobWords(id).label}`,
      ...(whyInapplicable(id, knobs) === undefined ? {} : { hint: 'not in force' }),
      also: wordsOf(id),
      run: () => {
        onKnobs();
        requestAnimationFrame(() => {
          const knob = document.querySelector<HTMLElement>(`[data-knob="${id}"]`);
          knob?.scrollIntoView({ block: 'center' });
          knob?.querySelector<HTMLElement>('input, button')?.focus();
        });
      },
    })),
  ];
}
