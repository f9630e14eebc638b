import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isKnobId, KNOB_IDS, knobDef } from '../engine/knobs/index.ts';
import { SCENARIOS } from '../engine/scenarios.ts';
import { PAGE } from './testing/project.ts';

const DOCS = PAGE.replace(/evidence\.md$/, '');
const SRC = `${DOCS}../src/`;

interface Row {
  readonly id: string;
  readonly cells: readonly string[];
}

/** Rows of docs/systems.md whose ids begin with a letter. */
const rowsOf = (letter: string): readonly Row[] =>
  readFileSync(`${DOCS}systems.md`, 'utf8')
    .split('\n')
    .filter((line) => new RegExp(`^\\| ${letter}-\\d\\d \\|`).test(line))
    .map((line) => {
      const [id, ...cells] = line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim());
      return { id, cells };
    });
/** What stands between backquotes. */
const named = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
const numbered = (letter: string, many: number): string[] =>
  Array.from({ length: many }, (_, i) => `${letter}-${String(i + 1).padStart(2, '0')}`);

describe('docs/systems.md', () => {
  const systems = rowsOf('S');
  const knobs = rowsOf('K');

  it('has every system and every knob of the contract once, in order', () => {
    expect(systems.map(({ id }) => id)).toEqual(numbered('S', 63));
    expect(knobs.map(({ id }) => id)).toEqual(numbered('K', 56));
  });

  it.each(systems)('$id: names what there is', ({ cells }) => {
    const [, where, settings, scenario, tests, state] = cells;
    expect(state).toMatch(/^(works|partial: |absent)/);
    for (const path of [...named(where), ...named(tests)])
      expect(existsSync(SRC + path), path).toBe(true);
    for (const id of named(settings)) expect(isKnobId(id), id).toBe(true);
    for (const id of named(scenario))
      expect(
        SCENARIOS.some((known) => known.id === id),
        id,
      ).toBe(true);
    if (state.startsWith('works')) {
      expect(named(where)).not.toEqual([]);
      expect(named(tests)).not.toEqual([]);
    }
  });

  it.each(knobs)('$id: names a knob, and says whether it acts as it does', ({ cells }) => {
    const [, here, state] = cells;
    for (const id of named(here)) {
      expect(isKnobId(id), id).toBe(true);
      if (isKnobId(id)) expect(knobDef(id).inert === true, id).toBe(state.startsWith('inert'));
    }
    expect(here === '').toBe(state.startsWith('absent'));
  });

  it('has every scenario of the contract', () => {
    const rows = rowsOf('E');
    expect(rows.map(({ id }) => id)).toEqual(numbered('E', 20));
    for (const { id, cells } of rows)
      expect(named(cells[0])).toEqual(
        SCENARIOS.filter(({ scenario }) => scenario === id).map((known) => known.id),
      );
  });

  it('leaves no inert knob out', () => {
    const listed = new Set(knobs.flatMap(({ cells }) => named(cells[1])));
    expect(KNOB_IDS.filter((id) => knobDef(id).inert && !listed.has(id))).toEqual([]);
  });
});
