import { type CSSProperties, useRef } from 'react';
import { classColour, rampCss } from '../../draw/class-colours.ts';
import { classSize, compact, count, plural } from '../../draw/format.ts';
import { NOBODY, partOfRamp, RAMP_TICKS } from '../../draw/map-colours.ts';
import { UNMAPPED } from '../../engine/allocators/model.ts';
import type { ColourBy } from '../../state/store.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { useFrames } from '../lane/use-frame.ts';
import { colourVar, modelOf, nouns, statesOf } from '../models.ts';

/** Colours that owners share (tokens.css). */
const OWNER_COLOURS = 7;
/** Chains that the key names one by one. */
const MOST_CHAINS = 12;

/** The key of the map: what its colours mean, whatever they are taken from. */
export function MapLegend({
  by,
  hidden,
  onHidden,
}: {
  readonly by: ColourBy;
  readonly hidden: number;
  onHidden(bits: number): void;
}) {
  switch (by) {
    case 'state':
      return <StateKey hidden={hidden} onHidden={onHidden} />;
    case 'class':
      return <ListKey key={by} label="Size classes" lines={classLines} />;
    case 'owner':
      return <ListKey key={by} label="Owners" lines={ownerLines} />;
    case 'occupancy':
      return <BlocksKey of="live blocks" />;
    case 'remote':
      return <BlocksKey of="blocks in its remote queues" />;
    case 'age':
      return <AgeKey />;
  }
}

/** States of a frame, counted. */
export function stateCounts(frame: FrameView): number[] {
  const counts = statesOf(modelOf(frame)).map(() => 0);
  const { state } = frame.columns;
  for (let row = 0; row < frame.shape.rows; row++) counts[state[row]]++;
  return counts;
}

function StateKey({ hidden, onHidden }: { readonly hidden: number; onHidden(bits: number): void }) {
  const { lane, knobs } = useLane();
  const { model } = knobs;
  const list = useRef<HTMLUListElement>(null);
  const states = statesOf(model);
  useFrames(lane, (frame) => {
    if (modelOf(frame) !== model) return;
    const counts = stateCounts(frame);
    states.forEach((_, state) => {
      const line = list.current?.querySelector<HTMLElement>(`[data-state="${state}"]`);
      if (!line) return;
      const value = line.querySelector('b');
      const text = count(counts[state]);
      if (value && value.textContent !== text) value.textContent = text;
      line.hidden = counts[state] === 0;
    });
  });
  return (
    <ul className="legend" ref={list} aria-label="States; press to hide or show">
      {states.map(({ name, label, colour, pattern }, state) => (
        <li key={name} data-state={state} hidden>
          <button
            type="button"
            aria-pressed={((hidden >>> state) & 1) === 0}
            onClick={() => onHidden(hidden ^ (1 << state))}
          >
            <span
              className={`swatch${pattern ? ` swatch-${pattern}` : ''}`}
              style={{ '--swatch': colourVar(colour) } as CSSProperties}
              aria-hidden="true"
            />
            {label} <b />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** A line of a key: a colour for a style, what has it, how many there are. */
export interface KeyLine {
  readonly colour: string;
  readonly label: string;
  readonly times: number;
}

/** Size classes that have a span, with their colours. */
export function classLines(frame: FrameView): KeyLine[] {
  const { columns, shape, classBytes } = frame;
  const times = new Int32Array(shape.classes);
  for (let row = 0; row < shape.rows; row++) {
    if (columns.state[row] !== UNMAPPED && columns.cls[row] < shape.classes)
      times[columns.cls[row]]++;
  }
  return Array.from(times, (n, cls) => ({
    colour: classColour(cls, shape.classes),
    label: classSize(classBytes[cls]),
    times: n,
  })).filter(({ times }) => times > 0);
}

/** Chains that own spans, living and dead together, with their colours; many of them end in one line. */
export function ownerLines(frame: FrameView): KeyLine[] {
  const { columns, shape } = frame;
  const times = new Int32Array(NOBODY + 1);
  for (let row = 0; row < shape.rows; row++) {
    if (columns.state[row] !== UNMAPPED) times[columns.chain[row]]++;
  }
  const chains = Array.from(times.subarray(0, NOBODY), (n, chain) => ({
    colour: `var(--o${chain % OWNER_COLOURS})`,
    label: chain === 0 ? 'main' : `chain ${chain}`,
    times: n,
  })).filter(({ times }) => times > 0);
  const rest = chains.slice(MOST_CHAINS);
  return [
    ...chains.slice(0, MOST_CHAINS),
    ...(rest.length === 0
      ? []
      : [
          {
            colour: 'transparent',
            label: `${plural(rest.length, 'more chain')}, colours in turn`,
            times: rest.reduce((sum, { times }) => sum + times, 0),
          },
        ]),
    ...(times[NOBODY] > 0
      ? [
          {
            colour: 'var(--dead)',
            label: 'nobody; greyed: its owner is dead',
            times: times[NOBODY],
          },
        ]
      : []),
  ];
}

function ListKey({
  label,
  lines,
}: {
  readonly label: string;
  lines(frame: FrameView): readonly KeyLine[];
}) {
  const { lane } = useLane();
  const list = useRef<HTMLUListElement>(null);
  useFrames(lane, (frame) => {
    const box = list.current;
    if (!box) return;
    const wanted = lines(frame);
    while (box.children.length > wanted.length) box.lastElementChild?.remove();
    wanted.forEach(({ colour, label: name, times }, i) => {
      const line = box.children[i] ?? box.appendChild(keyLine());
      const [swatch, text, value] = line.children;
      (swatch as HTMLElement).style.setProperty('--swatch', colour);
      if (text.textContent !== name) text.textContent = name;
      const much = count(times);
      if (value.textContent !== much) value.textContent = much;
    });
  });
  return <ul className="legend" ref={list} aria-label={label} />;
}

function keyLine(): HTMLLIElement {
  const line = document.createElement('li');
  const swatch = line.appendChild(document.createElement('span'));
  swatch.className = 'swatch';
  swatch.ariaHidden = 'true';
  line.appendChild(document.createElement('span'));
  line.appendChild(document.createElement('b'));
  return line;
}

/** The ramp of a number of blocks: it has one step for each doubling, and says so. */
function BlocksKey({ of }: { readonly of: string }) {
  const { model } = useLane().knobs;
  return (
    <figure className="ramp">
      <figcaption>
        {of} of {nouns(model)}, a step for each doubling
      </figcaption>
      <span className="ramp-bar" style={{ background: rampCss() }} aria-hidden="true" />
      <ol>
        {RAMP_TICKS.map((blocks, i) => (
          <li key={blocks} style={{ left: `${100 * Math.min(1, partOfRamp(blocks))}%` }}>
            {compact(blocks)}
            {i === RAMP_TICKS.length - 1 && ' and more'}
          </li>
        ))}
      </ol>
    </figure>
  );
}

/** The ramp of ages: linear, from now back to the first operation. */
function AgeKey() {
  const { lane } = useLane();
  const oldest = useRef<HTMLLIElement>(null);
  useFrames(lane, ({ header }) => {
    const text = `${compact(header[H.op])} ops ago`;
    if (oldest.current && oldest.current.textContent !== text) oldest.current.textContent = text;
  });
  return (
    <figure className="ramp">
      <figcaption>mapped</figcaption>
      <span className="ramp-bar" style={{ background: rampCss() }} aria-hidden="true" />
      <ol>
        <li style={{ left: '0%' }}>just now</li>
        <li style={{ left: '100%' }} ref={oldest} />
      </ol>
    </figure>
  );
}
