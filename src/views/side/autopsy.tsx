import { bytes, count, difference } from '../../draw/format.ts';
import type { KnobValues } from '../../engine/knobs/index.ts';
import { type DocumentFigure, presetById } from '../../engine/presets.ts';
import { bandLabel } from '../../engine/telemetry/band-words.ts';
import type { BandName } from '../../engine/telemetry/ledger.ts';
import { refillLine } from '../../engine/telemetry/refill-line.ts';
import type { Autopsy } from '../../engine/types.ts';
import type { Lane } from '../../live/lane.ts';
import { Terms } from '../story/terms.tsx';
import { curesFor } from './cures.ts';
import { metricOf } from './metrics.ts';
import { autopsySentences, autopsyTitle } from './sentences.ts';

interface Props {
  readonly lane: Lane;
  readonly autopsy: Autopsy;
  readonly knobs: KnobValues;
  /** The scenario that it is a run of, and its variant: what documents say of them. */
  readonly of: string | undefined;
  readonly variant: string | undefined;
  onReplay(knobs: Partial<KnobValues>): void;
  /** Opens the cure as a lane beside this one; undefined: no room. */
  onLane: ((knobs: Partial<KnobValues>, name: string) => void) | undefined;
}

/** Why the run ended, in its own numbers, and what to try next. */
export function AutopsyCard({ lane, autopsy, knobs, of, variant, onReplay, onLane }: Props) {
  const preset = of === undefined ? undefined : presetById(of);
  const own = preset?.variants.find(({ name }) => name === variant)?.documentFigures;
  const figures = [...(own ?? []), ...(preset?.documentFigures ?? [])];
  const largest = [...autopsy.bands].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
  const most = largest[0]?.bytes ?? 1;
  const [first, ...others] = curesFor(autopsy, knobs);
  return (
    <section className="autopsy" aria-labelledby="autopsy-title" data-testid="autopsy">
      <p className="eyebrow">
        Autopsy <span>operation {count(autopsy.op)}</span>
      </p>
      <h2 id="autopsy-title">{autopsyTitle(autopsy)}</h2>
      <p className="autopsy-text">
        <Terms text={autopsySentences(autopsy, knobs).join(' ')} />
      </p>
      {autopsy.refill && (
        <p className="story-note" data-testid="refill-line">
          The first refill that failed wrote: <code>{refillLine(autopsy.refill)}</code>
        </p>
      )}
      {autopsy.refills && autopsy.refills.logs.length > 1 && (
        <details className="story-note">
          <summary>
            {count(autopsy.refills.failed)} refills failed
            {autopsy.refills.failed > autopsy.refills.logs.length &&
              `; the first ${count(autopsy.refills.logs.length)} wrote`}
          </summary>
          <ol>
            {autopsy.refills.logs.map((log) => (
              <li key={`${log.op}, ${log.ns}, ${log.life}, ${log.class}`}>
                operation {count(log.op)}: <code>{refillLine(log)}</code>
              </li>
            ))}
          </ol>
        </details>
      )}
      <ul className="bars" aria-label="The three largest bands of mapped bytes">
        {largest.map(({ band, bytes: size }) => (
          <li key={band}>
            <span>{bandLabel(band as BandName, autopsy.model)}</span>
            <b>{bytes(size)}</b>
            <i style={{ width: `${(100 * size) / most}%` }} />
          </li>
        ))}
      </ul>
      {first && (
        <button type="button" className="primary" onClick={() => onReplay(first.knobs)}>
          {first.knobs.orphanPolicy === 'adopt'
            ? 'Now let living threads adopt the orphans'
            : `Replay: ${first.label.toLowerCase()}`}
        </button>
      )}
      {first && onLane && (
        <button type="button" className="beside" onClick={() => onLane(first.knobs, first.label)}>
          Or beside this run, as a lane
        </button>
      )}
      {others.length > 0 && (
        <div className="cures">
          {others.map((cure) => (
            <button key={cure.label} type="button" onClick={() => onReplay(cure.knobs)}>
              {cure.label}
            </button>
          ))}
        </div>
      )}
      {figures.length > 0 && <DocumentTable lane={lane} figures={figures} knobs={knobs} />}
    </section>
  );
}

/** What a document says, greyed, beside what the engine gives. */
function DocumentTable({
  lane,
  figures,
  knobs,
}: {
  readonly lane: Lane;
  readonly figures: readonly DocumentFigure[];
  readonly knobs: KnobValues;
}) {
  const frame = lane.hub.latest;
  if (!frame) return null;
  return (
    <div className="document-table">
      <h3>The document and the engine</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">figure</th>
            <th scope="col">document</th>
            <th scope="col">here</th>
            <th scope="col">apart</th>
          </tr>
        </thead>
        <tbody>
          {figures.map((figure) => {
            const ours = metricOf(frame, figure.metric, knobs.seconds);
            const shown = (value: number): string =>
              Math.abs(value) < 100 && !Number.isInteger(value) ? value.toFixed(3) : count(value);
            return (
              <tr key={figure.label} title={figure.source}>
                <th scope="row">
                  {figure.label}
                  {figure.unit && <small> {figure.unit}</small>}
                </th>
                <td className="document">{shown(figure.document)}</td>
                <td>
                  <b>{shown(ours)}</b>
                </td>
                <td>{difference(ours, figure.document)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {figures
        .filter(({ note }) => note)
        .map(({ label, note }) => (
          <p key={label} className="story-note">
            {note}
          </p>
        ))}
    </div>
  );
}
