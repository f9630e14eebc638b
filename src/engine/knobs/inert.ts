import { bool, type KnobTable } from './kinds.ts';

/** Knobs that only exist because a document names them: a test proves that they change no digest. A ModelDef names those of its documents (`shared`). */
export const INERT_KNOBS = {
  memDiet: bool({
    group: 'inert',
    apply: 'live',
    url: 'md',
    default: false,
    inert: true,
  }),
  countersDump: bool({
    group: 'inert',
    apply: 'live',
    url: 'cn',
    default: false,
    inert: true,
  }),
} as const satisfies KnobTable;
