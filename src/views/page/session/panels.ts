import type { Overlay } from '../../../state/ui.ts';
import { applyTheme } from '../../shell/theme.ts';
import { DONE, type Outcome, type Session, stateOf } from './session.ts';

export function openOverlay(session: Session, overlay: Overlay): Outcome {
  stateOf(session).setUi({ overlay });
  return DONE;
}
export function closeOverlay(session: Session): Outcome {
  stateOf(session).setUi({ overlay: undefined });
  return DONE;
}

/** A scenario of the gallery. @param variant undefined: side by side where the scenario compares */
export function openScenario(session: Session, id: string, variant?: number): Outcome {
  const { setUi, openPreset } = stateOf(session);
  setUi({ overlay: undefined });
  openPreset(id, variant);
  return DONE;
}

export function toggleTheme(session: Session): Outcome {
  const { ui, setUi } = stateOf(session);
  const theme = ui.theme === 'dark' ? 'light' : 'dark';
  applyTheme(theme, true);
  setUi({ theme });
  return DONE;
}

export function toggleKnobs(session: Session): Outcome {
  const { ui, setPanels } = stateOf(session);
  setPanels({ knobs: !ui.panels.knobs });
  return DONE;
}
export function toggleBreakIt(session: Session): Outcome {
  const { ui, setPanels } = stateOf(session);
  setPanels({ breakIt: !ui.panels.breakIt });
  return DONE;
}
/** Whoever opens the notes wants to be in them. */
export function toggleNotes(session: Session): Outcome {
  const { ui, setPanels } = stateOf(session);
  setPanels({ notes: ui.panels.notes === false ? 'byHand' : false });
  return DONE;
}

/** Closes what was opened last: the selection, else the notes, else the blows; the knobs of a narrow page. */
export function closeLast(session: Session): Outcome {
  const { selection, select, ui, setPanels } = stateOf(session);
  if (selection !== undefined) select(undefined);
  else if (ui.panels.notes !== false) setPanels({ notes: false });
  else if (ui.panels.breakIt) setPanels({ breakIt: false });
  setPanels({ knobs: false });
  // What had the focus may be gone.
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.getElementById('lane')?.focus();
  });
  return DONE;
}
