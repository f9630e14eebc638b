import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react';
import { asBytes } from '../../base/units.ts';
import { type DiffSeries, drawDiff } from '../../draw/diff.ts';
import { bytes, compact, count, ordinal } from '../../draw/format.ts';
import { hasFeature, type ModelId } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { differentStreams, type Side } from '../../engine/compare.ts';
import type { KnobValues } from '../../engine/knobs/index.ts';
import { knobWords } from '../../engine/knobs/words.ts';
import { type DocumentFigure, type Preset, presetById } from '../../engine/presets.ts';
import { laneKnobs } from '../../engine/recipe-parse.ts';
import { EVENT_KINDS } from '../../engine/telemetry/events.ts';
import type { SeriesName } from '../../engine/telemetry/series.ts';
import type { Lane } from '../../live/lane.ts';
import { standTogether } from '../../live/together.ts';
import { ALIGN_BY, type AlignBy } from '../../state/store.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { valueAt } from '../lane/axes.ts';
import { kindName } from '../lane/event-text.ts';
import { useWatched } from '../lane/sight.tsx';
import { useLaneCanvas, useLanesFrames, usePacedFrames } from '../lane/use-frame.ts';
import { commonNouns, modelOf, noun } from '../models.ts';
import { useApp, usePerform, useSession, useUi } from '../page/context.ts';
import { LETTERS } from '../page/session/session.ts';
import { travel } from '../page/session/transport.ts';
import { fadesWhereCut } from '../shell/cut.ts';
import { metricOf } from '../side/metrics.ts';
import { apartText, comparedOf, comparedText, standsAt } from './compared.ts';
import { besideFirst, bestOf } from './differences.ts';
import { COMPARE_OPS, findDivergence, type Verdict } from './divergence.ts';
import { METRIC_ROWS, rowLabel } from './rows.ts';

const ALIGN_LABELS: Readonly<Record<AlignBy, string>> = {
  op: 'operation',
  ns: 'modelled time',
  adoption: 'first adoption',
  oom: 'first out of memory',
};

/** Figures of documents that belong to the lanes on screen, each once. */
function figuresOf(preset: Preset | undefined, names: readonly string[]): DocumentFigure[] {
  if (!preset) return [];
  const own = preset.variants
    .filter(({ name }) => names.includes(name))
    .flatMap(({ documentFigures }) => documentFigures ?? []);
  return [...preset.documentFigures, ...own];
}

/** Lanes against each other: what differs, since when, and why. */
export function Compare() {
  const session = useSession();
  const part = useRef<HTMLElement>(null);
  useWatched(part);
  const run = usePerform();
  const recipe = useApp((state) => state.recipe);
  /** Counts runs: a new one is searched anew. */
  const runs = useApp((state) => state.run);
  const alignBy = useApp((state) => state.alignBy);
  const setAlignBy = useApp((state) => state.setAlignBy);
  const ownAxes = useUi((ui) => ui.ownAxes);
  const setUi = useApp((state) => state.setUi);
  const lanes = session.lockstep.lanes.slice(0, recipe.lanes.length);
  const names = recipe.lanes.map(({ name }) => name);
  const preset = recipe.preset === undefined ? undefined : presetById(recipe.preset);
  const sides = useMemo(
    () =>
      recipe.lanes.map((_, i) => ({
        knobs: laneKnobs(recipe, i),
        edits: recipe.edits.filter((edit) => edit.lane === i),
      })),
    [recipe],
  );
  const models = sides.map(({ knobs }) => knobs.model);
  const [pair, setPair] = useState<readonly [number, number]>([0, lanes.length - 1]);
  const a = Math.min(pair[0], lanes.length - 1);
  const b = Math.min(pair[1], lanes.length - 1);
  const choose = (which: 0 | 1) => (
    <select
      aria-label={which === 0 ? 'First lane' : 'Second lane'}
      value={which === 0 ? a : b}
      onChange={(event) => {
        const next = Number(event.target.value);
        setPair(which === 0 ? [next, b] : [a, next]);
      }}
    >
      {names.map((name, i) => (
        <option key={LETTERS[i]} value={i}>
          {LETTERS[i]} · {name}
        </option>
      ))}
    </select>
  );
  return (
    <section ref={part} className="compare" aria-label="Comparison" data-testid="compare">
      <div className="compare-head">
        <h2>Side by side</h2>
        <label className="mini-select">
          align by
          <select value={alignBy} onChange={(event) => setAlignBy(event.target.value as AlignBy)}>
            {ALIGN_BY.map((key) => (
              <option key={key} value={key}>
                {ALIGN_LABELS[key]}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={ownAxes}
            onChange={(event) => setUi({ ownAxes: event.target.checked })}
          />
          own axes
        </label>
      </div>
      <MetricTable lanes={lanes} names={names} models={models} figures={figuresOf(preset, names)} />
      <div className="pair">
        <h3>
          Between {choose(0)} and {choose(1)}
        </h3>
        {a === b ? (
          <p className="empty">Choose two different lanes.</p>
        ) : (
          <>
            <Divergent
              key={`${a}.${b}.${runs}`}
              a={sides[a]}
              b={sides[b]}
              letters={[LETTERS[a], LETTERS[b]]}
              onSeek={(op) => run(travel, op)}
              onFlag={(op) => {
                session.axes.flag = op;
                for (const { hub } of session.lockstep.lanes) hub.redraw();
              }}
            />
            <DiffStrip
              first={lanes[a]}
              second={lanes[b]}
              letters={[LETTERS[a], LETTERS[b]]}
              things={commonNouns([models[a], models[b]])}
            />
            <Explain first={lanes[a]} second={lanes[b]} letters={[LETTERS[a], LETTERS[b]]} />
          </>
        )}
      </div>
    </section>
  );
}

function MetricTable({
  lanes,
  names,
  models,
  figures,
}: {
  readonly lanes: readonly Lane[];
  readonly names: readonly string[];
  readonly models: readonly ModelId[];
  readonly figures: readonly DocumentFigure[];
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const head = useRef<HTMLTableRowElement>(null);
  const write = (): void => {
    const frames = lanes.map((lane) => lane.hub.latest);
    if (frames.some((frame) => frame === undefined)) return;
    const known = frames as FrameView[];
    const compared = comparedOf(known);
    const { from } = compared;
    const said = [
      comparedText(compared, LETTERS),
      ...known.map((frame) => (compared.alike ? '' : standsAt(frame))),
    ];
    // While some are on their way to where the others are, what was said stays: it would come and go.
    if (standTogether(known))
      said.forEach((text, i) => {
        const small = head.current?.cells[i].querySelector('small');
        if (!small || small.textContent === text) return;
        small.textContent = text;
        small.title = text;
      });
    METRIC_ROWS.forEach((row, r) => {
      const line = body.current?.rows[r];
      if (!line) return;
      const values = known.map((frame) => row.value(frame));
      line.hidden = row.optional === true && values.every((value) => value === 0);
      const best = bestOf(row, values, compared.lanes);
      values.forEach((value, i) => {
        const cell = line.cells[i + 1];
        const text = Number.isNaN(value) ? '–' : row.format(value);
        const rest =
          from === undefined || i === from || !compared.lanes[i]
            ? ''
            : besideFirst(row, value, values[from]);
        const strong = cell.firstElementChild;
        const small = cell.lastElementChild;
        if (strong && strong.textContent !== text) strong.textContent = text;
        if (small && small.textContent !== rest) small.textContent = rest;
        cell.classList.toggle('best', best[i] === true);
      });
    });
    figures.forEach((figure, f) => {
      const line = body.current?.rows[METRIC_ROWS.length + f];
      known.forEach((frame, i) => {
        const value = metricOf(frame, figure.metric, 10);
        const text = Math.abs(value) < 100 ? value.toFixed(1) : count(value);
        const strong = line?.cells[i + 1].firstElementChild;
        if (strong && strong.textContent !== text) strong.textContent = text;
      });
    });
  };
  useLanesFrames(lanes, write);
  return (
    <div
      className="compare-table"
      ref={fadesWhereCut}
      tabIndex={0}
      role="region"
      aria-label="Metrics by lane"
    >
      <table style={{ '--lanes': lanes.length } as CSSProperties}>
        <thead>
          <tr ref={head}>
            <th scope="col">
              metric <small />
            </th>
            {names.map((name, i) => (
              <th key={LETTERS[i]} scope="col">
                <span className="compare-name">
                  <span className="lane-letter" aria-hidden="true">
                    {LETTERS[i]}
                  </span>{' '}
                  <span title={name}>{name}</span>
                </span>{' '}
                <small />
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {METRIC_ROWS.map((row) => (
            <tr key={rowLabel(row, models)}>
              <th scope="row" title={rowLabel(row, models)}>
                {rowLabel(row, models)}
              </th>
              {lanes.map((_, i) => (
                <td key={LETTERS[i]}>
                  <b>–</b> <small />
                </td>
              ))}
            </tr>
          ))}
          {figures.map((figure) => (
            <tr key={`${figure.label}${figure.source}`} className="of-document">
              <th
                scope="row"
                title={`${figure.label}: ${figure.source} says ${count(figure.document)} ${figure.unit}`}
              >
                {figure.label}{' '}
                <small>
                  {figure.source} says {count(figure.document)} {figure.unit}
                </small>
              </th>
              {lanes.map((_, i) => (
                <td key={LETTERS[i]}>
                  <b>–</b> <small className="document">{count(figure.document)}</small>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The first operation that came out differently, searched by the pool of workers. */
function Divergent({
  a,
  b,
  letters,
  onSeek,
  onFlag,
}: {
  readonly a: Side;
  readonly b: Side;
  readonly letters: readonly [string, string];
  onSeek(op: number): void;
  onFlag(op: number | undefined): void;
}) {
  const [verdict, setVerdict] = useState<Verdict>({ kind: 'searching' });
  const latest = useRef(onFlag);
  latest.current = onFlag;
  const differing = differentStreams(a.knobs, b.knobs);
  const comparable = differing.length === 0;
  useEffect(() => {
    if (!comparable) return;
    const flag = latest.current;
    flag(undefined);
    setVerdict({ kind: 'searching' });
    return findDivergence({ a, b, maxOps: limitOf(a.knobs) }, (found) => {
      setVerdict(found);
      if (found.kind !== 'searching') flag(found.kind === 'found' ? found.at.opA : undefined);
    });
  }, [a, b, comparable]);
  if (!comparable) {
    return (
      <p className="divergence">
        Different operations: {differing.map((id) => knobWords(id).label.toLowerCase()).join(', ')}{' '}
        {differing.length === 1 ? 'differs' : 'differ'}, so there is no first divergence to find.
      </p>
    );
  }
  switch (verdict.kind) {
    case 'searching':
      return (
        <p className="divergence">
          Looking for the first divergence…
          {verdict.share === undefined ? '' : ` ${Math.floor(verdict.share * 100)} %`}
        </p>
      );
    case 'failed':
      return <p className="divergence">The search for the first divergence failed.</p>;
    case 'none':
      return (
        <p className="divergence">
          No divergence in the first {count(verdict.ops)} operations: every one that both lanes made
          came out alike.
        </p>
      );
    case 'found': {
      const { at } = verdict;
      return (
        <p className="divergence" data-testid="divergence">
          <span className="flag" aria-hidden="true" /> First divergence: operation{' '}
          <b>{count(at.opA)}</b>, the {ordinal(at.k + 1)} of chain {at.chain}. {letters[0]}:{' '}
          {outcomeText(at.a, a.knobs)}; {letters[1]}: {outcomeText(at.b, b.knobs)}.{' '}
          <button type="button" className="link" onClick={() => onSeek(at.opA)}>
            Go there
          </button>
        </p>
      );
    }
  }
}

const limitOf = (knobs: KnobValues): number =>
  knobs.opLimit > 0 ? Math.min(knobs.opLimit, COMPARE_OPS) : COMPARE_OPS;

function outcomeText(
  outcome: { row: number; block: number; path: number },
  knobs: KnobValues,
): string {
  if (outcome.row < 0) return 'served elsewhere';
  const { model } = knobs;
  const { paths } = MODEL_SHOWN[model];
  const path = paths[Math.min(outcome.path, paths.length - 1)];
  // Where a span has parts, the number of a block is that of its part, too.
  const block = hasFeature(model, 'parts') ? '' : `, block ${outcome.block}`;
  return `${noun(model)} ${count(outcome.row)}${block}, ${path}`;
}

/** `things`: what the lanes' spans are called together. */
const STRIPS: readonly { readonly series: SeriesName; readonly label: 'things' | (string & {}) }[] =
  [
    { series: 'resident', label: 'resident bytes' },
    { series: 'superslabs', label: 'things' },
    { series: 'queued', label: 'queued blocks' },
    { series: 'adoptions', label: 'adoptions' },
    { series: 'stranded', label: 'stranded blocks' },
  ];

/** Second lane minus first, over the operations that both have done. */
function DiffStrip({
  first,
  second,
  letters,
  things,
}: {
  readonly first: Lane;
  readonly second: Lane;
  readonly letters: readonly [string, string];
  readonly things: string;
}) {
  const [strip, setStrip] = useState(STRIPS[0]);
  const labelOf = (label: string): string => (label === 'things' ? things : label);
  const name = labelOf(strip.label);
  const text = useRef<HTMLParagraphElement>(null);
  const format =
    strip.series === 'resident' ? (value: number): string => bytes(asBytes(value)) : compact;
  const canvas = useLaneCanvas(
    second,
    (ctx, frame, size, palette) => {
      const other = first.hub.latest;
      if (!other) return;
      drawDiff(ctx, differenceOf(other, frame, strip.series), size, palette, format);
    },
    150,
  );
  const say = (): void => {
    const a = first.hub.latest;
    const b = second.hub.latest;
    if (!a || !b || !text.current) return;
    const { ops, values } = differenceOf(a, b, strip.series);
    const value = values.at(-1) ?? 0;
    const at = `at ${compact(ops.at(-1) ?? 0)} operations`;
    const sentence =
      value === 0
        ? `${letters[1]} and ${letters[0]} have the same ${name} ${at}`
        : `${letters[1]} has ${format(Math.abs(value))} ${value > 0 ? 'more' : 'less'} ${name} than ${letters[0]} ${at}`;
    if (text.current.textContent !== sentence) text.current.textContent = sentence;
  };
  useLanesFrames([first, second], say);
  // This lane may come to stand later than the one that draws.
  usePacedFrames(first, 250, () => canvas.redraw());
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn again because the choice changed
  useEffect(() => canvas.redraw(), [strip, first]);
  return (
    <div className="strip">
      <label className="mini-select">
        difference in
        <select
          value={strip.series}
          onChange={(event) =>
            setStrip(STRIPS.find(({ series }) => series === event.target.value) ?? STRIPS[0])
          }
        >
          {STRIPS.map(({ series, label }) => (
            <option key={series} value={series}>
              {labelOf(label)}
            </option>
          ))}
        </select>
      </label>
      <p ref={text} className="strip-text" role="status" />
      <canvas ref={canvas.ref} role="img" aria-label={`Difference in ${name} over the run`} />
    </div>
  );
}

function differenceOf(a: FrameView, b: FrameView, series: SeriesName): DiffSeries {
  const last = Math.min(a.header[H.op], b.header[H.op]);
  const step = Math.max(a.header[H.historyInterval], b.header[H.historyInterval], 1);
  const ops: number[] = [];
  const values: number[] = [];
  for (let op = 0; op <= last; op += step) {
    ops.push(op);
    values.push(valueAt(b, op, series) - valueAt(a, op, series));
  }
  return { ops, values };
}

/** The three kinds of events by which two lanes differ most. */
function Explain({
  first,
  second,
  letters,
}: {
  readonly first: Lane;
  readonly second: Lane;
  readonly letters: readonly [string, string];
}) {
  const text = useRef<HTMLParagraphElement>(null);
  const write = (): void => {
    const a = first.hub.latest;
    const b = second.hub.latest;
    if (!a || !b || !text.current || !standTogether([a, b])) return;
    const apart = apartText([a, b], letters);
    const by = EVENT_KINDS.map((kind, i) => ({ kind, delta: b.totals[i] - a.totals[i] }))
      .filter(({ delta }) => delta !== 0)
      .sort((x, y) => Math.abs(y.delta) - Math.abs(x.delta))
      .slice(0, 3);
    const said =
      apart !== undefined
        ? apart
        : by.length === 0
          ? 'No kind of event differs in number.'
          : `What ${letters[1]} does differently: ${by
              .map(
                ({ kind, delta }) =>
                  `${count(Math.abs(delta))} ${delta > 0 ? 'more' : 'fewer'} “${kindName(kind, modelOf(delta > 0 ? b : a))}”`,
              )
              .join(', ')}.`;
    if (text.current.textContent !== said) text.current.textContent = said;
  };
  useLanesFrames([first, second], write);
  return <p ref={text} className="explain" data-testid="explain" />;
}
