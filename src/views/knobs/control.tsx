import { CopyCheck, RotateCcw } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import {
  type KnobId,
  type KnobValue,
  knobDef,
  type NumberKnob,
  type TextKnob,
} from '../../engine/knobs/index.ts';
import { knobWords, optionLabel } from '../../engine/knobs/words.ts';
import { parseKnobValue } from '../../engine/recipe-parse.ts';
import { Terms } from '../story/terms.tsx';
import { fromSlider, SLIDER_STEPS, toSlider } from './scale.ts';

interface Props {
  readonly id: KnobId;
  readonly value: KnobValue;
  /** The value it goes back to. */
  readonly base: KnobValue;
  /** Why it has no effect now, if so. */
  readonly reason: string | undefined;
  onChange(value: KnobValue): void;
  /** Gives every lane this value; undefined with one lane. */
  onCopyToAll: (() => void) | undefined;
}

/** One knob: its control, its unit, the name it has in the source, and why it may not matter. */
export function KnobControl({ id, value, base, reason, onChange, onCopyToAll }: Props) {
  const def = knobDef(id);
  const words = knobWords(id);
  const labelId = useId();
  const helpId = useId();
  const changed = value !== base;
  return (
    <div className={`knob${changed ? ' changed' : ''}${reason ? ' idle' : ''}`} data-knob={id}>
      <div className="knob-line">
        <span className="knob-label" id={labelId}>
          {words.label}
        </span>
        {changed && (
          <button
            type="button"
            className="icon-button"
            title={`Back to ${String(base)}`}
            onClick={() => onChange(base)}
          >
            <RotateCcw size={13} aria-hidden="true" />
            <span className="sr">Reset {words.label}</span>
          </button>
        )}
        {onCopyToAll && (
          <button
            type="button"
            className="icon-button"
            title="Give every lane this value"
            onClick={onCopyToAll}
          >
            <CopyCheck size={13} aria-hidden="true" />
            <span className="sr">Copy {words.label} to all lanes</span>
          </button>
        )}
        {def.kind === 'number' && (
          <NumberField
            def={def}
            id={id}
            value={Number(value)}
            labelId={labelId}
            helpId={helpId}
            onChange={onChange}
          />
        )}
        {def.kind === 'bool' && (
          <button
            type="button"
            role="switch"
            className="switch"
            aria-checked={value === true}
            aria-labelledby={labelId}
            aria-describedby={helpId}
            onClick={() => onChange(value !== true)}
          >
            <span>{value === true ? 'on' : 'off'}</span>
            <i aria-hidden="true" />
          </button>
        )}
      </div>
      {def.kind === 'number' && (
        <Slider def={def} value={Number(value)} labelId={labelId} onChange={onChange} />
      )}
      {def.kind === 'text' && (
        <TextField
          def={def}
          id={id}
          value={String(value)}
          labelId={labelId}
          helpId={helpId}
          onChange={onChange}
        />
      )}
      {def.kind === 'enum' && (
        <fieldset className="segments wide" aria-labelledby={labelId} aria-describedby={helpId}>
          {def.options.map((option) => (
            <button
              key={option}
              type="button"
              aria-pressed={value === option}
              onClick={() => onChange(option)}
            >
              {optionLabel(id, option)}
            </button>
          ))}
        </fieldset>
      )}
      {words.source && <code className="knob-source">{words.source}</code>}
      {reason && <p className="knob-reason">{reason}</p>}
      <p className="knob-help" id={helpId}>
        <Terms text={words.help} /> <em>Watch: {words.see}.</em>
      </p>
    </div>
  );
}

function Slider({
  def,
  value,
  labelId,
  onChange,
}: {
  readonly def: NumberKnob;
  readonly value: number;
  readonly labelId: string;
  onChange(value: number): void;
}) {
  const [drag, setDrag] = useState<number | undefined>(undefined);
  const position = drag ?? toSlider(def, value);
  const commit = (): void => {
    if (drag === undefined) return;
    setDrag(undefined);
    const next = fromSlider(def, drag);
    if (next !== value) onChange(next);
  };
  return (
    <input
      type="range"
      className="slider"
      min={0}
      max={SLIDER_STEPS}
      step={1}
      value={position}
      aria-labelledby={labelId}
      aria-valuetext={`${fromSlider(def, position)} ${def.unit}`}
      style={{ '--at': `${(position / SLIDER_STEPS) * 100}%` } as React.CSSProperties}
      onChange={(event) => setDrag(Number(event.target.value))}
      onPointerUp={commit}
      onKeyUp={commit}
      onBlur={commit}
    />
  );
}

function NumberField({
  def,
  id,
  value,
  labelId,
  helpId,
  onChange,
}: {
  readonly def: NumberKnob;
  readonly id: KnobId;
  readonly value: number;
  readonly labelId: string;
  readonly helpId: string;
  onChange(value: KnobValue): void;
}) {
  const shown = (n: number): string => (n === 0 && def.zero ? def.zero : String(n));
  const [text, setText] = useState(shown(value));
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const errorId = useId();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text follows the value only when that changes
  useEffect(() => {
    setText(shown(value));
    setProblem(undefined);
  }, [value]);
  const commit = (): void => {
    if (text === shown(value)) return;
    const parsed = parseKnobValue(id, text.trim() === def.zero ? 0 : text.replace(/,/g, ''));
    if (parsed.ok) {
      setProblem(undefined);
      onChange(parsed.value);
    } else {
      setProblem(`${parsed.error.message} Kept ${shown(value)}.`);
      setText(shown(value));
    }
  };
  return (
    <>
      <span className="number">
        <input
          type="text"
          inputMode="decimal"
          value={text}
          aria-labelledby={labelId}
          aria-describedby={`${helpId} ${errorId}`}
          aria-invalid={problem !== undefined}
          onChange={(event) => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            // The palette's key and undo stay the page's.
            if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
            if (event.key === 'Enter') commit();
            if (event.key === 'Escape') setText(shown(value));
          }}
        />
        {def.unit !== '' && !(value === 0 && def.zero) && <small>{def.unit}</small>}
      </span>
      <span className="knob-problem" id={errorId} role="alert">
        {problem}
      </span>
    </>
  );
}

/** A text in a grammar: what is wrong with it is said beneath, and what was typed stays to be mended. */
function TextField({
  def,
  id,
  value,
  labelId,
  helpId,
  onChange,
}: {
  readonly def: TextKnob;
  readonly id: KnobId;
  readonly value: string;
  readonly labelId: string;
  readonly helpId: string;
  onChange(value: KnobValue): void;
}) {
  const [text, setText] = useState(value);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const errorId = useId();
  useEffect(() => {
    setText(value);
    setProblem(undefined);
  }, [value]);
  const commit = (): void => {
    const parsed = parseKnobValue(id, text);
    setProblem(parsed.ok ? undefined : parsed.error.message);
    if (parsed.ok && parsed.value !== value) onChange(parsed.value);
  };
  return (
    <>
      <input
        type="text"
        className="knob-text"
        value={text}
        maxLength={def.maxLength}
        spellCheck={false}
        aria-labelledby={labelId}
        aria-describedby={`${helpId} ${errorId}`}
        aria-invalid={problem !== undefined}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          // The palette's key and undo stay the page's.
          if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
          if (event.key === 'Enter') commit();
          if (event.key === 'Escape') setText(value);
        }}
      />
      <span className="knob-problem" id={errorId} role="alert">
        {problem}
      </span>
    </>
  );
}
