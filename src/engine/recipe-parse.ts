import { assert } from '../base/assert.ts';
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { clip, visible } from '../base/text.ts';
import { DEFAULT_MODEL } from './allocators/index.ts';
import { MODEL_SHOWN } from './allocators/shown.ts';
import { ACT_IDS, type Intervention, isActId, rangeProblem } from './interventions.ts';
import {
  isKnobId,
  KNOB_IDS,
  type KnobId,
  type KnobValue,
  type KnobValues,
  knobDef,
  resolveKnobs,
} from './knobs/index.ts';
import { knobWords } from './knobs/words.ts';
import { programDef } from './programs/index.ts';
import {
  type Edit,
  ENGINE_VERSION,
  type LaneRecipe,
  MAX_NOTE_CHARS,
  MAX_NOTES,
  type Note,
  RECIPE_SCHEMA,
  type Recipe,
  type Selection,
} from './recipe.ts';
import { upgradeRecipe } from './recipe-upgrade.ts';
import { SCENARIOS, scenarioById } from './scenarios.ts';

/** Most operations anything may ask for. */
export const MAX_OPS = 1e10;
const MAX_LANES = 4;
const MAX_EDITS = 10_000;
const MAX_NAME = 60;
const SHOWN = 40;
/** Knobs of a program that are set back one by one, before all are. */
const MOST_MENDS = 8;

/** Text that may come from anywhere, cut and quoted for a message; nothing in it acts on a terminal. */
export function quoted(raw: unknown): string {
  let text: string;
  try {
    text = typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? String(raw));
  } catch {
    text = typeof raw;
  }
  // Cut before, because a text may be megabytes, and after, because what acts is written out longer.
  const shown = visible(clip(text, SHOWN));
  return `“${shown.length < text.length || shown.length > SHOWN ? `${clip(shown, SHOWN)}…` : shown}”`;
}

/**
 * Reads one knob value, typed or as text. Numbers must be plain decimal and inside the knob's range, texts
 * in the knob's grammar.
 */
export function parseKnobValue(id: KnobId, raw: unknown): Result<KnobValue> {
  const def = knobDef(id);
  const name = `${knobWords(id).label} (${id})`;
  switch (def.kind) {
    case 'bool':
      if (raw === true || raw === 'true' || raw === 'on' || raw === '1' || raw === 1)
        return ok(true);
      if (raw === false || raw === 'false' || raw === 'off' || raw === '0' || raw === 0)
        return ok(false);
      return fail('E_KNOB', `${name} is on or off, not ${quoted(raw)}.`);
    case 'enum': {
      if (typeof raw === 'string' && def.options.includes(raw)) return ok(raw);
      const near = typeof raw === 'string' ? nearest(raw, def.options) : undefined;
      const hint = near === undefined ? '' : ` Did you mean ${near}?`;
      return fail(
        'E_KNOB',
        `${name} is one of ${def.options.join(', ')}, not ${quoted(raw)}.${hint}`,
      );
    }
    case 'number': {
      const value = typeof raw === 'string' ? readNumber(raw) : raw;
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        return fail(
          'E_KNOB',
          `${name} needs a number, not ${quoted(typeof raw === 'number' ? String(raw) : raw)}.`,
        );
      }
      if (def.integer && !Number.isInteger(value)) {
        return fail('E_KNOB', `${name} needs a whole number, not ${quoted(raw)}.`);
      }
      if (value < def.min || value > def.max) {
        const unit = def.unit === '' ? '' : ` ${def.unit}`;
        return fail(
          'E_RANGE',
          `${name} goes from ${plain(def.min)} to ${plain(def.max)}${unit}, not ${quoted(String(raw))}.`,
        );
      }
      // A zero has one sign here: the other cannot be written down.
      return ok(value === 0 ? 0 : value);
    }
    case 'text': {
      if (typeof raw !== 'string')
        return fail('E_KNOB', `${name} needs a text, not ${quoted(raw)}.`);
      const trimmed = raw.trim();
      if (trimmed.length > def.maxLength)
        return fail(
          'E_RANGE',
          `${name} has at most ${plain(def.maxLength)} characters, not ${plain(trimmed.length)}.`,
        );
      const parsed = def.parse(trimmed);
      return parsed.ok
        ? ok(trimmed)
        : fail(parsed.error.code, `${name} cannot be ${quoted(trimmed)}: ${parsed.error.message}`);
    }
  }
}

const plain = (value: number): string => value.toLocaleString('en-US');

/** Plain decimal text, with an exponent at most; no hexadecimal, no blanks inside. */
function readNumber(text: string): number {
  const trimmed = text.trim();
  return trimmed.length <= 32 && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i.test(trimmed)
    ? Number(trimmed)
    : Number.NaN;
}

/** The option that differs least from what was typed, if it is near enough to be meant. */
export function nearest(text: string, options: readonly string[]): string | undefined {
  if (text.length > SHOWN) return undefined;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(text.length / 3)) + 1;
  for (const option of options) {
    const distance = editDistance(text.toLowerCase(), option.toLowerCase());
    if (distance < least) {
      least = distance;
      best = option;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** Reads a set of knobs; each bad one falls back alone. */
export function parseKnobs(raw: unknown, where: string, problems: Problem[]): Partial<KnobValues> {
  const knobs: Record<string, KnobValue> = {};
  if (raw === undefined) return {};
  if (!isPlainObject(raw)) {
    problems.push({
      code: 'E_RECIPE_FIELD',
      message: `${where} is not a set of knobs.`,
      kept: 'its defaults',
    });
    return {};
  }
  for (const [id, value] of Object.entries(raw).slice(0, 200)) {
    if (!isKnobId(id)) {
      const near = nearest(id, KNOB_IDS);
      problems.push({
        code: 'E_KNOB',
        message: `There is no knob ${quoted(id)}${near ? `; did you mean ${near}?` : '.'}`,
        kept: 'everything else',
      });
      continue;
    }
    const parsed = parseKnobValue(id, value);
    if (parsed.ok) knobs[id] = parsed.value;
    else problems.push({ ...parsed.error, kept: `the default, ${String(knobDef(id).default)}` });
  }
  return knobs as Partial<KnobValues>;
}

/** Reads a recipe from anything. Never throws; a bad field falls back alone and is reported. */
export function parseRecipe(input: unknown): { recipe: Recipe; problems: Problem[] } {
  const problems: Problem[] = [];
  const upgraded = upgradeRecipe(input);
  if (!upgraded.ok)
    return { recipe: defaultRecipe(), problems: [{ ...upgraded.error, kept: 'the first preset' }] };
  const raw = upgraded.value;
  const knobs = parseKnobs(raw.knobs, 'knobs', problems);
  const lanes = parseLanes(raw.lanes, problems);
  const edits = parseEdits(raw.edits, lanes.length, problems);
  if (raw.engine !== undefined && raw.engine !== ENGINE_VERSION) {
    problems.push({
      code: 'E_RECIPE_ENGINE',
      message: `This recipe was made by engine ${quoted(raw.engine)}, this is engine ${ENGINE_VERSION}: results may differ.`,
      kept: 'the recipe',
    });
  }
  const recipe: { -readonly [Key in keyof Recipe]: Recipe[Key] } = {
    schema: RECIPE_SCHEMA,
    engine: ENGINE_VERSION,
    knobs,
    lanes,
    edits,
  };
  Object.assign(recipe, parseOrigin(raw.preset, raw.variant, problems));
  if (raw.cursor !== undefined) {
    if (
      typeof raw.cursor === 'number' &&
      Number.isInteger(raw.cursor) &&
      raw.cursor >= 0 &&
      raw.cursor <= MAX_OPS
    ) {
      recipe.cursor = raw.cursor;
    } else {
      problems.push({
        code: 'E_RECIPE_FIELD',
        message: `The position is an operation from 0 to ${plain(MAX_OPS)}, not ${quoted(raw.cursor)}.`,
        kept: 'the start',
      });
    }
  }
  const notes = parseNotes(raw.notes, lanes.length, problems);
  if (notes.length > 0) recipe.notes = notes;
  const view = parseView(raw.view, lanes.length, problems);
  if (view) recipe.view = view;
  return { recipe: checkPrograms(recipe, problems), problems };
}

/** Which scenario a recipe came from: one that there is, so that its link can be read again. */
function parseOrigin(
  preset: unknown,
  variant: unknown,
  problems: Problem[],
): Pick<Recipe, 'preset' | 'variant'> {
  if (preset === undefined) {
    if (variant !== undefined)
      problems.push({
        code: 'E_PRESET',
        message: `A variant belongs to a preset: ${quoted(variant)} is of none.`,
        kept: 'everything else',
      });
    return {};
  }
  const found = typeof preset === 'string' ? scenarioById(preset) : undefined;
  if (!found) {
    problems.push(noPreset(preset, 'everything else'));
    return {};
  }
  const { id, lanes, variants, title } = found;
  // Where variants do not open side by side, none named means the first.
  const first = lanes === undefined ? { preset: id, variant: 0 } : { preset: id };
  if (variant === undefined) return first;
  if (isCount(variant, variants.length - 1)) return { preset: id, variant };
  problems.push({
    code: 'E_PRESET',
    message: `${title} has variants 0 to ${variants.length - 1}, and no ${quoted(variant)}.`,
    kept: 'everything else',
  });
  return first;
}

/** What is said of a preset that there is not. */
export function noPreset(name: unknown, kept?: string): Problem {
  const near =
    typeof name === 'string'
      ? nearest(
          name,
          SCENARIOS.map(({ id }) => id),
        )
      : undefined;
  const message = `There is no preset ${quoted(name)}${near === undefined ? '.' : `; did you mean ${near}?`}`;
  return { code: 'E_PRESET', message, ...(kept === undefined ? {} : { kept }) };
}

function parseLanes(raw: unknown, problems: Problem[]): LaneRecipe[] {
  if (raw === undefined) return [{ name: 'A', knobs: {} }];
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > MAX_LANES) {
    problems.push({
      code: 'E_RECIPE_FIELD',
      message: `A recipe has 1 to ${MAX_LANES} lanes.`,
      kept: 'one lane',
    });
    return [{ name: 'A', knobs: {} }];
  }
  return raw.map((lane: unknown, i) => {
    const fields = isPlainObject(lane) ? lane : {};
    const name =
      typeof fields.name === 'string' && clip(fields.name, MAX_NAME) !== ''
        ? clip(fields.name, MAX_NAME)
        : 'ABCD'[i];
    const knobs = parseKnobs(fields.knobs, `lane ${i + 1}`, problems);
    if (fields.model === undefined) return { name, knobs };
    // Recipes of engine 1 named the model beside the knobs.
    const model = parseKnobValue('model', fields.model);
    if (model.ok) return { name, knobs: { ...knobs, model: model.value as KnobValues['model'] } };
    problems.push({
      code: 'E_RECIPE_FIELD',
      message: `There is no model ${quoted(fields.model)}.`,
      kept: DEFAULT_MODEL,
    });
    return { name, knobs };
  });
}

function parseEdits(raw: unknown, lanes: number, problems: Problem[]): Edit[] {
  if (raw === undefined) return [];
  if (!Array.isArray(raw)) {
    problems.push({
      code: 'E_RECIPE_FIELD',
      message: 'The edits are not a list.',
      kept: 'no edits',
    });
    return [];
  }
  const edits: Edit[] = [];
  for (const entry of raw.slice(0, MAX_EDITS) as unknown[]) {
    const { op, lane = 0, knob, value, act } = isPlainObject(entry) ? entry : {};
    const inRange = typeof op === 'number' && Number.isInteger(op) && op >= 0 && op <= MAX_OPS;
    const onLane = typeof lane === 'number' && Number.isInteger(lane) && lane >= 0 && lane < lanes;
    if (inRange && onLane && act !== undefined && isPlainObject(entry)) {
      const parsed = parseAct(entry);
      if (parsed.ok) edits.push({ op, lane, ...parsed.value });
      else problems.push({ ...parsed.error, kept: 'the other edits' });
      continue;
    }
    if (!inRange || !onLane || typeof knob !== 'string' || !isKnobId(knob)) {
      problems.push({
        code: 'E_RECIPE_FIELD',
        message: `The edit ${quoted(entry)} names no operation, lane and knob.`,
        kept: 'the other edits',
      });
      continue;
    }
    if (knobDef(knob).apply === 'restart') {
      problems.push({
        code: 'E_RECIPE_FIELD',
        message: `${knobWords(knob).label} (${knob}) cannot change during a run.`,
        kept: 'the other edits',
      });
      continue;
    }
    const parsed = parseKnobValue(knob, value);
    if (parsed.ok) edits.push({ op, lane, knob, value: parsed.value });
    else problems.push({ ...parsed.error, kept: 'the other edits' });
  }
  if (raw.length > MAX_EDITS)
    problems.push({
      code: 'E_RANGE',
      message: `A recipe has at most ${plain(MAX_EDITS)} edits, not ${plain(raw.length)}.`,
      kept: 'the first ones',
    });
  return edits.sort((a, b) => a.op - b.op);
}

/** Reads an intervention; a number may be missing where the act needs none. */
export function parseAct(raw: Record<string, unknown>): Result<Intervention> {
  const { act, subject, amount = 0, slot } = raw;
  if (!isActId(act)) {
    const near = typeof act === 'string' ? nearest(act, ACT_IDS) : undefined;
    const hint = near === undefined ? '.' : `; did you mean ${near}?`;
    return fail('E_RECIPE_FIELD', `There is no intervention ${quoted(act)}${hint}`);
  }
  if (typeof subject !== 'number' || typeof amount !== 'number')
    return fail(
      'E_RECIPE_FIELD',
      `The intervention ${quoted(raw)} does not say what it is done to.`,
    );
  if (slot !== undefined && typeof slot !== 'number')
    return fail('E_RECIPE_FIELD', `${quoted(slot)} is no slot.`);
  const intervention = { act, subject, amount, ...(slot === undefined ? {} : { slot }) };
  const problem = rangeProblem(intervention);
  return problem === undefined ? ok(intervention) : fail('E_RANGE', problem);
}

const isCount = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;

function parseNotes(raw: unknown, lanes: number, problems: Problem[]): Note[] {
  if (raw === undefined) return [];
  const list: unknown[] = Array.isArray(raw) ? raw : [undefined];
  const notes: Note[] = [];
  for (const entry of list.slice(0, MAX_NOTES)) {
    const { op, lane = 0, row, text } = isPlainObject(entry) ? entry : {};
    const words = typeof text === 'string' ? clip(text.trim(), MAX_NOTE_CHARS) : '';
    const placed = isCount(op, MAX_OPS) && isCount(lane, lanes - 1);
    const onRow = row === undefined || isCount(row, 0x7fffffff);
    if (!placed || !onRow || words === '') {
      problems.push({
        code: 'E_RECIPE_FIELD',
        message: `A note cannot be read: ${quoted(entry)}.`,
        kept: 'the others',
      });
      continue;
    }
    notes.push({ op, lane, ...(row === undefined ? {} : { row }), text: words });
  }
  if (list.length > MAX_NOTES)
    problems.push({
      code: 'E_RANGE',
      message: `A recipe has at most ${MAX_NOTES} notes, not ${plain(list.length)}.`,
      kept: 'the first ones',
    });
  return notes;
}

function parseView(raw: unknown, lanes: number, problems: Problem[]): Recipe['view'] {
  if (raw === undefined) return undefined;
  const { focus, selection } = isPlainObject(raw) ? raw : { focus: Number.NaN };
  const picked = selection === undefined ? undefined : parseSelection(selection);
  const bad = (focus !== undefined && !isCount(focus, lanes - 1)) || picked === null;
  if (bad)
    problems.push({
      code: 'E_RECIPE_FIELD',
      message: `What was selected cannot be read: ${quoted(raw)}.`,
      kept: 'the rest of it',
    });
  const seen = {
    ...(isCount(focus, lanes - 1) ? { focus } : {}),
    ...(picked ? { selection: picked } : {}),
  };
  return Object.keys(seen).length === 0 ? undefined : seen;
}

function parseSelection(raw: unknown): Selection | null {
  const { superslab, slab, block } = isPlainObject(raw) ? raw : {};
  const most = 0x7fffffff;
  if (!isCount(superslab, most)) return null;
  if (slab === undefined) return block === undefined ? { superslab } : null;
  if (!isCount(slab, most)) return null;
  if (block === undefined) return { superslab, slab };
  return isCount(block, most) ? { superslab, slab, block } : null;
}

/** Knobs may each be in range and yet ask for too much together: then one goes back to its default. */
function checkPrograms(recipe: Recipe, problems: Problem[]): Recipe {
  let checked = recipe;
  for (const lane of recipe.lanes.keys()) {
    for (let tries = 0; ; tries++) {
      const workload = checked.lanes[lane].knobs.workload ?? checked.knobs.workload;
      const { id, misfit, knobs: own } = programDef(workload ?? knobDef('workload').default);
      const found = misfit?.(laneKnobs(checked, lane));
      if (found === undefined) break;
      // What its default does not mend, all defaults of the program do.
      assert(tries <= MOST_MENDS, `the defaults of ${id} fit together`);
      const ids = tries < MOST_MENDS ? [found.knob] : Object.keys(own);
      const [first] = ids;
      problems.push({
        code: 'E_RANGE',
        message: found.message,
        kept:
          ids.length === 1 && isKnobId(first)
            ? `the default of ${knobWords(first).label}, ${String(knobDef(first).default)}`
            : 'the program’s defaults',
      });
      checked = withoutKnobs(checked, ids);
    }
  }
  return checked;
}

function withoutKnobs(recipe: Recipe, ids: readonly string[]): Recipe {
  const without = (knobs: Partial<KnobValues>): Partial<KnobValues> =>
    Object.fromEntries(
      Object.entries(knobs).filter(([id]) => !ids.includes(id)),
    ) as Partial<KnobValues>;
  return {
    ...recipe,
    knobs: without(recipe.knobs),
    lanes: recipe.lanes.map((lane) => ({ ...lane, knobs: without(lane.knobs) })),
  };
}

function omit(knobs: Partial<KnobValues>, id: KnobId): Partial<KnobValues> {
  return Object.fromEntries(
    Object.entries(knobs).filter(([key]) => key !== id),
  ) as Partial<KnobValues>;
}

/** What is worth saying about legal but surprising settings, one sentence each. */
export function remarks(knobs: KnobValues): string[] {
  const said: string[] = [];
  if (knobs.minSize > knobs.maxSize) {
    const last = knobs.minSize + (knobs.minSize - knobs.maxSize) - 1;
    said.push(
      `The smallest request is above the largest. That is legal in C: the remainder gives sizes from ${plain(knobs.minSize)} to ${plain(last)} B.`,
    );
  }
  said.push(...(MODEL_SHOWN[knobs.model].remarks?.(knobs) ?? []));
  return said;
}

/** All knobs of a lane: defaults, the recipe's, the lane's. */
export function laneKnobs(recipe: Recipe, lane: number): KnobValues {
  return resolveKnobs(recipe.knobs, recipe.lanes[lane]?.knobs ?? {});
}

/** One lane, every knob at its default. */
export function defaultRecipe(): Recipe {
  return {
    schema: RECIPE_SCHEMA,
    engine: ENGINE_VERSION,
    knobs: {},
    lanes: [{ name: 'A', knobs: {} }],
    edits: [],
  };
}

/** The recipe with one common knob set; a value equal to the default is not written down. */
export function withKnob(recipe: Recipe, id: KnobId, value: KnobValue): Recipe {
  const knobs = omit(recipe.knobs, id);
  if (knobDef(id).default !== value) Object.assign(knobs, { [id]: value });
  const lanes = recipe.lanes.map((lane) => ({ ...lane, knobs: omit(lane.knobs, id) }));
  return { ...recipe, knobs, lanes };
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
