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
import type { Preset } from '../../engine/presets.ts';

interface Props {
  readonly preset: Preset | undefined;
  /** The variant that is shown alone; undefined: side by side. */
  readonly variant: number | undefined;
  readonly command: string;
  readonly light: boolean;
  readonly knobsOpen: boolean;
  onGallery(): void;
  onVariant(variant: number | undefined): void;
  onTheme(): void;
  /** Undefined: there is nothing to undo. */
  onUndo: (() => void) | undefined;
  onRedo: (() => void) | undefined;
  onLink(): void;
  onLessons(): void;
  onShare(): void;
  onPalette(): void;
  onHelp(): void;
  onKnobs(): void;
}

/** Brand, scenario, variants, and the few global commands. */
export function TopBar(props: Props) {
  const { preset, variant, command, light } = props;
  return (
    <header className="topbar">
      <div className="brand">
        <img src="./icon.svg" alt="" width="22" height="22" />
        <b>Slabscope</b>
      </div>
      <button
        type="button"
        className="knobs-toggle"
        onClick={props.onKnobs}
        aria-expanded={props.knobsOpen}
      >
        <SlidersHorizontal size={16} aria-hidden="true" /> Knobs
      </button>
      <button type="button" className="scenario" onClick={props.onGallery} data-testid="scenario">
        <Grid2x2 size={15} aria-hidden="true" />
        <small>{preset?.scenario ?? '—'}</small>
        <span>{preset?.title ?? 'Own settings'}</span>
      </button>
      <code className="command" title="Larson: seconds, sizes, chunks, rounds, seed, threads">
        {command}
      </code>
      {preset && preset.variants.length > 1 && (
        <fieldset className="segments variants">
          <legend className="sr">Variant</legend>
          {preset.lanes && (
            <button
              type="button"
              aria-pressed={variant === undefined}
              onClick={() => props.onVariant(undefined)}
            >
              Side by side
            </button>
          )}
          {preset.variants.map((entry, i) => (
            <button
              key={entry.name}
              type="button"
              aria-pressed={i === variant}
              onClick={() => props.onVariant(i)}
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
          onClick={props.onUndo}
          disabled={!props.onUndo}
          title="Undo the last change (Ctrl+Z)"
          aria-label="Undo"
        >
          <Undo2 size={17} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={props.onRedo}
          disabled={!props.onRedo}
          title="Redo (Ctrl+Shift+Z)"
          aria-label="Redo"
        >
          <Redo2 size={17} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={props.onPalette}
          title="Commands (Ctrl+K)"
          aria-label="Commands"
        >
          <Search size={17} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={props.onLessons}
          title="Lessons"
          aria-label="Lessons"
        >
          <GraduationCap size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={props.onShare}
          title="Share and export"
          aria-label="Share and export"
        >
          <Download size={17} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="ghost-button"
          onClick={props.onLink}
          title="Copy a link to this recipe"
        >
          <Link2 size={16} aria-hidden="true" /> <span>Copy link</span>
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={props.onTheme}
          aria-label={light ? 'Dark theme' : 'Light theme'}
        >
          {light ? <Moon size={17} aria-hidden="true" /> : <Sun size={17} aria-hidden="true" />}
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={props.onHelp}
          aria-label="Help and keys"
        >
          <CircleHelp size={17} aria-hidden="true" />
        </button>
      </div>
    </header>
  );
}
