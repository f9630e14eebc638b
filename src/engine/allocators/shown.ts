import { FIRSTFIT_SHOWN } from './firstfit/shown.ts';
import type { ModelId } from './index.ts';
import { MF2_SHOWN } from './mf2/shown.ts';
import type { ModelShown } from './model.ts';
import { TINY_SHOWN } from './tiny/shown.ts';

/** What the page shows of every model; the compiler finds one without. */
export const MODEL_SHOWN: Readonly<Record<ModelId, ModelShown>> = {
  tiny: TINY_SHOWN,
  mf2: MF2_SHOWN,
  firstfit: FIRSTFIT_SHOWN,
};
