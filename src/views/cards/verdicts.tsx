import { useEffect, useRef, useState } from 'react';
import { count, plural } from '../../draw/format.ts';
import { type KnobValues, resolveKnobs } from '../../engine/knobs/index.ts';
import { CALIBRATED_SHARE } from '../../engine/presets/mixed-heaps.ts';
import { type DocumentVerdict, presetById, variantKnobs } from '../../engine/presets.ts';
import { scenarioById } from '../../engine/scenarios.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { useLane } from '../lane/context.ts';
import { ENDED_TEXT } from '../lane/event-text.ts';
import { useApp } from '../page/context.ts';
import { variantOf } from '../page/texts.ts';
import { Card } from './card.tsx';
import {
  type Cell,
  CURVES,
  type CurveKnob,
  known,
  otherSettings,
  passed,
  runVerdicts,
  SEEDS,
  stripKnobs,
  whyLevel,
} from './verdict-runs.ts';

interface Point {
  readonly value: number;
  readonly passed: number;
}

/** Twenty runs that differ in their seed of chance alone, and how many pass over a knob. */
export function VerdictsCard() {
  const { knobs } = useLane();
  // Other knobs, other runs: what was found is forgotten.
  return <Verdicts key={JSON.stringify(knobs)} />;
}

function Verdicts() {
  const { knobs, index } = useLane();
  const { verdict: document, knobs: documentKnobs } = useDocument(index);
  const [cells, setCells] = useState<readonly Cell[]>([]);
  const [curve, setCurve] = useState<{ knob: CurveKnob; points: readonly Point[] }>();
  const [busy, setBusy] = useState(false);
  const giveUp = useRef<() => void>(() => {});
  const stop = (): void => {
    giveUp.current();
    setBusy(false);
  };
  useEffect(() => () => giveUp.current(), []);

  const runStrip = (): void => {
    stop();
    setBusy(true);
    const found: Cell[] = SEEDS.map(() => undefined);
    setCells([...found]);
    giveUp.current = runVerdicts(stripKnobs(knobs), (at, cell) => {
      found[at] = cell;
      setCells([...found]);
      if (known(found) === found.length) setBusy(false);
    });
  };
  const runCurve = (knob: CurveKnob): void => {
    stop();
    setBusy(true);
    const values = CURVES[knob];
    const list = values.flatMap((value) => stripKnobs({ ...knobs, [knob]: value }));
    const found: Cell[] = list.map(() => undefined);
    setCurve({ knob, points: [] });
    giveUp.current = runVerdicts(list, (at, cell) => {
      found[at] = cell;
      const points = values.flatMap((value, i): Point[] => {
        const part = found.slice(i * SEEDS.length, (i + 1) * SEEDS.length);
        return known(part) === SEEDS.length ? [{ value, passed: passed(part) }] : [];
      });
      setCurve({ knob, points });
      if (known(found) === found.length) setBusy(false);
    });
  };

  return (
    <Card
      className="verdicts-card"
      pictured={false}
      title={({ counters }) =>
        counters[C.misroutedFrees] > 0
          ? 'Free took a block for the other heap’s'
          : `${plural(counters[C.mixedPointers], 'block', 'blocks')} of the C library among the heap’s own, ${count(counters[C.libcFrees])} freed without a mistake`
      }
      table={{
        head: ['Seed of chance', 'Verdict'],
        rows: () => SEEDS.map((seed, i) => [count(seed), verdictText(cells[i])]),
      }}
    >
      <div className="verdict-buttons">
        <button type="button" onClick={busy ? stop : runStrip}>
          {busy ? 'Stop' : `Run ${SEEDS.length} seeds`}
        </button>
        {(Object.keys(CURVES) as CurveKnob[]).map((knob) => (
          <button
            key={knob}
            type="button"
            disabled={busy || whyLevel(knob, knobs) !== undefined}
            title={whyLevel(knob, knobs)}
            onClick={() => runCurve(knob)}
          >
            {CURVE_LABEL[knob]}
          </button>
        ))}
      </div>
      <Strip
        label={`here: ${stripText(cells, knobs, document)}`}
        cells={SEEDS.map((seed, i) => ({
          id: seed,
          kind: kindOf(cells[i]),
          text: `seed ${seed}: ${verdictText(cells[i])}`,
        }))}
      />
      {document && (
        <Strip
          document
          label={`document: ${document.passed} of ${document.of} pass, in no order (${document.source})${otherSettings(documentKnobs, knobs)}`}
          cells={Array.from({ length: document.of }, (_, i) => ({
            id: i,
            kind: i < document.passed ? 'pass' : 'crash',
            text: i < document.passed ? 'passed' : 'did not pass',
          }))}
        />
      )}
      {curve && <Curve knob={curve.knob} points={curve.points} now={Number(knobs[curve.knob])} />}
    </Card>
  );
}

const CURVE_LABEL: Readonly<Record<CurveKnob, string>> = {
  lookAlikeProb: 'Over look-alikes',
  oomRate: 'Over refusals',
};
const CURVE_UNIT: Readonly<Record<CurveKnob, string>> = {
  lookAlikeProb: '% look alike',
  oomRate: 'refusals a run',
};

/** What a document says of the runs of the lane's variant, and the knobs that it says it of. */
function useDocument(lane: number): {
  readonly verdict?: DocumentVerdict;
  readonly knobs?: KnobValues;
} {
  const recipe = useApp((state) => state.recipe);
  const preset = recipe.preset === undefined ? undefined : presetById(recipe.preset);
  if (preset === undefined) return {};
  const variant = variantOf(scenarioById(preset.id), recipe, lane);
  const at = preset.variants.findIndex(({ name }) => name === variant?.name);
  const verdict = preset.variants[at]?.documentVerdict ?? preset.documentVerdict;
  if (verdict === undefined) return {};
  return { verdict, knobs: resolveKnobs(variantKnobs(preset, Math.max(0, at))) };
}

function stripText(
  cells: readonly Cell[],
  knobs: KnobValues,
  document: DocumentVerdict | undefined,
): string {
  const share = knobs.lookAlikeProb === CALIBRATED_SHARE && document !== undefined;
  const calibrated = share ? '; the share of look-alikes is calibrated, no document gives it' : '';
  const over = known(cells);
  if (over === 0) return `${SEEDS.length} runs from their start, not made yet${calibrated}`;
  const of = over < SEEDS.length ? `, ${over} known` : '';
  return `${passed(cells)} of ${SEEDS.length} pass${of}${calibrated}`;
}

const kindOf = (cell: Cell): string => {
  if (cell === undefined) return 'none';
  return cell !== 'failed' && cell.passed ? 'pass' : 'crash';
};
function verdictText(cell: Cell): string {
  if (cell === undefined) return 'not known';
  if (cell === 'failed') return 'could not be run';
  return cell.passed ? 'passes' : ENDED_TEXT[cell.endedBy];
}

interface StripProps {
  readonly label: string;
  readonly document?: boolean;
  readonly cells: readonly {
    readonly id: number;
    readonly kind: string;
    readonly text: string;
  }[];
}
function Strip({ label, document, cells }: StripProps) {
  return (
    <figure className={document ? 'verdict-strip document' : 'verdict-strip'}>
      <ol aria-label={label}>
        {cells.map(({ id, kind, text }) => (
          <li key={id} data-verdict={kind} title={text}>
            <span className="sr">{text}</span>
          </li>
        ))}
      </ol>
      <figcaption>{label}</figcaption>
    </figure>
  );
}

const WIDE = 300;
const HIGH = 80;

/** Passes of twenty over a knob, by the rank of its values: they are far from even. */
function Curve({
  knob,
  points,
  now,
}: {
  readonly knob: CurveKnob;
  readonly points: readonly Point[];
  readonly now: number;
}) {
  const values: readonly number[] = CURVES[knob];
  const x = (value: number): number =>
    12 + (values.indexOf(value) / (values.length - 1)) * (WIDE - 24);
  const y = (passes: number): number => HIGH - 6 - (passes / SEEDS.length) * (HIGH - 20);
  const text = points.map(({ value, passed: of }) => `${value}: ${of}`).join(', ');
  return (
    <figure className="verdict-curve">
      <svg
        viewBox={`0 0 ${WIDE} ${HIGH + 14}`}
        role="img"
        aria-label={`Passes of 20 by ${CURVE_UNIT[knob]}: ${text}`}
      >
        <polyline
          points={points.map((point) => `${x(point.value)},${y(point.passed)}`).join(' ')}
        />
        {points.map(({ value, passed: of }) => (
          <g key={value}>
            <circle cx={x(value)} cy={y(of)} r={value === now ? 4 : 2.5} />
            <text x={x(value)} y={y(of) - 6}>
              {of}
            </text>
          </g>
        ))}
        {values.map((value) => (
          <text key={value} x={x(value)} y={HIGH + 10}>
            {value}
          </text>
        ))}
      </svg>
      <figcaption>
        passes of {SEEDS.length} by {CURVE_UNIT[knob]}
        {points.length < values.length ? ', under way' : ''}
      </figcaption>
    </figure>
  );
}
