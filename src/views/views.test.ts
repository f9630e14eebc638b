import { describe, expect, it } from 'vitest';
import { asNs, asOp } from '../base/units.ts';
import { frameAt } from '../draw/testing/frames.ts';
import { MODEL_IDS } from '../engine/allocators/index.ts';
import { KNOB_IDS, type KnobValues, knobDef, resolveKnobs } from '../engine/knobs/index.ts';
import { PRESETS, presetById, storyUnder, variantKnobs } from '../engine/presets.ts';
import { PROGRAM_IDS, PROGRAMS } from '../engine/programs/index.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C, COUNTERS, type CounterName } from '../engine/telemetry/counters.ts';
import { EVENT_KINDS } from '../engine/telemetry/events.ts';
import { BANDS } from '../engine/telemetry/ledger.ts';
import { H } from '../worker/frame.ts';
import { mapFinding } from './cards/map.tsx';
import { ratesFinding } from './cards/rates.tsx';
import { fromSlider, SLIDER_STEPS, toSlider } from './knobs/scale.ts';
import { BAND_GROUPS } from './lane/band-groups.ts';
import { eventOf, eventSentence, kindName } from './lane/event-text.ts';
import { verdictOf } from './lane/header.tsx';
import { commandTitle } from './page/texts.ts';
import { hiddenParts } from './shell/embed.ts';
import { metricOf } from './side/metrics.ts';
import { autopsySentences, autopsyTitle } from './side/sentences.ts';
import { currentStep, listedSteps, resolveText, storyValues } from './story/resolve.ts';
import { SPEED_STEPS, speedAt, speedPosition } from './transport/speed.ts';

const presetKnobs = (id: string): Partial<KnobValues> => {
  const preset = presetById(id);
  if (!preset) throw new Error(`no preset ${id}`);
  return variantKnobs(preset, 0);
};

describe('embedding', () => {
  it('hides what the address names, and nothing for rubbish', () => {
    expect(hiddenParts(new URLSearchParams('embed=1'))).toEqual(['bar', 'knobs', 'side']);
    expect(hiddenParts(new URLSearchParams('hide=knobs,transport,<b>'))).toEqual([
      'knobs',
      'transport',
    ]);
    expect(hiddenParts(new URLSearchParams('embed=yes&hide='))).toEqual([]);
  });
});

describe('stories', () => {
  it('name only values that the frame has', () => {
    const values = storyValues(frameAt(2000));
    for (const preset of PRESETS) {
      for (const step of preset.story) expect(resolveText(step.text, values)).not.toMatch(/[{}]/);
      for (const [i] of preset.variants.entries()) {
        const told = storyUnder(preset.story, resolveKnobs(variantKnobs(preset, i))).length;
        expect(told, `${preset.id}, variant ${i}`).toBeGreaterThanOrEqual(2);
        expect(told, `${preset.id}, variant ${i}`).toBeLessThanOrEqual(6);
      }
    }
  });

  it('follow the run', () => {
    const exhibit = PRESETS[0];
    const told = storyUnder(exhibit.story, resolveKnobs(variantKnobs(exhibit, 0)));
    expect(currentStep(told, frameAt(0))).toBe(0);
    expect(currentStep(told, frameAt(2000))).toBe(1);
    const last = told[currentStep(told, frameAt(1e9, { maxMapCount: 1000 }))];
    expect(last.title).toBe('Out of map entries, not out of memory.');
  });

  it('announce one end while they run, and nothing that did not come when they are over', () => {
    const titles = (id: string, turned: Partial<KnobValues>, ops = 1e9): string[] => {
      const preset = presetById(id);
      if (!preset) throw new Error(`no preset ${id}`);
      const knobs = { ...variantKnobs(preset, 0), ...turned };
      const told = storyUnder(preset.story, resolveKnobs(knobs));
      const frame = frameAt(ops, knobs);
      const current = currentStep(told, frame);
      const listed = listedSteps(told, current, frame);
      const list = listed.map((i) => (i > current ? 'Next' : told[i].title));
      expect(listed).toContain(current);
      if (ops === 1e9) expect(list.at(-1)).toBe(told[current].title);
      return list;
    };
    const lean = { chunks: 64, maxMapCount: 700, trimIntervalMs: 1 };
    expect(titles('lean-larson', lean, 5).at(-1)).toBe('Next');
    expect(titles('lean-larson', lean)).toContain('Out of map entries.');
    expect(titles('lean-larson', lean)).not.toContain('The end.');
    const short = titles('lean-larson', { ...lean, seconds: 0.0001 });
    expect(short).toContain('The end.');
    expect(short).not.toContain('Out of map entries.');
    expect(short).not.toContain('What is still resident.');
    const mixed = { chunks: 64, maxMapCount: 700, lookAlikeProb: 100 };
    expect(titles('mixed-crash', mixed).slice(-2)).toEqual([
      'Free meets them.',
      'Free takes it for its own.',
    ]);
    const passes = titles('mixed-crash', { ...mixed, lookAlikeProb: 0, opLimit: 100_000 });
    expect(passes.slice(-2)).toEqual(['Free meets them.', 'The end.']);
    expect(titles('mixed-crash', mixed, 10).filter((title) => title === 'Next')).toHaveLength(4);
  });
});

describe('autopsy', () => {
  it('counts every figure it says', () => {
    const sim = createSimulation(resolveKnobs({ maxMapCount: 1000 }));
    sim.advance(1e9);
    const autopsy = sim.autopsy();
    expect(autopsyTitle(autopsy)).toBe('Out of map entries, not out of memory');
    const text = autopsySentences(autopsy, sim.knobs).join(' ');
    expect(text).toContain(autopsy.superslabs.toLocaleString('en-US'));
    expect(text).toContain('the kernel refused');
    expect(autopsy.workloadBlocks + autopsy.threadTables).toBe(autopsy.liveBlocks);
    expect(
      autopsy.livingOwned + autopsy.orphansHolding + autopsy.inflated + autopsy.freeable,
    ).toBeGreaterThanOrEqual(autopsy.superslabs);
    expect(autopsy.bands.reduce((sum, band) => sum + band.bytes, 0)).toBe(sim.mappedBytes);
  });

  it('tells a crash from a refusal', () => {
    const knobs = resolveKnobs({
      trimIntervalMs: 1,
      trimSS: true,
      decOnRemote: true,
      emptyReserve: 0,
      hazardTls: true,
      chunks: 4,
      rounds: 1000,
      minSize: 8,
      maxSize: 1000,
    });
    const sim = createSimulation(knobs);
    sim.advance(1e6);
    expect(sim.status).toBe('crashed');
    expect(autopsyTitle(sim.autopsy())).toMatch(/Crashed/);
    expect(autopsySentences(sim.autopsy(), sim.knobs)[0]).toMatch(/unmapped/);
    const mixed = createSimulation(
      resolveKnobs({ chunks: 64, guessFree: true, ownerBitmap: true, bitmapBase: 0 }),
    );
    expect(autopsyTitle(mixed.autopsy())).toBe('Crashed: free took a block for the other heap’s');
    expect(autopsySentences(mixed.autopsy(), mixed.knobs)[0]).toMatch(
      /^Main freed a block of SuperSlab \d+, which/,
    );
  });
});

describe('an autopsy of', () => {
  const endOf = (knobs: Partial<KnobValues>) => {
    const sim = createSimulation(resolveKnobs(knobs));
    sim.advance(1e9);
    return { autopsy: sim.autopsy(), text: autopsySentences(sim.autopsy(), sim.knobs).join(' ') };
  };

  it('any program calls it by its name', () => {
    for (const workload of ['soak', 'random-mixed', 'larson', 'pair'] as const)
      expect(endOf({ workload, opLimit: 5000 }).text).toContain(
        `of the program “${PROGRAMS[workload].label}”`,
      );
    for (const workload of PROGRAM_IDS)
      expect(commandTitle(resolveKnobs({ workload }))).toContain(PROGRAMS[workload].label);
  });

  it('empty SuperSlabs tells those in reserve from those that nobody asked for', () => {
    const knobs = presetKnobs('lean');
    const few = { ...knobs, workingSet: 2048, spellOps: 10_000, opLimit: 11_000 };
    const { autopsy, text } = endOf(few);
    expect(autopsy.kept).toBeGreaterThan(1);
    expect(text).toContain(`${autopsy.kept} SuperSlabs are empty and kept in reserve.`);
    expect(text).not.toContain('could be freed');
    const never = endOf({ decOnRemote: true, maxMapCount: 2000 });
    expect(never.autopsy.freeable).toBeGreaterThan(0);
    expect(never.text).toContain(
      `${never.autopsy.freeable.toLocaleString('en-US')} could be freed, and nobody has asked yet.`,
    );
    expect(never.text).not.toContain('reserve');
  });
});

describe('the owner who never looks back', () => {
  const knobs = presetKnobs('never-looks-back');
  const OPS = 60_000;

  it('is named by the map and the autopsy', () => {
    const frame = frameAt(OPS, knobs);
    const { superslabs, forgotten } = storyValues(frame);
    expect(mapFinding(frame)).toBe(
      `${forgotten} of ${superslabs} SuperSlabs have room, and their living owners never look back`,
    );
    const sim = createSimulation(resolveKnobs(knobs));
    sim.advance(OPS);
    const autopsy = sim.autopsy();
    expect(autopsyTitle(autopsy)).toBe('The owner who never looks back');
    expect(autopsySentences(autopsy, sim.knobs).join(' ')).toContain(
      `${forgotten} SuperSlabs have room, and a living owner that never looks back`,
    );
  });

  it('one SuperSlab is not several', () => {
    const frame = frameAt(OPS, { ...knobs, ownReuse: 'chunks' });
    const said = (turned: Partial<Record<CounterName, number>>): string => {
      const counters = frame.counters.slice();
      for (const name of COUNTERS) counters[C[name]] = turned[name] ?? counters[C[name]];
      return mapFinding({ ...frame, counters });
    };
    expect(said({ superslabsNow: 1 })).toBe('1 SuperSlab, with a living owner');
    expect(said({ superslabsNow: 1, forgottenSuperslabs: 1 })).toBe(
      '1 of 1 SuperSlab has room, and its living owner never looks back',
    );
    expect(said({ superslabsNow: 3, orphanSuperslabs: 1 })).toBe(
      '1 of 3 SuperSlabs belongs to a dead thread',
    );
    const header = frame.header.slice();
    header[H.op] = 1e6;
    const rare = frame.counters.slice().fill(0);
    for (const name of ['superslabsAllocated', 'drainSuccesses', 'madviseCalls'] as const)
      rare[C[name]] = 1;
    expect(ratesFinding({ ...frame, header, counters: rare }, 'tiny')).toBe(
      'Per million operations: 1 SuperSlab mapped, 1 drain, 1 system call',
    );
  });

  it('is not said where owners look', () => {
    const frame = frameAt(OPS, { ...knobs, ownReuse: 'chunks' });
    expect(mapFinding(frame)).toMatch(/^6 SuperSlabs, each with a living owner$/);
  });
});

describe('words', () => {
  it('verdicts follow the state', () => {
    expect(verdictOf(frameAt(0)).text).toBe('ready');
    expect(verdictOf(frameAt(100)).text).toBe('paused');
    expect(verdictOf(frameAt(1e9, { maxMapCount: 1000 })).text).toMatch(/^OOM at/);
    expect(verdictOf(frameAt(1e9, { seconds: 0.01 })).text).toMatch(/^Finished/);
  });

  it.each(MODEL_IDS)('every kind of event has a sentence and a name, %s', (model) => {
    for (const kind of EVENT_KINDS) {
      const text = eventSentence(
        { seq: 1, kind, op: asOp(1), ns: asNs(1), life: 1, subject: 1, a: 1, b: 1, cause: -1 },
        [8, 16],
        model,
      );
      expect(text.length).toBeGreaterThan(8);
      expect(text).not.toMatch(/undefined|NaN/);
      expect(kindName(kind, model)).not.toMatch(/undefined|^$/);
    }
    const frame = frameAt(500);
    expect(
      eventSentence(eventOf(frame, frame.shape.events - 1), frame.classBytes, 'tiny'),
    ).not.toMatch(/undefined/);
  });

  it('every band is drawn in exactly one group', () => {
    expect(BAND_GROUPS.flatMap(({ bands }) => bands).sort()).toEqual([...BANDS].sort());
  });

  it('metrics of document figures are numbers', () => {
    const frame = frameAt(3000);
    for (const preset of PRESETS) {
      for (const figure of [
        ...preset.documentFigures,
        ...preset.variants.flatMap((v) => v.documentFigures ?? []),
      ]) {
        expect(Number.isFinite(metricOf(frame, figure.metric, 10))).toBe(true);
      }
    }
  });
});

describe('sliders', () => {
  it('reach every end and give legal values', () => {
    for (const id of KNOB_IDS) {
      const def = knobDef(id);
      if (def.kind !== 'number') continue;
      expect(fromSlider(def, 0)).toBe(def.min);
      expect(fromSlider(def, SLIDER_STEPS)).toBe(def.max);
      for (let at = 0; at <= SLIDER_STEPS; at += 50) {
        const value = fromSlider(def, at);
        expect(value).toBeGreaterThanOrEqual(def.min);
        expect(value).toBeLessThanOrEqual(def.max);
        if (def.integer) expect(Number.isInteger(value)).toBe(true);
        const back = toSlider(def, value);
        expect(back).toBeGreaterThanOrEqual(0);
        expect(back).toBeLessThanOrEqual(SLIDER_STEPS);
      }
    }
  });

  it('speed goes from one operation a second to flat out', () => {
    expect(speedAt(0)).toBe(1);
    expect(speedAt(SPEED_STEPS)).toBe('max');
    expect(speedAt(speedPosition(1_000_000))).toBe(1_000_000);
    expect(speedPosition('max')).toBe(SPEED_STEPS);
  });
});
