import { PRESETS } from '../../engine/presets.ts';
import { scenarioLength } from '../story/length.ts';
import { Length } from '../story/length-line.tsx';
import { Dialog } from './dialog.tsx';

interface Props {
  readonly current: string | undefined;
  /** @param variant undefined: side by side where the scenario compares */
  onPick(id: string, variant: number | undefined): void;
  onClose(): void;
}

/** All scenarios, each with its question and its variants. */
export function Gallery({ current, onPick, onClose }: Props) {
  return (
    <Dialog title="Scenarios" className="gallery" onClose={onClose}>
      {() => (
        <ul>
          {PRESETS.map((preset) => (
            <li key={preset.id} className={preset.id === current ? 'current' : ''}>
              <button
                type="button"
                className="gallery-main"
                onClick={() => onPick(preset.id, undefined)}
              >
                <small>{preset.scenario}</small>
                <b>{preset.title}</b>
                <span>{preset.question}</span>
                <Length text={scenarioLength(preset.id, preset.speed)} />
              </button>
              {preset.variants.length > 1 && (
                <div className="gallery-variants">
                  {preset.variants.map((variant, i) => (
                    <button key={variant.name} type="button" onClick={() => onPick(preset.id, i)}>
                      {variant.name}
                    </button>
                  ))}
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
