import { readFileSync } from 'node:fs';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { MODEL_IDS, type ModelId } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { resolveKnobs } from '../../engine/knobs/index.ts';
import { Lane } from '../../live/lane.ts';
import { COLOUR_BY } from '../../state/store.ts';
import { ChannelWorker } from '../../worker/testing/channel.ts';
import { LaneContext, type LaneScope } from '../lane/context.ts';
import { colourVar, nouns } from '../models.ts';
import { partsOf } from './domino.tsx';
import { Legend } from './legend.tsx';
import { MapLegend } from './map-legend.tsx';

/** A part of a card as it is before any frame has come. */
function beforeTheFirstFrame(model: ModelId, part: React.ReactNode): string {
  const lane = new Lane(() => new ChannelWorker());
  const scope: LaneScope = {
    lane,
    index: 0,
    knobs: resolveKnobs({ model }),
    axes: undefined,
    x: 'op',
    lit: undefined,
    onLit: () => {},
    explained: undefined,
    onExplain: () => {},
  };
  const text = renderToStaticMarkup(<LaneContext value={scope}>{part}</LaneContext>);
  lane.dispose();
  return text;
}

describe.each(MODEL_IDS)('keys before the first frame of %s', (model) => {
  const keyOf = (by: (typeof COLOUR_BY)[number]): string =>
    beforeTheFirstFrame(model, <MapLegend by={by} hidden={0} onHidden={() => {}} />);

  it('are those of the colouring, with their colours', () => {
    const states = keyOf('state');
    for (const { label, colour } of MODEL_SHOWN[model].states) {
      expect(states).toContain(label);
      expect(states).toContain(`--swatch:${colourVar(colour)}`);
    }
    expect(keyOf('class')).toContain('aria-label="Size classes"');
    expect(keyOf('owner')).toContain('aria-label="Owners"');
    expect(keyOf('occupancy')).toContain(`live blocks of ${nouns(model)}`);
    expect(keyOf('remote')).toContain('blocks in its remote queues');
    expect(keyOf('age')).toContain('just now');
    // Each is another one, and none is that of the states.
    const keys = COLOUR_BY.map(keyOf);
    expect(new Set(keys).size).toBe(COLOUR_BY.length);
    expect(keys.filter((key) => key.includes('States; press'))).toHaveLength(1);
  });

  it('of charts have all their colours', () => {
    const items = ['--live', '--free'].map((token) => ({
      key: token,
      token,
      label: token,
      value: () => '1',
    }));
    const text = beforeTheFirstFrame(model, <Legend items={items} />);
    for (const { token } of items) expect(text).toContain(`background:var(${token})`);
  });
});

describe('bars', () => {
  it('are linear: half as high is half as many', () => {
    expect(partsOf([8, 4, 2, 0])).toEqual([1, 0.5, 0.25, 0]);
    expect(partsOf([0, 0])).toEqual([0, 0]);
    const style = readFileSync('src/views/styles/dominoes.css', 'utf8');
    expect(style).toMatch(/height: calc\(\d+px \* var\(--part, 0\)\)/);
  });
});
