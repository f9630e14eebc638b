import {
  CircleHelp,
  Download,
  GraduationCap,
  Grid2x2,
  Link2,
  Moon,
  Redo2,
  Search,
  SlidersHorizontal,
  Sun,
  Undo2,
} from 'lucide-react';
import { scenarioById } from '../../engine/scenarios.ts';
import { childOf, parentOf } from '../../state/branches.ts';
import type { Overlay } from '../../state/ui.ts';
import { useApp, useFocused, usePerform, useUi } from '../page/context.ts';
import { redo, undo } from '../page/session/lanes.ts';
import { openOverlay, openScenario, toggleKnobs, toggleTheme } from '../page/session/panels.ts';
import { copyLink } from '../page/session/share.ts';
import { commandOf, commandTitle } from '../page/texts.ts';
import { fadesWhereCut } from './cut.ts';

/** Brand, scenario, variants, and the few global commands. */
export function TopBar() {
  const run = usePerform();
  const id = useApp((state) => state.recipe.preset);
  /** The variant that is shown alone; undefined: side by side. */
  const variant = useApp((state) => state.recipe.variant);
  const tree = useApp((state) => state.tree);
  const light = useUi((ui) => ui.theme === 'light');
  const knobsOpen = useUi((ui) => ui.panels.knobs);
  const { knobs } = useFocused();
  const preset = id === undefined ? undefined : scenarioById(id);
  const show = (overlay: Overlay) => () => run(openOverlay, overlay);
  const pick = (index: number | undefined): void => {
    if (preset) run(openScenario, preset.id, index);
  };
  return (
    <header className="topbar">
      <div className="brand">
        <img src="./icon.svg" alt="" width="22" height="22" />
        <b>Slabscope</b>
      </div>
      <button
        type="button"
        className="knobs-toggle"
        onClick={() => run(toggleKnobs)}
        aria-expanded={knobsOpen}
      >
        <SlidersHorizontal size={16} aria-hidden="true" /> Knobs
      </button>
      <button type="button" className="scenario" onClick={show('gallery')} data-testid="scenario">
        <Grid2x2 size={15} aria-hidden="true" />
        <small>{preset?.scenario ?? '—'}</small>
        <span>{preset?.title ?? 'Own settings'}</span>
      </button>
      <code className="command" title={commandTitle(knobs)}>
        {commandOf(knobs)}
      </code>
      {preset && preset.variants.length > 1 && (
        <fieldset className="segments variants" ref={fadesWhereCut}>
          <legend className="sr">Variant</legend>
          {preset.lanes && (
            <button
              type="button"
              aria-pressed={variant === undefined}
              onClick={() => pick(undefined)}
            >
              Side by side
            </button>
          )}
          {preset.variants.map((entry, i) => (
            <button
              key={entry.name}
              type="button"
              aria-pressed={i === variant}
              onClick={() => pick(i)}
            >
              {entry.name}
            </button>
          ))}
        </fieldset>
      )}
      <div className="topbar-end">
        <button
          type="button"
          className="icon-button"
          onClick={() => run(undo)}
          disabled={!parentOf(tree)}
          title="Undo the last change (Ctrl+Z)"
          aria-label="Undo"
        >
          <Undo2 size={17} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={() => run(redo)}
          disabled={!childOf(tree)}
          title="Redo (Ctrl+Shift+Z)"
          aria-label="Redo"
        >
          <Redo2 size={17} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={show('palette')}
          title="Commands (Ctrl+K)"
          aria-label="Commands"
        >
          <Search size={17} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={show('lessons')}
          title="Lessons"
          aria-label="Lessons"
        >
          <GraduationCap size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={show('share')}
          title="Share and export"
          aria-label="Share and export"
        >
          <Download size={17} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="ghost-button"
          onClick={() => run(copyLink)}
          title="Copy a link to this recipe"
        >
          <Link2 size={16} aria-hidden="true" /> <span>Copy link</span>
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={() => run(toggleTheme)}
          aria-label={light ? 'Dark theme' : 'Light theme'}
        >
          {light ? <Moon size={17} aria-hidden="true" /> : <Sun size={17} aria-hidden="true" />}
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={show('help')}
          aria-label="Help and keys"
        >
          <CircleHelp size={17} aria-hidden="true" />
        </button>
      </div>
    </header>
  );
}
