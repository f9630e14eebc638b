import { count, duration } from '../../draw/format.ts';
import type { ModelId } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { callText } from '../../engine/interventions.ts';
import type { HandCall } from '../../engine/programs/program.ts';
import type { CounterName } from '../../engine/telemetry/counters.ts';
import type { HandDone, HandSlot } from '../../engine/types.ts';
import { counterWords } from '../models.ts';

/** Counters that say no more than that the call was made. */
const SAID: ReadonlySet<CounterName> = new Set<CounterName>(['mallocs', 'localFrees']);

export const hex = (address: number): string => `0x${address.toString(16)}`;

/** Where a block is, in a few words. */
export function whereText({ bytes, place }: HandSlot): string {
  if (bytes === 0) return 'empty';
  return place === undefined ? 'with the C library' : hex(place.address);
}

/** How a call was served; undefined: it needed no block. */
export function servedText(
  { act, path, before, after }: HandDone,
  model: ModelId,
): string | undefined {
  const stays = before.place?.address === after.place?.address;
  if (act === 'free' || after.place === undefined || stays) return undefined;
  const { paths } = MODEL_SHOWN[model];
  return paths[Math.min(path, paths.length - 1)];
}

/** What became of the block, in a sentence. */
export function becameText({ act, before, after }: HandDone): string {
  const outside = 'The C library has it: this allocator has no block of that size.';
  switch (act) {
    case 'malloc':
      return after.place === undefined
        ? outside
        : `At ${hex(after.place.address)}, ${usableText(after)}.`;
    case 'realloc': {
      const from = before.place?.address;
      if (after.place === undefined) return outside;
      if (from === after.place.address) return `It stays at ${hex(from)}, ${usableText(after)}.`;
      const copied = `${count(Math.min(before.bytes, after.bytes))} B are copied`;
      return `It moves from ${from === undefined ? 'the C library' : hex(from)} to ${hex(after.place.address)}, ${usableText(after)}: ${copied}.`;
    }
    case 'free':
      return before.place === undefined
        ? 'The C library takes it back.'
        : `${count(before.place.usable)} B at ${hex(before.place.address)} are free.`;
  }
}

const usableText = ({ place }: HandSlot): string => `${count(place?.usable ?? 0)} B usable`;

/** What the call counted, counter by counter. */
export const countedTexts = ({ counted }: HandDone, model: ModelId): string[] =>
  counted
    .filter(({ counter }) => !SAID.has(counter))
    .map(({ counter, by }) =>
      counter.endsWith('Ns')
        ? `${counterWords(model, counter).replace(/ ns$/, '')}: ${count(by)} ns`
        : `${counterWords(model, counter)}: ${count(by)}`,
    );

/** The call as C has it, and its thread. */
export const madeText = ({ act, slot, bytes, chain }: HandCall): string =>
  `${callText(act, slot, bytes)} by thread ${chain}`;

/** A call and all that came of it, for who hears it. */
export function doneText(done: HandDone, model: ModelId): string {
  const served = servedText(done, model);
  const details = [...(served === undefined ? [] : [served]), ...countedTexts(done, model)];
  const end = details.length === 0 ? '' : ` ${details.join('; ')}.`;
  return `${madeText(done)}. ${becameText(done)}${end} It took ${duration(done.ns)}.`;
}
