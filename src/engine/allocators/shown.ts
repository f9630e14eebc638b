import type { ModelId } from './index.ts';
import { SHOWN } from './listed/shown.ts';
import type { ModelShown } from './model.ts';

/** What the page shows of every model. */
export const MODEL_SHOWN: Readonly<Record<ModelId, ModelShown>> = SHOWN;
