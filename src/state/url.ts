import type { Problem } from '../base/result.ts';
import { KNOB_IDS, KNOBS, type KnobId, type KnobValue, knobDef } from '../engine/knobs.ts';
import { FIRST_PRESET, PRESETS, presetById } from '../engine/presets.ts';
import type { Edit, LaneRecipe, Recipe } from '../engine/recipe.ts';
import {
  defaultRecipe,
  nearest,
  parseKnobValue,
  parseRecipe,
  quoted,
} from '../engine/recipe-parse.ts';
import { changedFromPreset, presetRecipe, type Store } from './store.ts';

/**
 * The recipe as a link: `#v1/larson-oom.0?op=adopt&ti=100&e=120000:dr:true&at=500000`.
 * Readable: the preset with its variant, then changed knobs by their short keys, edits, position.
 * A bad part falls back alone; nothing here throws, whatever the text.
 */
export const URL_VERSION = 1;
const MAX_HASH = 20_000;

/** Upgrader to each version of the link from the one before. */
const UPGRADERS: Readonly<Record<number, (body: string) => string>> = { 1: (body) => body };
for (let version = 1; version <= URL_VERSION; version++) {
  if (!UPGRADERS[version]) throw new Error(`no link upgrader to v${version}`);
}

const KNOB_BY_KEY = new Map<string, KnobId>(KNOB_IDS.map((id) => [KNOBS[id].url, id]));

/** Writes a recipe as a hash, with its leading #. */
export function hashOf(recipe: Recipe): string {
  const name = recipe.preset ?? 'custom';
  const preset = recipe.preset === undefined ? undefined : presetById(recipe.preset);
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
  for (const edit of recipe.edits) {
    const lane = edit.lane > 0 ? `:${edit.lane}` : '';
    parts.push(
      `e=${edit.op}:${KNOBS[edit.knob].url}:${encodeURIComponent(String(edit.value))}${lane}`,
    );
  }
  const ofPreset =
    recipe.preset === undefined ? undefined : presetRecipe(recipe.preset, recipe.variant);
  if (JSON.stringify(recipe.lanes) !== JSON.stringify((ofPreset ?? defaultRecipe()).lanes)) {
    for (const lane of recipe.lanes) parts.push(`l=${laneText(lane)}`);
  }
  if (recipe.cursor !== undefined) parts.push(`at=${recipe.cursor}`);
  return `#v${URL_VERSION}/${name}${variant}${parts.length > 0 ? `?${parts.join('&')}` : ''}`;
}

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
  const first = presetRecipe(FIRST_PRESET);
  const text = hash.replace(/^#/, '');
  if (text === '') return { recipe: first, problems: [] };
  const whole = (message: string): { recipe: Recipe; problems: Problem[] } => ({
    recipe: first,
    problems: [{ code: 'E_RECIPE_FORMAT', message, kept: 'the first exhibit' }],
  });
  if (text.length > MAX_HASH) return whole('This link is too long to be one of ours.');
  const match = /^v(\d{1,4})\/([a-z0-9-]{1,40})(?:\.(\d{1,3}))?(?:\?(.*))?$/i.exec(text);
  if (!match) return whole(`This link cannot be read: ${quoted(text)}.`);
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
  let cursor: unknown;
  for (const part of body.split('&')) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    const key = cut < 0 ? part : part.slice(0, cut);
    const value = cut < 0 ? undefined : decode(part.slice(cut + 1));
    if (value === undefined) problems.push(unreadable(part));
    else if (key === 'l') lanes.push(readLane(part.slice(cut + 1), problems));
    else if (key === 'e') edits.push(readEdit(value, problems));
    else if (key === 'at') cursor = /^\d{1,11}$/.test(value) ? Number(value) : value;
    else readKnob(key, value, knobs, problems);
  }
  const parsed = parseRecipe({
    ...base,
    knobs,
    ...(lanes.length > 0 ? { lanes } : {}),
    edits: edits.filter((edit) => edit !== undefined),
    ...(cursor === undefined ? {} : { cursor }),
  });
  return { recipe: parsed.recipe, problems: [...problems, ...parsed.problems] };
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
  const preset = presetById(name);
  if (!preset) {
    const near = nearest(
      name,
      PRESETS.map(({ id }) => id),
    );
    problems.push({
      code: 'E_PRESET',
      message: `There is no preset ${quoted(name)}${near ? `; did you mean ${near}?` : '.'}`,
      kept: 'the first exhibit',
    });
    return presetRecipe(FIRST_PRESET);
  }
  const variant = variantText === undefined ? undefined : Number(variantText);
  if (variant !== undefined && variant >= preset.variants.length) {
    problems.push({
      code: 'E_PRESET',
      message: `${preset.title} has ${preset.variants.length} variants, not ${variant + 1}.`,
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

function readEdit(text: string, problems: Problem[]): Edit | undefined {
  const match = /^(\d{1,11}):([a-z]+):([^:]*)(?::(\d))?$/i.exec(text);
  const id = match
    ? (KNOB_BY_KEY.get(match[2]) ?? KNOB_IDS.find((known) => known === match[2]))
    : undefined;
  if (!match || id === undefined) {
    problems.push(unreadable(`e=${text}`));
    return undefined;
  }
  const parsed = parseKnobValue(id, match[3]);
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
    const { recipe } = store.getState();
    const hash = hashOf(recipe);
    if (hash === written) return;
    const samePage = presetPart(hash) === presetPart(written);
    written = hash;
    // Another preset is a place to come back to; a turned knob is not.
    if (samePage) win.history.replaceState(null, '', hash);
    else win.history.pushState(null, '', hash);
  };
  const stop = store.subscribe((now, before) => {
    if (now.recipe === before.recipe) return;
    clearTimeout(timer);
    timer = setTimeout(write, 250);
  });
  const read = (): void => {
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

const presetPart = (hash: string): string => /^#v\d+\/([^?]*)/.exec(hash)?.[1] ?? '';
