import type { Overlay } from '../../../state/ui.ts';
import { redo, restart, undo } from './lanes.ts';
import { closeLast, openOverlay, toggleBreakIt, toggleNotes, toggleTheme } from './panels.ts';
import { type Command, perform, type Session, stateOf } from './session.ts';
import { playPause, runToEnd, stepBack, stepForward, toEvent } from './transport.ts';

/** A key as the page's keys look at it. */
export type Press = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'preventDefault'
>;
/** Where the focus is. */
export interface Target {
  closest(selectors: string): unknown;
  /** It has the focus from a pointer's press, not because somebody went there with the keyboard. */
  readonly pressed?: boolean;
}

const OVERLAY_KEYS: Readonly<Record<string, Overlay>> = { '?': 'help', g: 'gallery' };

/** The page's keys (help.tsx lists them); views and fields keep their own. */
export function press(event: Press, target: Target, session: Session): void {
  const run = <A extends readonly unknown[]>(command: Command<A>, ...args: A): void =>
    void perform(session, command, ...args);
  const within = (selectors: string): boolean => Boolean(target.closest(selectors));
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    const key = event.key.toLowerCase();
    const typing = within('input:not([type="range"]), textarea');
    if (key !== 'k' && (typing || (key !== 'z' && key !== 'y'))) return;
    event.preventDefault();
    if (key === 'k') run(openOverlay, 'palette');
    else run(key === 'y' || event.shiftKey ? redo : undo);
    return;
  }
  if (event.altKey) return;
  if (event.key === 'Escape' && within('.break-it, .notes')) {
    run(closeLast);
    return;
  }
  if (event.key === ' ' && target.pressed === true && !within('dialog')) {
    // It presses what the keyboard led to; what was clicked is not pressed again by it: the player owns it.
    event.preventDefault();
    run(playPause);
    return;
  }
  if (within('input, select, textarea, dialog')) return;
  const overlay = OVERLAY_KEYS[event.key];
  if (overlay !== undefined) {
    run(openOverlay, overlay);
    return;
  }
  // By place as well: on some keyboards digits are typed with Shift.
  const digit = /^(?:Digit|Numpad)?([1-4])$/.exec(event.code)?.[1] ?? event.key;
  if (/^[1-4]$/.test(digit)) {
    const { recipe, focusOn } = stateOf(session);
    if (Number(digit) <= recipe.lanes.length) focusOn(Number(digit) - 1);
    return;
  }
  switch (event.key) {
    case ' ':
      if (within('button, a, summary')) return;
      event.preventDefault();
      run(playPause);
      return;
    case 'ArrowRight':
      event.preventDefault();
      if (event.shiftKey) run(toEvent, true);
      else run(stepForward);
      return;
    case 'ArrowLeft':
      event.preventDefault();
      if (event.shiftKey) run(toEvent, false);
      else run(stepBack);
      return;
    case 'Home':
      event.preventDefault();
      run(restart);
      return;
    case 'End':
      event.preventDefault();
      run(runToEnd);
      return;
    case 't':
      run(toggleTheme);
      return;
    case 'b':
      run(toggleBreakIt);
      return;
    case 'n':
      run(toggleNotes);
      return;
    case 'Escape':
      run(closeLast);
      return;
  }
}
