import { createSimulation } from '../engine/simulation.ts';
import { Host, type HostPort } from './host.ts';

// A message to oneself comes after the messages already waiting, and sooner than any timer.
const ticks = new MessageChannel();
let next: (() => void) | undefined;
ticks.port1.onmessage = () => next?.();

new Host(self as unknown as HostPort, {
  createSimulation,
  now: () => performance.now(),
  schedule: (slice, delayMs) => {
    if (delayMs > 0) {
      setTimeout(slice, delayMs);
      return;
    }
    next = slice;
    ticks.port2.postMessage(0);
  },
});
