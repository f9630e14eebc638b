import { Host, type HostDeps } from './host.ts';
import { JobHost } from './job-host.ts';
import type { FromJob, ToJob } from './jobs.ts';
import { type Begin, type FromLane, type Port, PROTOCOL_VERSION, type ToLane } from './protocol.ts';

/** The port of a worker that does not know yet what it is to be. */
export type AnyPort = Port<Begin | ToLane | ToJob, FromLane | FromJob>;

/** Waits for the first message to a worker, which says what it is to be, and becomes that. */
export function serve(port: AnyPort, deps: HostDeps): void {
  const refuse = (message: string): void =>
    port.postMessage({ t: 'fault', code: 'E_PROTOCOL', message });
  port.onmessage = ({ data }) => {
    if (data.t !== 'begin') {
      refuse(`the first message to a worker was "${data.t}"`);
      return;
    }
    if (data.protocol !== PROTOCOL_VERSION) {
      refuse(`the page speaks protocol ${data.protocol}, its worker ${PROTOCOL_VERSION}`);
      return;
    }
    switch (data.role) {
      case 'lane':
        new Host(port, deps);
        return;
      case 'job':
        new JobHost(port, deps);
        return;
    }
  };
}
