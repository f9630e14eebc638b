import type { Problem } from '../base/result.ts';
import { actText, readActText } from '../engine/interventions.ts';
import { KNOB_IDS, KNOBS, type KnobId, type KnobValue, knobDef } from '../engine/knobs/index.ts';
import { type Edit, isActEdit, type LaneRecipe, type Note, type Recipe } from '../engine/recipe.ts';
import {
  defaultRecipe,
  nearest,
  parseKnobValue,
  parseRecipe,
  quoted,
} from '../engine/recipe-parse.ts';
import { FIRST_SCENARIO, SCENARIOS, scenarioById } from '../engine/scenarios.ts';
import { changedFromPreset, presetRecipe, type Store, withView } from './store.ts';

/**
 * The recipe as a link: `#v4/larson-oom.0?op=adopt&ti=100&e=120000:dr:true&at=500000`.
 * Readable: the preset with its variant, then changed knobs by their short keys, edits (`e`),
 * interventions (`act`), lanes (`l`), position (`at`), notes (`note`), `focus` and selection (`sel`). A text
 * that would be long is deflated instead: `#v4z/` and base64url. A bad part falls back alone; nothing
 * here throws, whatever the text.
 */
export const URL_VERSION = 4;
/** No recipe within its limits makes a longer one: deflated, and in plain while nothing can deflate it. */
const MAX_HASH = 300_000;
const MAX_PLAIN_HASH = 1_500_000;
/** Texts up to this length stay readable. */
const MAX_PLAIN = 500;
/** After so many parts that cannot be read the rest is not looked at. */
const MOST_PROBLEMS = 50;
/** Upgrader to each version of the link from the one before. */
const UPGRADERS: Readonly<Record<number, (body: string) => string>> = {
  1: (body) => body,
  // Version 2 brought interventions, notes, selection and the deflated form; the rest is as it was.
  2: (body) => body,
  // Version 3 is written as version 2; what it means has changed, see recipe-upgrade.ts.
  3: (body) => body,
  // Version 4 is written as version 3; the engine that runs it is another one.
  4: (body) => body,
};
for (let version = 1; version <= URL_VERSION; version++) {
  if (!UPGRADERS[version]) throw new Error(`no link upgrader to v${version}`);
}

const KNOB_BY_KEY = new Map<string, KnobId>(KNOB_IDS.map((id) => [KNOBS[id].url, id]));
for (const key of ['e', 'act', 'l', 'at', 'note', 'focus', 'sel'])
  if (KNOB_BY_KEY.has(key)) throw new Error(`the key ${key} means two things`);

/** What deflates and inflates links, once it has been loaded: few links need it. */
let packer: typeof import('./squeeze.ts') | undefined;

/** Loads what deflated links need. Until then long links are written in plain, and deflated ones cannot be read. */
export async function loadPacker(): Promise<void> {
  packer ??= await import('./squeeze.ts');
}
/** Whether a hash cannot be read without the packer. */
export const isDeflated = (hash: string): boolean => /^#?v\d{1,4}z\//.test(hash);

/** Writes a recipe as a hash, with its leading #. */
export function hashOf(recipe: Recipe): string {
  const name = recipe.preset ?? 'custom';
  const preset = recipe.preset === undefined ? undefined : scenarioById(recipe.preset);
  const alone = recipe.variant !== undefined && (recipe.variant > 0 || preset?.lanes !== undefined);
  const variant = alone ? `.${recipe.variant}` : '';
  const parts: string[] = [];
  const changed = recipe.preset === undefined ? recipe.knobs : changedFromPreset(recipe);
  for (const id of KNOB_IDS) {
    const value = changed[id];
    if (value !== undefined) parts.push(`${KNOBS[id].url}=${encodeURIComponent(String(value))}`);
  }
  // A knob that the preset sets and the recipe has back at its default must be said, too.
  if (recipe.preset !== undefined) {
    for (const [id, value] of Object.entries(presetRecipe(recipe.preset, recipe.variant).knobs)) {
      if (recipe.knobs[id as KnobId] === undefined && value !== knobDef(id as KnobId).default) {
        parts.push(
          `${KNOBS[id as KnobId].url}=${encodeURIComponent(String(knobDef(id as KnobId).default))}`,
        );
      }
    }
  }
  for (const edit of recipe.edits) parts.push(editPart(edit));
  const ofPreset =
    recipe.preset === undefined ? undefined : presetRecipe(recipe.preset, recipe.variant);
  if (JSON.stringify(recipe.lanes) !== JSON.stringify((ofPreset ?? defaultRecipe()).lanes)) {
    for (const lane of recipe.lanes) parts.push(`l=${laneText(lane)}`);
  }
  if (recipe.cursor !== undefined) parts.push(`at=${recipe.cursor}`);
  for (const note of recipe.notes ?? []) parts.push(notePart(note));
  const { focus, selection } = recipe.view ?? {};
  if (focus !== undefined) parts.push(`focus=${focus}`);
  if (selection !== undefined) {
    const { superslab, slab, block } = selection;
    parts.push(`sel=${[superslab, slab, block].filter((part) => part !== undefined).join('.')}`);
  }
  const text = `${name}${variant}${parts.length > 0 ? `?${parts.join('&')}` : ''}`;
  return text.length > MAX_PLAIN && packer
    ? `#v${URL_VERSION}z/${packer.squeeze(text)}`
    : `#v${URL_VERSION}/${text}`;
}

function editPart(edit: Edit): string {
  const lane = edit.lane > 0 ? `:${edit.lane}` : '';
  return isActEdit(edit)
    ? `act=${edit.op}:${actText(edit)}${lane}`
    : `e=${edit.op}:${KNOBS[edit.knob].url}:${encodeURIComponent(String(edit.value))}${lane}`;
}

const notePart = ({ op, lane, row, text }: Note): string =>
  `note=${op}:${lane}:${row ?? ''}:${encodeURIComponent(text)}`;

/** A lane in a link: its name, then the knobs in which it differs. */
const laneText = (lane: LaneRecipe): string =>
  [
    encodeURIComponent(lane.name).replace(/~/g, '%7E'),
    ...Object.entries(lane.knobs).map(
      ([id, value]) => `${KNOBS[id as KnobId].url}:${encodeURIComponent(String(value))}`,
    ),
  ].join('~');

function readLane(text: string, problems: Problem[]): unknown {
  const [name, ...settings] = text.split('~');
  const knobs: Record<string, unknown> = {};
  for (const setting of settings) {
    const cut = setting.indexOf(':');
    const value = cut < 1 ? undefined : decode(setting.slice(cut + 1));
    if (value === undefined) problems.push(unreadable(setting));
    else readKnob(setting.slice(0, cut), value, knobs, problems);
  }
  return { name: decode(name) ?? '', knobs };
}

/** Reads a hash. Never throws; what cannot be read is reported and falls back. */
export function recipeOf(hash: string): { recipe: Recipe; problems: Problem[] } {
  const first = presetRecipe(FIRST_SCENARIO);
  let text = hash.replace(/^#/, '');
  if (text === '') return { recipe: first, problems: [] };
  const whole = (message: string): { recipe: Recipe; problems: Problem[] } => ({
    recipe: first,
    problems: [{ code: 'E_RECIPE_FORMAT', message, kept: 'the first exhibit' }],
  });
  if (text.length > (isDeflated(text) ? MAX_HASH : MAX_PLAIN_HASH))
    return whole('This link is too long to be one of ours.');
  const deflated = /^(v\d{1,4})z\/([A-Za-z0-9_-]+)$/.exec(text);
  if (deflated) {
    if (!packer) return whole('What reads this link could not be loaded. Reload the page.');
    const inner = packer.unsqueeze(deflated[2]);
    if (inner === undefined) return whole(`This link is damaged: ${quoted(text)}.`);
    text = `${deflated[1]}/${inner}`;
  }
  const match = /^v(\d{1,4})\/([a-z0-9-]{1,40})(?:\.(\d{1,3}))?(?:\?(.*))?$/i.exec(text);
  if (!match) return whole(`This link cannot be read: ${quoted(text)}${meantBy(text)}`);
  const version = Number(match[1]);
  if (version > URL_VERSION)
    return whole(
      `This link is of version ${version}; this page reads up to version ${URL_VERSION}.`,
    );
  if (version < 1) return whole(`There is no link version ${version}.`);
  let body = match[4] ?? '';
  for (let to = version + 1; to <= URL_VERSION; to++) body = UPGRADERS[to](body);
  const problems: Problem[] = [];
  const base = baseOf(match[2], match[3], problems);
  const knobs: Record<string, unknown> = { ...base.knobs };
  const edits: unknown[] = [];
  const lanes: unknown[] = [];
  const notes: unknown[] = [];
  const view: Record<string, unknown> = {};
  let cursor: unknown;
  for (const part of body.split('&')) {
    if (part === '') continue;
    if (problems.length >= MOST_PROBLEMS) {
      problems.push({
        code: 'E_RECIPE_FORMAT',
        message: 'Too much of this link cannot be read.',
        kept: 'what came before',
      });
      break;
    }
    const cut = part.indexOf('=');
    const key = cut < 0 ? part : part.slice(0, cut);
    const value = cut < 0 ? undefined : decode(part.slice(cut + 1));
    if (value === undefined) problems.push(unreadable(part));
    else if (key === 'l') lanes.push(readLane(part.slice(cut + 1), problems));
    else if (key === 'e') edits.push(readEdit(part.slice(cut + 1), problems));
    else if (key === 'act') edits.push(readAct(value, problems));
    else if (key === 'note') notes.push(readNote(part.slice(cut + 1), problems));
    else if (key === 'focus') view.focus = wholeNumber(value) ?? value;
    else if (key === 'sel') view.selection = readSelection(value);
    else if (key === 'at') cursor = /^\d{1,11}$/.test(value) ? Number(value) : value;
    else readKnob(key, value, knobs, problems);
  }
  const parsed = parseRecipe({
    ...base,
    // A link is of the engine of its version; recipes have counted alike up to schema 3.
    ...(version < URL_VERSION ? { schema: version, engine: String(version) } : {}),
    knobs,
    ...(lanes.length > 0 ? { lanes } : {}),
    edits: edits.filter((edit) => edit !== undefined),
    ...(cursor === undefined ? {} : { cursor }),
    ...(notes.length === 0 ? {} : { notes: notes.filter((note) => note !== undefined) }),
    ...(Object.keys(view).length === 0 ? {} : { view }),
  });
  return { recipe: parsed.recipe, problems: [...problems, ...parsed.problems] };
}

/** What a text that is no link may have been meant as: the scenario that it names, or what links look like. */
function meantBy(text: string): string {
  const named = text.length > MAX_PLAIN ? undefined : text.split(/[^a-z0-9-]+/).find(scenarioById);
  return named === undefined
    ? `. Links begin with #v${URL_VERSION}/ and a scenario.`
    : `; did you mean #v${URL_VERSION}/${named}?`;
}

const unreadable = (part: string): Problem => ({
  code: 'E_RECIPE_FIELD',
  message: `A part of the link cannot be read: ${quoted(part)}.`,
  kept: 'the rest of it',
});

function baseOf(name: string, variantText: string | undefined, problems: Problem[]): Recipe {
  if (name === 'custom') {
    return defaultRecipe();
  }
  const preset = scenarioById(name);
  if (!preset) {
    const near = nearest(
      name,
      SCENARIOS.map(({ id }) => id),
    );
    problems.push({
      code: 'E_PRESET',
      message: `There is no preset ${quoted(name)}${near ? `; did you mean ${near}?` : '.'}`,
      kept: 'the first exhibit',
    });
    return presetRecipe(FIRST_SCENARIO);
  }
  const variant = variantText === undefined ? undefined : Number(variantText);
  if (variant !== undefined && variant >= preset.variants.length) {
    problems.push({
      code: 'E_PRESET',
      message: `${preset.title} has no variant number ${variant + 1}; it has ${preset.variants.length}.`,
      kept: 'the first one',
    });
    return presetRecipe(name);
  }
  return presetRecipe(name, variant);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readKnob(
  key: string,
  value: string,
  knobs: Record<string, unknown>,
  problems: Problem[],
): void {
  const id = KNOB_BY_KEY.get(key) ?? KNOB_IDS.find((known) => known === key);
  if (id === undefined) {
    problems.push({
      code: 'E_KNOB',
      message: `There is no knob ${quoted(key)}.`,
      kept: 'the rest of the link',
    });
    return;
  }
  const parsed = parseKnobValue(id, value);
  if (parsed.ok) knobs[id] = parsed.value;
  else problems.push({ ...parsed.error, kept: String(knobs[id] ?? knobDef(id).default) });
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,11}$/.test(text) ? Number(text) : undefined;

function readAct(text: string, problems: Problem[]): unknown {
  const fields = readActText(text);
  if (fields === undefined) problems.push(unreadable(`act=${text}`));
  return fields;
}

function readNote(text: string, problems: Problem[]): unknown {
  const match = /^(\d{1,11}):(\d):(\d{0,10}):(.*)$/.exec(text);
  const words = match ? decode(match[4]) : undefined;
  if (!match || words === undefined) {
    problems.push(unreadable(`note=${text}`));
    return undefined;
  }
  const row = wholeNumber(match[3]);
  return {
    op: Number(match[1]),
    lane: Number(match[2]),
    ...(row === undefined ? {} : { row }),
    text: words,
  };
}

function readSelection(text: string): unknown {
  const [superslab, slab, block, ...more] = text.split('.');
  if (more.length > 0) return text;
  return {
    superslab: wholeNumber(superslab),
    ...(slab === undefined ? {} : { slab: wholeNumber(slab) ?? slab }),
    ...(block === undefined ? {} : { block: wholeNumber(block) ?? block }),
  };
}

const EDIT = /^(\d{1,11}):([a-z][a-z0-9]*):([^:]*)(?::(\d))?$/i;

/** Reads an edit as it stands in the link, or with its colons encoded, as some programs send links on. */
function readEdit(text: string, problems: Problem[]): Edit | undefined {
  const match = EDIT.exec(text) ?? EDIT.exec(decode(text) ?? '');
  const id = match
    ? (KNOB_BY_KEY.get(match[2]) ?? KNOB_IDS.find((known) => known === match[2]))
    : undefined;
  if (!match || id === undefined) {
    problems.push(unreadable(`e=${text}`));
    return undefined;
  }
  const parsed = parseKnobValue(id, decode(match[3]) ?? match[3]);
  if (parsed.ok)
    return {
      op: Number(match[1]),
      lane: Number(match[4] ?? 0),
      knob: id,
      value: parsed.value as KnobValue,
    };
  problems.push({ ...parsed.error, kept: 'the other edits' });
  return undefined;
}

/** Keeps address bar and store in step. @returns a function that stops it */
export function syncUrl(store: Store, win: Window): () => void {
  let written = win.location.hash;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    clearTimeout(timer);
    const { recipe, focus, selection } = store.getState();
    const hash = hashOf(withView(recipe, focus, selection));
    if (hash === written) return;
    const samePage = presetPart(hash) === presetPart(written);
    written = hash;
    // Another preset is a place to come back to; a turned knob is not.
    if (samePage) win.history.replaceState(null, '', hash);
    else win.history.pushState(null, '', hash);
  };
  const stop = store.subscribe((now, before) => {
    const still = now.focus === before.focus && now.selection === before.selection;
    if (now.recipe === before.recipe && still) return;
    clearTimeout(timer);
    timer = setTimeout(write, 250);
  });
  const read = async (): Promise<void> => {
    if (win.location.hash === written) return;
    // Without it the link is reported as one that cannot be read.
    if (isDeflated(win.location.hash)) await loadPacker().catch(() => undefined);
    if (win.location.hash === written) return;
    written = win.location.hash;
    const { recipe, problems } = recipeOf(written);
    store.getState().openRecipe(recipe);
    store.getState().report(problems);
  };
  win.addEventListener('hashchange', read);
  win.addEventListener('popstate', read);
  return () => {
    stop();
    clearTimeout(timer);
    win.removeEventListener('hashchange', read);
    win.removeEventListener('popstate', read);
  };
}

/** Preset and variant of a hash. */
const presetPart = (hash: string): string => {
  const { recipe } = recipeOf(hash);
  return `${recipe.preset ?? ''}.${recipe.variant ?? ''}`;
};
