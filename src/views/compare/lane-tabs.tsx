interface Props {
  readonly names: readonly string[];
  readonly focus: number;
  onFocus(lane: number): void;
}

/** Which lane is in front: on narrow screens the only one that shows. */
export function LaneTabs({ names, focus, onFocus }: Props) {
  return (
    <fieldset className="segments lane-tabs">
      <legend className="sr">Lane that knobs and inspector speak of (keys 1 to 4)</legend>
      {names.map((name, i) => (
        <button key={'ABCD'[i]} type="button" aria-pressed={i === focus} onClick={() => onFocus(i)}>
          {'ABCD'[i]} <span>{name}</span>
        </button>
      ))}
    </fieldset>
  );
}
