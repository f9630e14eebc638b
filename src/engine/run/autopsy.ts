import { asBytes, asOp } from '../../base/units.ts';
import { C } from '../telemetry/counters.ts';
import { BANDS } from '../telemetry/ledger.ts';
import type { Autopsy } from '../types.ts';
import type { Run } from './run.ts';

/** The figures of the autopsy card, counted from states. */
export function autopsyOf(run: Run): Autopsy {
  const { threads, refusal, crash, bands, bandsResident } = run;
  const counters = run.readCounters();
  run.readLedger(bands, bandsResident);
  return {
    model: run.model,
    status: run.status,
    endedBy: run.endedBy,
    op: asOp(run.operations),
    ns: run.virtualNs,
    ...(refusal === undefined ? {} : { refused: refusal }),
    ...(crash === undefined ? {} : { crash }),
    lives: threads.lives,
    livesAlive: threads.livingStacks,
    ...run.allocator.autopsy(),
    forgotten: counters[C.forgottenSuperslabs],
    unneeded: counters[C.adoptionsUnneeded],
    graveyard: counters[C.strandedGraveyard],
    retired: counters[C.leanRetires],
    entries: run.readEntries(),
    entriesOfDeadStacks: 2 * threads.deadStacks,
    bands: BANDS.map((band, i) => ({
      band,
      bytes: asBytes(bands[i]),
      resident: asBytes(bandsResident[i]),
    })),
  };
}
