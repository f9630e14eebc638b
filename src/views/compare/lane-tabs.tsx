import { useApp } from '../page/context.ts';
import { LETTERS } from '../page/session/session.ts';

/** Which lane is in front: on narrow screens the only one that shows. */
export function LaneTabs() {
  const lanes = useApp((state) => state.recipe.lanes);
  const focus = useApp((state) => Math.min(state.focus, lanes.length - 1));
  const focusOn = useApp((state) => state.focusOn);
  return (
    <fieldset className="segments lane-tabs">
      <legend className="sr">Lane that knobs and inspector speak of (keys 1 to 4)</legend>
      {lanes.map(({ name }, i) => (
        <button
          key={LETTERS[i]}
          type="button"
          aria-pressed={i === focus}
          onClick={() => focusOn(i)}
        >
          {LETTERS[i]} <span>{name}</span>
        </button>
      ))}
    </fieldset>
  );
}
