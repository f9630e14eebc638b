import { describe, expect, it } from 'vitest';
import { TRACE_EVENT_BYTES, TraceEvents } from '../engine/programs/trace/events.ts';
import { Address } from './address.ts';
import { LiveMap } from './live-map.ts';
import { readAll } from './testing/read.ts';

describe('memory of a trace', () => {
  it('is that of its events, whatever their number', () => {
    const events = new TraceEvents();
    events.lives.push({ tid: 1, first: -1, last: -1, ended: false });
    for (let i = 0; i < 200_000; i++) events.push(0, 0, 0, 1, 0, 0);
    expect(TRACE_EVENT_BYTES).toBe(26);
    // The last chunk is not full.
    expect(events.bytes / TRACE_EVENT_BYTES - events.count).toBeLessThan(1 << 15);
    expect(events.sizeAt(199_999)).toBe(1);
  });

  it('has as many slots as blocks were live at a time', () => {
    const lines = Array.from(
      { length: 500 },
      (_, i) => `1: malloc 0x${(i % 250) + 1}0 8\n1: free 0x${(i % 250) + 1}0\n`,
    );
    const read = readAll(lines.join(''));
    expect(read.ok && [read.value.process.events.count, read.value.process.events.slots]).toEqual([
      1000, 1,
    ]);
  });
});

describe('LiveMap', () => {
  it('is a map from addresses of 64 bits to slots', () => {
    const map = new LiveMap();
    const model = new Map<string, number>();
    let x = 12345;
    for (let i = 0; i < 4000; i++) {
      x = (Math.imul(x, 1103515245) + 12345) | 0;
      // Few and close addresses, so that they collide and gaps are closed.
      const hi = (x >>> 28) & 1;
      const lo = ((x >>> 8) & 0x7f) << 4;
      const key = `${hi}:${lo}`;
      if (model.has(key)) {
        map.remove(hi, lo);
        model.delete(key);
      } else {
        map.add(hi, lo, i);
        model.set(key, i);
      }
      if (i % 200 > 0) continue;
      for (const [known, slot] of model) {
        const [h, l] = known.split(':').map(Number);
        expect(map.get(h, l)).toBe(slot);
      }
      expect(map.count).toBe(model.size);
      expect([...map.slots()]).toEqual([...model.values()].sort((a, b) => a - b));
    }
    expect(map.get(5, 5)).toBe(-1);
    expect(new Address().isNull).toBe(true);
  });
});
