import type { ModelId } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import type { EventKind } from '../../engine/telemetry/events.ts';
import { kindsOf } from '../models.ts';

/** Kinds of events worth stopping at that a model has. */
export const stopsOf = (model: ModelId): readonly EventKind[] =>
  kindsOf(model).filter((kind) => kind !== 'runEnded');

/** The kind that steps go to: the one wanted where the model has it, else its new memory. */
export const stopKind = (model: ModelId, wanted: EventKind | undefined): EventKind =>
  wanted !== undefined && stopsOf(model).includes(wanted) ? wanted : MODEL_SHOWN[model].newSpan;
