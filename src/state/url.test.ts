import fc from 'fast-check';
import { deflateSync, strFromU8, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { cases } from '../base/testing/fuzz.ts';
import { KNOB_IDS, KNOBS, type KnobId, type KnobValue, knobDef } from '../engine/knobs/index.ts';
import { PRESETS } from '../engine/presets.ts';
import type { Edit, Recipe } from '../engine/recipe.ts';
import { laneKnobs, parseRecipe, remarks } from '../engine/recipe-parse.ts';
import { actArb } from '../engine/testing/acts.ts';
import { createAppStore, presetRecipe } from './store.ts';
import { hashOf, loadPacker, recipeOf } from './url.ts';

await loadPacker();

/** A legal value of a knob. */
const anyValueOf = (id: KnobId): fc.Arbitrary<KnobValue> => {
  const def = knobDef(id);
  switch (def.kind) {
    case 'bool':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...def.options);
    case 'number':
      return def.integer
        ? fc.integer({
            min: def.min,
            max: Math.min(def.max, 15000) < def.min ? def.min : Math.min(def.max, 15000),
          })
        : fc.double({ min: def.min, max: def.max, noNaN: true });
    case 'text':
      return fc.constantFrom(def.default, ...def.examples);
  }
};

const recipeArb = fc
  .record({
    preset: fc.constantFrom(...PRESETS),
    variant: fc.nat(),
    knobs: fc
      .uniqueArray(fc.constantFrom(...KNOB_IDS), { maxLength: 12 })
      .chain((ids) =>
        fc.tuple(...ids.map((id) => anyValueOf(id).map((value) => [id, value] as const))),
      ),
  })
  .map(({ preset, variant, knobs }) => {
    const base = presetRecipe(preset.id, variant % preset.variants.length);
    return parseRecipe({ ...base, knobs: { ...base.knobs, ...Object.fromEntries(knobs) } }).recipe;
  });

describe('links', () => {
  it('bring back every recipe', () => {
    fc.assert(
      fc.property(recipeArb, (recipe) => {
        const hash = hashOf(recipe);
        const { recipe: again, problems } = recipeOf(hash);
        expect(problems).toEqual([]);
        expect(laneKnobs(again, 0)).toEqual(laneKnobs(recipe, 0));
        expect(again.preset).toBe(recipe.preset);
        expect(again.variant).toBe(recipe.variant);
        expect(hash.length).toBeLessThan(2000);
      }),
      cases(500),
    );
  });

  it('bring back edits, interventions, notes, position and what was selected', () => {
    const recipe = {
      ...presetRecipe('larson-oom'),
      edits: [
        { op: 5000, lane: 0, knob: 'orphanPolicy' as const, value: 'adopt' },
        { op: 5000, lane: 0, act: 'burst' as const, subject: 2, amount: 300 },
        { op: 6000, lane: 0, act: 'adopt' as const, subject: 17, amount: 1 },
        { op: 6500, lane: 0, act: 'pin' as const, subject: 0, amount: 0 },
        { op: 6500, lane: 0, act: 'malloc' as const, subject: 2, slot: 0, amount: 100 },
        { op: 6501, lane: 0, act: 'free' as const, subject: 1, slot: 9, amount: 0 },
      ],
      cursor: 7000,
      notes: [
        { op: 10, lane: 0, text: 'Here & there: <b>100 %</b> = ~a~' },
        { op: 6000, lane: 0, row: 17, text: 'Größe?' },
      ],
      view: { selection: { superslab: 17, slab: 0, block: 3 } },
    };
    const { recipe: again, problems } = recipeOf(hashOf(recipe));
    expect(problems).toEqual([]);
    expect(again).toEqual(recipe);
  });

  it('bring back any interventions', () => {
    const editArb = fc
      .tuple(fc.nat(9000), fc.nat(1), actArb)
      .map(([op, lane, act]): Edit => ({ op, lane, ...act }));
    fc.assert(
      fc.property(fc.array(editArb, { maxLength: 30 }), (edits) => {
        const recipe = {
          ...presetRecipe('larson-oom'),
          lanes: ['A', 'B'].map((name) => ({ name, knobs: {} })),
          edits: edits.sort((a, b) => a.op - b.op),
        };
        const { recipe: again, problems } = recipeOf(hashOf(recipe));
        expect(problems).toEqual([]);
        expect(again.edits).toEqual(recipe.edits);
      }),
      cases(300),
    );
  });

  it('say a call by hand in a few signs', () => {
    const malloc = { op: 7, lane: 0, act: 'malloc' as const, subject: 2, slot: 3, amount: 100 };
    expect(hashOf({ ...presetRecipe('larson-oom'), edits: [malloc] })).toBe(
      '#v4/larson-oom?act=7:malloc:2.3:100',
    );
  });

  it('are short and readable', () => {
    expect(hashOf(presetRecipe('larson-oom'))).toBe('#v4/larson-oom');
    expect(
      hashOf({
        ...presetRecipe('larson-oom'),
        knobs: { ...presetRecipe('larson-oom').knobs, orphanPolicy: 'adopt' },
      }),
    ).toBe('#v4/larson-oom?op=adopt');
  });

  it.each([
    ['#v4/larson-om', /did you mean larson-oom/],
    ['#v4/larson-oom?t=0', /goes from 1 to 64/],
    ['#v4/larson-oom?t=NaN', /needs a number/],
    ['#v4/larson-oom?t=2.5', /whole number/],
    ['#v4/larson-oom?op=adobt', /Did you mean adopt/],
    ['#v4/larson-oom?zz=1', /no knob/],
    ['#v4/larson-oom.9', /no variant number 10; it has 1/],
    ['#v4/larson-oom?e=5:op', /cannot be read/],
    ['#v4/larson-oom?e=5:t:3', /cannot change during a run/],
    ['#v4/larson-oom?at=1000000000000', /position/],
    ['#v4/larson-oom?t=%E0%A4%A', /cannot be read/],
    ['#v9/larson-oom', /version 9/],
    ['#v0/larson-oom', /version 0/],
    ['#v4/larson-o', /did you mean|no preset/],
    ['#v1', /cannot be read: “v1”\. Links begin with #v4\/ and a scenario\.$/],
    ['#preset=lean', /cannot be read: “preset=lean”; did you mean #v4\/lean\?$/],
    ['#lean', /cannot be read: “lean”; did you mean #v4\/lean\?$/],
    ['#<script>alert(1)</script>', /cannot be read/],
    ['#v4/larson-oom?t=64&n=100000', /goes from/],
    ['#v4/larson-oom?act=5:stab:1:3', /no intervention/],
    ['#v4/larson-oom?act=5:burst:1:0', /goes from 1 to/],
    ['#v4/larson-oom?act=5:kill', /cannot be read/],
    ['#v4/larson-oom?act=5:maloc:1.3:9', /no intervention “maloc”; did you mean malloc/],
    ['#v4/larson-oom?act=5:malloc:1:9', /malloc needs a slot from 0 to 9/],
    ['#v4/larson-oom?act=5:malloc:1.10:9', /malloc needs a slot from 0 to 9/],
    ['#v4/larson-oom?act=5:malloc:0.1:9', /malloc needs a chain from 1 to 127/],
    ['#v4/larson-oom?act=5:malloc:1.1:0', /malloc goes from 1 to 16,777,216 B/],
    ['#v4/larson-oom?act=5:free:1.1:8', /free has no amount/],
    ['#v4/larson-oom?act=5:kill:1.1:0', /Kill is not done to a slot/],
    ['#v4/larson-oom?act=5:malloc:1.x:9', /cannot be read/],
    ['#v4/larson-oom?hl=1 2 x', /“x” is no size/],
    ['#v4/larson-oom?note=5:0:1', /cannot be read/],
    ['#v4/larson-oom?note=5:7::hi', /note cannot be read/],
    ['#v4/larson-oom?sel=1.2.3.4', /selected cannot be read/],
    ['#v4/larson-oom?focus=3', /selected cannot be read/],
    ['#v4z/not-deflated', /damaged/],
    ['#v4z/!!', /cannot be read/],
  ])('%s gets one clear sentence and the page goes on', (hash, message) => {
    const { recipe, problems } = recipeOf(hash);
    expect(problems).toHaveLength(1);
    expect(problems[0].message).toMatch(message);
    expect(problems[0].message.length).toBeLessThan(220);
    expect(problems[0].kept).toBeDefined();
    expect(laneKnobs(recipe, 0).threads).toBeGreaterThan(0);
  });

  it('of any length are answered', () => {
    for (const hash of [`#${'x'.repeat(1_600_000)}`, `#v4z/${'x'.repeat(400_000)}`])
      expect(recipeOf(hash).problems).toMatchObject([
        { message: expect.stringMatching(/too long/) },
      ]);
  });

  it('full of rubbish are not read to their end', () => {
    const { recipe, problems } = recipeOf(`#v4/larson-oom?${'zz=1&'.repeat(50_000)}t=3`);
    expect(problems).toHaveLength(51);
    expect(recipe.knobs.threads).toBeUndefined();
  });

  it('survive fuzzed hashes', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom(
        '#',
        'v1',
        '/',
        'larson-oom',
        '?',
        '&',
        '=',
        'e=',
        'act=',
        '5:malloc:1.3:100',
        'note=',
        'sel=',
        'v2z/',
        'q1bKSy0qzszPU7JSMlTSUVAqSSwpVrJSAAA',
        'op=',
        't=',
        ':',
        '%',
        '.',
        '9'.repeat(40),
        '__proto__',
        'constructor',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { recipe } = recipeOf(`#${pieces.join('')}`);
        const knobs = laneKnobs(recipe, 0);
        for (const id of KNOB_IDS) expect(typeof knobs[id]).toBe(typeof KNOBS[id].default);
      }),
      cases(10_000),
    );
  });
});

/** Links as older versions wrote them, with what they must still open. */
const OLDER: readonly [string, (recipe: Recipe) => void][] = [
  [
    '#v1/larson-oom?op=adopt&ti=100&e=120000:dr:true&at=500000',
    (recipe) => {
      expect(recipe).toMatchObject({ preset: 'larson-oom', cursor: 500_000 });
      expect(recipe.knobs).toMatchObject({ orphanPolicy: 'adopt', trimIntervalMs: 100 });
      expect(recipe.edits).toEqual([{ op: 120_000, lane: 0, knob: 'decOnRemote', value: true }]);
    },
  ],
  [
    '#v1/routes?l=CDA~ro:cda&l=Mine~ro:s2~pt:3&e=9000:op:adopt:1&at=60000',
    (recipe) => {
      expect(recipe.lanes).toEqual([
        { name: 'CDA', knobs: { route: 'cda' } },
        { name: 'Mine', knobs: { route: 's2', pendingThreshold: 3 } },
      ]);
      expect(recipe.edits).toEqual([{ op: 9000, lane: 1, knob: 'orphanPolicy', value: 'adopt' }]);
    },
  ],
  ['#v3/orphan-cures.1?at=30000', (recipe) => expect(recipe.variant).toBe(1)],
  ['#v2/domino.0?at=30000', (recipe) => expect(recipe.variant).toBe(0)],
  ['#v1/custom?t=8&n=50', (recipe) => expect(recipe.knobs).toEqual({ threads: 8, chunks: 50 })],
  // The pair exchange ran on the mid allocator alone, and brought it along unsaid.
  [
    '#v2/custom?w=pair&l=A&l=B~w:larson',
    (recipe) => {
      expect(recipe.knobs).toEqual({ workload: 'pair', model: 'mf2' });
      expect(laneKnobs(recipe, 0)).toMatchObject({ workload: 'pair', model: 'mf2' });
    },
  ],
  [
    '#v2/custom?l=A&l=B~w:wakers',
    (recipe) => expect(recipe.lanes[1].knobs).toEqual({ workload: 'wakers', model: 'mf2' }),
  ],
];

describe('texts', () => {
  const sizes = '16 x 50, 64 × 30, 1K-4K x 1';
  const phases = 'grow 100, hold 50, shrink 10 random, idle 2s, repeat';

  it('come back from links, of the recipe and of its lanes', () => {
    const { recipe, problems } = parseRecipe({
      knobs: { workload: 'mix', sizes },
      lanes: [
        { name: 'A', knobs: { phases } },
        { name: 'B', knobs: { sizes: 'power 1.5 16-64K' } },
      ],
    });
    expect(problems).toEqual([]);
    expect(recipe.knobs.sizes).toBe(sizes);
    const hash = hashOf(recipe);
    expect(hash).not.toMatch(/[\s,]/);
    expect(recipeOf(hash)).toEqual({ recipe, problems: [] });
  });

  it('are told apart from others only by what they say', () => {
    const { recipe } = parseRecipe({ knobs: { sizes: `  ${sizes} ` } });
    expect(recipe.knobs.sizes).toBe(sizes);
  });

  it.each([
    ['16 and more', /^Sizes \(sizes\) cannot be “16 and more”: “16 and more” is no size; .*\.$/],
    ['1'.repeat(401), /^Sizes \(sizes\) has at most 400 characters, not 401\.$/],
    [64, /^Sizes \(sizes\) needs a text, not “64”\.$/],
  ])('that are bad fall back alone: %j', (bad, message) => {
    const { recipe, problems } = parseRecipe({ knobs: { sizes: bad, phases } });
    expect(problems).toHaveLength(1);
    expect(problems[0].message).toMatch(message);
    expect(problems[0].kept).toBe('the default, 16-1024');
    expect(recipe.knobs).toEqual({ phases });
  });
});

describe('edits in links', () => {
  it.each(['#v4/custom?e=700:op:adopt:0', '#v4/custom?e=700%3Aop%3Aadopt%3A0'])(
    'are read with their colons encoded, too: %s',
    (hash) => {
      expect(recipeOf(hash).recipe.edits).toEqual([
        { op: 700, lane: 0, knob: 'orphanPolicy', value: 'adopt' },
      ]);
    },
  );
});

describe('knobs that ask for too much together', () => {
  it('fall back one by one until the rest fits, and each is told', () => {
    const knobs = { workload: 'mix', producers: 64, consumers: 64, both: 64, liveSet: 900_000 };
    const { recipe, problems } = parseRecipe({ knobs });
    expect(problems.map(({ message }) => message)).toEqual([
      '192 threads are more than the 127 that a run can have.',
      '128 threads are more than the 127 that a run can have.',
      '64 threads that allocate could have 57,604,352 live blocks; a run has at most 1,000,000.',
    ]);
    expect(problems[0].kept).toBe('the default of Producers, 0');
    expect(recipe.knobs).toEqual({ workload: 'mix', both: 64 });
  });

  it('of another program do not matter', () => {
    const { problems } = parseRecipe({ knobs: { producers: 64, consumers: 64, both: 64 } });
    expect(problems).toEqual([]);
  });

  it('fall back in the lane that has them', () => {
    const { recipe, problems } = parseRecipe({
      knobs: { workload: 'mix' },
      lanes: [
        { name: 'A', knobs: { liveSet: 500 } },
        { name: 'B', knobs: { liveUnit: 'KiB', sizes: '1-10' } },
      ],
    });
    expect(problems).toHaveLength(1);
    expect(recipe.lanes[1].knobs).toEqual({ sizes: '1-10' });
  });
});

describe('links of older versions', () => {
  it.each(OLDER)('%s opens', (hash, check) => {
    const { recipe, problems } = recipeOf(hash);
    // The run may differ, and the page says which engine made the link and which runs it now.
    expect(problems.map(({ message }) => message)).toEqual([
      `This recipe was made by engine “${hash[2]}”, this is engine 4: results may differ.`,
    ]);
    check(recipe);
    // Written anew it is of this version and says the same.
    expect(hashOf(recipe)).toMatch(/^#v4/);
    expect(recipeOf(hashOf(recipe)).recipe).toEqual(recipe);
  });
});

describe('long links', () => {
  it('are deflated, stay below 2,000 characters and come back whole', () => {
    const recipe: Recipe = {
      ...presetRecipe('routes'),
      edits: Array.from({ length: 40 }, (_, i) => ({
        op: i * 1000,
        lane: i % 4,
        knob: 'pendingThreshold' as const,
        value: 1 + (i % 4),
      })),
      notes: Array.from({ length: 12 }, (_, i) => ({
        op: i * 777,
        lane: 0,
        text: `Look at the graveyard of lane ${i % 4}: it grows by ${i} pages`,
      })),
    };
    const hash = hashOf(recipe);
    expect(hash).toMatch(/^#v4z\/[\w-]+$/);
    expect(hash.length).toBeLessThan(2000);
    expect(recipeOf(hash)).toEqual({ recipe, problems: [] });
  });

  it('of the largest recipe come back whole', () => {
    const recipe: Recipe = {
      ...presetRecipe('routes'),
      edits: Array.from({ length: 10_000 }, (_, i) => ({
        op: i * 9973,
        lane: i % 4,
        knob: 'pendingThreshold' as const,
        value: 1 + (i % 4),
      })),
      notes: Array.from({ length: 50 }, (_, i) => ({
        op: i,
        lane: 0,
        text: Array.from({ length: 280 }, (_, j) =>
          String.fromCharCode(0x4e00 + (((i * 280 + j) * 7919) % 20_000)),
        ).join(''),
      })),
    };
    expect(recipeOf(hashOf(recipe))).toEqual({ recipe, problems: [] });
  });

  it('are written whatever is in a name or a note', () => {
    const note = `${'a'.repeat(279)}😀`;
    const { recipe, problems } = parseRecipe({
      schema: 2,
      lanes: [{ name: `${'b'.repeat(59)}😀`, knobs: {} }],
      notes: [
        { op: 1, lane: 0, text: note },
        { op: 2, lane: 0, text: '\ud83d' },
      ],
    });
    expect(problems).toMatchObject([{ message: expect.stringMatching(/note cannot be read/) }]);
    expect(recipe.notes?.[0].text).toBe('a'.repeat(279));
    expect(recipeOf(hashOf(recipe)).recipe.lanes[0].name).toBe('b'.repeat(59));
  });

  it('that would swell are refused', () => {
    const bomb = deflateSync(strToU8(`larson-oom?${'t=4&'.repeat(2_000_000)}`), { level: 9 });
    const packed = btoa(strFromU8(bomb, true)).replace(/\+/g, '-').replace(/\//g, '_');
    const { problems } = recipeOf(`#v4z/${packed.replace(/=+$/, '')}`);
    expect(problems[0].message).toMatch(/damaged/);
  });
});

describe('recipes', () => {
  it('survive anything', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        const { recipe } = parseRecipe(input);
        expect(recipe.lanes.length).toBeGreaterThan(0);
      }),
      cases(2000),
    );
  });

  it('survive mangled ones', () => {
    const bad = fc.oneof(fc.anything(), fc.constantFrom(-1, 1e308, '<img src=x>', null, {}, []));
    const entry = fc.record(
      {
        op: bad,
        lane: bad,
        knob: bad,
        value: bad,
        act: bad,
        subject: bad,
        amount: bad,
        slot: bad,
        text: bad,
      },
      { requiredKeys: [] },
    );
    const mangled = fc.record(
      {
        schema: fc.constantFrom(1, 2),
        preset: bad,
        knobs: fc.oneof(bad, fc.dictionary(fc.constantFrom(...KNOB_IDS), bad, { maxKeys: 5 })),
        lanes: fc.oneof(bad, fc.array(bad, { maxLength: 5 })),
        edits: fc.oneof(bad, fc.array(entry, { maxLength: 4 })),
        notes: fc.oneof(bad, fc.array(entry, { maxLength: 4 })),
        view: fc.oneof(bad, fc.record({ focus: bad, selection: bad })),
        cursor: bad,
      },
      { requiredKeys: ['schema'] },
    );
    fc.assert(
      fc.property(mangled, (input) => {
        const { recipe, problems } = parseRecipe(input);
        expect(recipe.lanes.length).toBeGreaterThan(0);
        for (const { message } of problems) expect(message.length).toBeLessThan(300);
        // What was kept is a recipe that can be linked and read again.
        expect(recipeOf(hashOf(recipe)).recipe.edits).toEqual(recipe.edits);
      }),
      cases(10_000),
    );
  });

  it('refuse a newer schema and say so', () => {
    const { problems } = parseRecipe({ schema: 99 });
    expect(problems[0].message).toMatch(/schema 99/);
  });

  it('take as many slots as the knobs allow', () => {
    const { recipe, problems } = parseRecipe({ knobs: { threads: 64, chunks: 10000 } });
    expect(problems).toEqual([]);
    expect(laneKnobs(recipe, 0).chunks).toBe(10000);
  });

  it('say what a minimum above the maximum means', () => {
    const { recipe } = parseRecipe({ knobs: { minSize: 5, maxSize: 1 } });
    expect(remarks(laneKnobs(recipe, 0))[0]).toMatch(/from 5 to 8 B/);
  });
});

describe('store', () => {
  it('counts a new run only when one begins', () => {
    const store = createAppStore(presetRecipe('larson-oom'));
    const { addEdit, setStartKnob, foldEdits, resetKnobs, replayWith } = store.getState();
    addEdit(10, 'orphanPolicy', 'adopt');
    expect(store.getState().run).toBe(0);
    expect(store.getState().recipe.edits).toHaveLength(1);
    foldEdits();
    expect(store.getState().run).toBe(1);
    expect(store.getState().recipe.edits).toEqual([]);
    expect(store.getState().recipe.knobs.orphanPolicy).toBe('adopt');
    setStartKnob('threads', 2);
    expect(store.getState().recipe.knobs.threads).toBe(2);
    replayWith({ decOnRemote: true });
    expect(store.getState().recipe.knobs).toMatchObject({
      threads: 2,
      orphanPolicy: 'adopt',
      decOnRemote: true,
    });
    resetKnobs();
    expect(store.getState().recipe.knobs).toEqual(presetRecipe('larson-oom').knobs);
  });

  it('says a thing once and forgets the oldest', () => {
    const store = createAppStore(presetRecipe('larson-oom'));
    for (let i = 0; i < 20; i++) store.getState().notify('info', `notice ${i % 10}`);
    expect(store.getState().notices.length).toBeLessThanOrEqual(6);
  });
});
