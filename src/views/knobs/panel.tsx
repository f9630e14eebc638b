import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import {
  KNOB_IDS,
  type KnobGroup,
  type KnobId,
  type KnobValue,
  type KnobValues,
  knobDef,
  whyInapplicable,
} from '../../engine/knobs/index.ts';
import { KNOB_GROUPS, knobWords } from '../../engine/knobs/words.ts';

import { KnobControl } from './control.tsx';

interface Props {
  /** Values in force. */
  readonly knobs: KnobValues;
  /** What the preset gives: the values a reset goes back to. */
  readonly base: KnobValues;
  readonly hasEdits: boolean;
  /** The lane they belong to, when there are several. */
  readonly lane: string | undefined;
  onCopyToAll: ((id: KnobId) => void) | undefined;
  onChange(id: KnobId, value: KnobValue): void;
  onResetAll(): void;
  onFold(): void;
}

const OPEN_AT_FIRST: readonly KnobGroup[] = [
  'workload',
  'orphans',
  'frees',
  'release',
  'limits',
  'threads',
];

/** All knobs, from the one table. */
export function KnobPanel({
  knobs,
  base,
  hasEdits,
  lane,
  onCopyToAll,
  onChange,
  onResetAll,
  onFold,
}: Props) {
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState<ReadonlySet<KnobGroup>>(new Set(OPEN_AT_FIRST));
  const changed = KNOB_IDS.filter((id) => knobs[id] !== base[id]);
  const wanted = search.trim().toLowerCase();
  const matches = (id: KnobId): boolean => {
    const { label, source = '', help } = knobWords(id);
    return `${id} ${label} ${source} ${help}`.toLowerCase().includes(wanted);
  };
  const toggle = (group: KnobGroup): void => {
    const next = new Set(open);
    if (!next.delete(group)) next.add(group);
    setOpen(next);
  };
  const groups = (Object.keys(KNOB_GROUPS) as KnobGroup[])
    .map((group) => ({
      group,
      ids: KNOB_IDS.filter((id) => knobDef(id).group === group && (wanted === '' || matches(id))),
    }))
    .filter(({ ids }) => ids.length > 0);
  return (
    <div className="knobs">
      <div className="knobs-head">
        <h2>Knobs</h2>
        <input
          type="search"
          className="search"
          placeholder="find"
          aria-label="Find a knob"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {lane !== undefined && <p className="knobs-lane">of lane {lane}</p>}
      {(changed.length > 0 || hasEdits) && (
        <div className="chips">
          {changed.map((id) => (
            <button
              key={id}
              type="button"
              className="chip"
              title="Back to the preset’s value"
              onClick={() => onChange(id, base[id])}
            >
              {knobWords(id).label}: {String(knobs[id])} <span aria-hidden="true">×</span>
            </button>
          ))}
          {changed.length > 0 && (
            <button type="button" className="chip plain" onClick={onResetAll}>
              Reset all
            </button>
          )}
          {hasEdits && (
            <button type="button" className="chip plain" onClick={onFold}>
              Start again with these
            </button>
          )}
        </div>
      )}
      {groups.length === 0 && <p className="empty">No knob is called that.</p>}
      {groups.map(({ group, ids }) => {
        const shown = wanted !== '' || open.has(group);
        return (
          <section key={group} className="knob-group">
            <h3>
              <button type="button" aria-expanded={shown} onClick={() => toggle(group)}>
                <ChevronRight size={14} aria-hidden="true" />
                {KNOB_GROUPS[group]}
                <small>{ids.length}</small>
              </button>
            </h3>
            {shown &&
              ids.map((id) => (
                <KnobControl
                  key={id}
                  id={id}
                  value={knobs[id]}
                  base={base[id]}
                  reason={whyInapplicable(id, knobs)}
                  onChange={(value) => onChange(id, value)}
                  onCopyToAll={onCopyToAll && (() => onCopyToAll(id))}
                />
              ))}
          </section>
        );
      })}
    </div>
  );
}
