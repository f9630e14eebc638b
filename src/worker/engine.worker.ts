import { prepareSimulation } from '../engine/simulation.ts';
import { type AnyPort, serve } from './serve.ts';

// A message to oneself comes after the messages already waiting, and sooner than any timer.
const ticks = new MessageChannel();
const waiting: (() => void)[] = [];
ticks.port1.onmessage = () => waiting.shift()?.();

serve(self as unknown as AnyPort, {
  prepareSimulation,
  now: () => performance.now(),
  schedule: (turn, delayMs) => {
    if (delayMs > 0) {
      setTimeout(turn, delayMs);
      return;
    }
    waiting.push(turn);
    ticks.port2.postMessage(0);
  },
});
