import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../base/testing/fuzz.ts';
import { MODEL_IDS, modelDef } from '../allocators/index.ts';
import {
  defaultKnobs,
  isKnobId,
  KNOB_IDS,
  KNOBS,
  type KnobId,
  type KnobValue,
  type KnobValues,
  knobDef,
  modelsOfKnob,
  resolveKnobs,
  whyInapplicable,
} from './index.ts';
import { bool, type KnobDef, merged, type Settings } from './kinds.ts';
import { KNOB_GROUPS, knobWords, optionLabel } from './words.ts';

/** Any value of a knob. */
function valueArb(def: KnobDef): fc.Arbitrary<KnobValue> {
  switch (def.kind) {
    case 'bool':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...def.options);
    case 'number':
      return fc.oneof(
        fc.constantFrom(def.min, def.max, def.default),
        def.integer
          ? fc.integer({ min: def.min, max: def.max })
          : fc.double({ min: def.min, max: def.max, noNaN: true }),
      );
    case 'text':
      return fc.constant(def.default);
  }
}
const settingsArb = fc.record(
  Object.fromEntries(KNOB_IDS.map((id) => [id, valueArb(knobDef(id))])),
) as fc.Arbitrary<KnobValues>;

/** Settings that know their ids: a condition that asks for another one is wrong. */
const strict = (knobs: Settings): Settings =>
  new Proxy(knobs, {
    get(target, id): KnobValue {
      if (typeof id !== 'string' || !Object.hasOwn(target, id))
        throw new Error(`There is no knob ${String(id)}`);
      return target[id];
    },
  });

const WHENS: readonly (readonly [string, NonNullable<KnobDef['when']>])[] = [
  ...KNOB_IDS.flatMap((id) => {
    const { when } = knobDef(id);
    return when === undefined ? [] : [[id, when] as const];
  }),
  ...MODEL_IDS.flatMap((model) =>
    Object.entries(modelDef(model).sharedWhen ?? {}).flatMap(
      ([id, when]): [string, NonNullable<KnobDef['when']>][] =>
        typeof when === 'function' ? [[`${id} of ${model}`, when]] : [],
    ),
  ),
];

describe('the table of knobs', () => {
  it('asks only for knobs that exist when it says why one has no effect', () => {
    expect(() => strict(defaultKnobs()).nothing).toThrow('There is no knob nothing');
    fc.assert(
      fc.property(settingsArb, (knobs) => {
        const seen = strict(knobs);
        for (const [name, when] of WHENS) {
          const reason = when(seen);
          if (reason !== undefined) expect(reason, name).toMatch(/^[A-Z].*[^.]$/);
        }
      }),
      cases(500),
    );
  });

  it('says in a sentence why a model has no use for a knob of the machine', () => {
    for (const model of MODEL_IDS)
      for (const [id, reason] of Object.entries(modelDef(model).sharedWhen ?? {}))
        if (typeof reason === 'string')
          expect(reason, `${id} of ${model}`).toMatch(/^[A-Z].*[^.]$/);
  });

  it('has no condition that always or never holds, but of knobs without effect', () => {
    const settings = fc.sample(settingsArb, { numRuns: 2000, seed: 7 });
    for (const [name, when] of WHENS) {
      const answers = settings.map(when);
      expect(answers, name).not.toEqual(answers.map(() => undefined));
      const inert = isKnobId(name) && knobDef(name).inert === true;
      expect(answers.includes(undefined), name).toBe(!inert);
    }
  });

  it('keeps the keys of published links', () => {
    const keys = Object.fromEntries(KNOB_IDS.map((id) => [id, KNOBS[id].url]));
    expect(keys).toMatchObject(PUBLISHED);
    expect(new Set(Object.values(keys)).size).toBe(KNOB_IDS.length);
  });

  it('has defaults inside their ranges and among their options', () => {
    for (const id of KNOB_IDS) {
      const def = knobDef(id);
      if (def.kind === 'number') {
        expect(def.default, id).toBeGreaterThanOrEqual(def.min);
        expect(def.default, id).toBeLessThanOrEqual(def.max);
      }
      if (def.kind === 'enum') expect(def.options, id).toContain(def.default);
      if (def.kind === 'text') {
        expect(def.parse(def.default).ok, id).toBe(true);
        expect(def.default.length, id).toBeLessThanOrEqual(def.maxLength);
      }
    }
  });

  it('has words for every knob, every option and every group', () => {
    for (const id of KNOB_IDS) {
      const { label, help, see } = knobWords(id);
      for (const text of [label, help, see]) expect(text, id).not.toBe('');
      const def = knobDef(id);
      const labels =
        def.kind === 'enum' ? def.options.map((option) => optionLabel(id, option)) : [];
      expect(new Set(labels).size, id).toBe(labels.length);
      expect(KNOB_GROUPS[def.group], id).toBeDefined();
    }
    const used = new Set(KNOB_IDS.map((id) => knobDef(id).group));
    expect(
      Object.keys(KNOB_GROUPS).filter((group) => !used.has(group as KnobDef['group'])),
    ).toEqual([]);
  });

  it('refuses two owners of one knob', () => {
    const knob = bool({ group: 'shape', apply: 'live', url: 'zz', default: true });
    expect(() => merged([{ twice: knob }, { other: knob }, { twice: knob }])).toThrow('twice');
  });
});

describe('owners of knobs', () => {
  it('gives a model its own knobs and those it names, and the others to nobody else', () => {
    for (const model of MODEL_IDS) {
      const { id, knobs, sharedKnobs } = modelDef(model);
      expect(id).toBe(model);
      const mine = KNOB_IDS.filter((knob) => modelsOfKnob(knob)?.includes(model));
      expect(new Set(mine)).toEqual(new Set([...Object.keys(knobs), ...sharedKnobs]));
    }
  });

  it('has no shared knob that no model reads', () => {
    expect(KNOB_IDS.filter((id) => modelsOfKnob(id)?.length === 0)).toEqual([]);
  });

  it('says to which allocator a knob belongs that has no effect on this one', () => {
    const tiny = resolveKnobs();
    const mf2 = resolveKnobs({ model: 'mf2' });
    expect(whyInapplicable('route', tiny)).toBe('Belongs to another allocator: Mid (MF2)');
    expect(whyInapplicable('route', mf2)).toBeUndefined();
    expect(whyInapplicable('trimIntervalMs', mf2)).toBe('Belongs to another allocator: Tiny');
    expect(whyInapplicable('mapMode', mf2)).toBeUndefined();
  });

  it('lets a model say why it does not heed a shared knob', () => {
    expect(whyInapplicable('orphanPolicy', resolveKnobs({ ownership: 'central' }))).toBe(
      'Nobody owns a SuperSlab with a central list',
    );
    expect(
      whyInapplicable('orphanPolicy', resolveKnobs({ model: 'mf2', ownership: 'central' })),
    ).toBeUndefined();
    expect(
      whyInapplicable('costMmap', resolveKnobs({ model: 'firstfit', timeBase: 'costs' })),
    ).toBe('The heap grows by brk');
  });

  it('names every model in the knob that chooses one', () => {
    expect(KNOBS.model.options).toEqual(MODEL_IDS);
    for (const id of MODEL_IDS) expect(optionLabel('model', id)).toBe(modelDef(id).label);
  });
});

/** Link keys in use since the first release. Lines may be added, never changed. */
const PUBLISHED: Partial<Record<KnobId, string>> = {
  model: 'm',
  workload: 'w',
  threads: 't',
  chunks: 'n',
  rounds: 'r',
  succession: 'su',
  minSize: 'mn',
  maxSize: 'mx',
  seconds: 's',
  seed: 'sd',
  window: 'wi',
  wakers: 'wk',
  wakePeriod: 'wp',
  burst: 'bu',
  hold: 'ho',
  opLimit: 'ol',
  orphanPolicy: 'op',
  ownership: 'ow',
  route: 'ro',
  pendingThreshold: 'pt',
  pendingClaim: 'pc',
  reEnqueue: 'rq',
  adoptFirst: 'af',
  adoptOnWake: 'aw',
  gateBudget: 'gb',
  partialList: 'pa',
  wakeup: 'wu',
  rfrWindowUs: 'rf',
  idleThresholdUs: 'it',
  adoptionThreshold: 'ap',
  minRemote: 'mr',
  adoptBudget: 'ab',
  deadQueuesVisible: 'dq',
  adoptIdleMs: 'ai',
  pageHeaderBytes: 'ph',
  decOnRemote: 'dr',
  drainOnRefill: 'do',
  trimIntervalMs: 'ti',
  trimSS: 'ts',
  emptyReserve: 'er',
  flushOnExit: 'fe',
  superslabCacheSlots: 'sc',
  hazardTls: 'ht',
  hazardDecOrder: 'hd',
  maxMapCount: 'mm',
  baseMaps: 'bm',
  mapMode: 'mo',
  physLimitGiB: 'pl',
  memPressure: 'mp',
  thp: 'th',
  threadEnd: 'te',
  dtvBytes: 'dt',
  onNull: 'on',
  ssLg: 'lg',
  classTable: 'ct',
  headerByte: 'hb',
  prelink: 'pk',
  dynamicExpand: 'de',
  hotClassSlabs: 'hs',
  prewarmPerClass: 'pw',
  timeBase: 'tb',
  opRate: 'or',
  schedule: 'sh',
  quantum: 'q',
  costMalloc: 'ca',
  costFree: 'cf',
  costRemoteFree: 'cr',
  costCentral: 'cc',
  costRefill: 'cs',
  costDrainBlock: 'cd',
  costPop: 'cq',
  costScan: 'ci',
  costWake: 'cw',
  costAdopt: 'co',
  costMmap: 'cm',
  costMmapTrim: 'ce',
  costMunmap: 'cu',
  costMunmapPage: 'cg',
  costFault: 'cp',
  costTrimVisit: 'cv',
  costThreadCreate: 'ch',
  costThreadCached: 'ck',
  memDiet: 'md',
  countersDump: 'cn',
};
