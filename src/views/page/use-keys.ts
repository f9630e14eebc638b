import { useEffect, useRef } from 'react';
import type { Lockstep } from '../../live/lockstep.ts';
import type { AppActions } from '../../state/store.ts';

/** What covers the page. */
export type Overlay = 'gallery' | 'help' | 'palette' | 'share' | 'lessons';

interface Keys {
  readonly lockstep: Lockstep;
  readonly focus: number;
  readonly actions: AppActions;
  /** To the next event of the chosen kind, or to the previous one. */
  onEvent(forward: boolean): void;
  onPlayPause(): void;
  onTheme(): void;
  onOverlay(overlay: Overlay): void;
  onBreak(): void;
  onNotes(): void;
  onEscape(): void;
}

/** The page's keys (help.tsx lists them); views and fields keep their own. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => press(event, latest.current);
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function press(event: KeyboardEvent, keys: Keys): void {
  const { lockstep, focus, actions, onPlayPause, onTheme, onOverlay } = keys;
  const { onEvent, onBreak, onNotes, onEscape } = keys;
  const target = event.target as HTMLElement;
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    const key = event.key.toLowerCase();
    const typing = target.closest('input:not([type="range"]), textarea') !== null;
    const now = lockstep.lanes[focus]?.hub.summary?.op ?? 0;
    if (key === 'k') {
      event.preventDefault();
      onOverlay('palette');
    } else if (!typing && key === 'z') {
      event.preventDefault();
      if (event.shiftKey) actions.redo(now);
      else actions.undo(now);
    } else if (!typing && key === 'y') {
      event.preventDefault();
      actions.redo(now);
    }
    return;
  }
  if (event.altKey) return;
  if (event.key === 'Escape' && target.closest('.break-it, .notes')) {
    onEscape();
    return;
  }
  if (target.closest('input, select, textarea, dialog')) return;
  const button = target.closest('button, a') !== null;
  switch (event.key) {
    case ' ':
      if (button) return;
      event.preventDefault();
      onPlayPause();
      return;
    case 'ArrowRight':
      event.preventDefault();
      if (event.shiftKey) onEvent(true);
      else void lockstep.stepOps(1);
      return;
    case 'ArrowLeft':
      event.preventDefault();
      if (event.shiftKey) onEvent(false);
      else void lockstep.seek(lockstep.op - 1);
      return;
    case 'Home':
      event.preventDefault();
      actions.restart();
      return;
    case 'End':
      event.preventDefault();
      void lockstep.runTo(1e10);
      return;
    case '?':
      onOverlay('help');
      return;
    case 'g':
      onOverlay('gallery');
      return;
    case 't':
      onTheme();
      return;
    case 'b':
      onBreak();
      return;
    case 'n':
      onNotes();
      return;
    case '1':
    case '2':
    case '3':
    case '4':
      if (Number(event.key) <= lockstep.lanes.length) actions.focusOn(Number(event.key) - 1);
      return;
    case 'Escape':
      onEscape();
      return;
  }
}
