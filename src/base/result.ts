/** Stable codes for everything a user can cause; messages may change, codes may not. */
export type ErrorCode =
  | 'E_RECIPE_FIELD'
  | 'E_RECIPE_VERSION'
  | 'E_RECIPE_ENGINE'
  | 'E_RECIPE_FORMAT'
  | 'E_PRESET'
  | 'E_KNOB'
  | 'E_RANGE'
  | 'E_FILE'
  | 'E_USAGE'
  | 'E_ABORTED'
  | 'E_WORKER'
  | 'E_PROTOCOL';

/** One clear sentence about what was wrong and where; `kept` says what was used instead. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly kept?: string;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Problem };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = (
  code: ErrorCode,
  message: string,
  kept?: string,
): { ok: false; error: Problem } => ({
  ok: false,
  error: kept === undefined ? { code, message } : { code, message, kept },
});
