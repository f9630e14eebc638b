/** Programmer errors throw; what a user can cause is a Result instead (see result.ts). */
export class AssertionError extends Error {
  override name = 'AssertionError';
}

/** Throws when a condition that only a bug in our own code can break does not hold. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Closes an exhaustive switch: the compiler refuses the call while a case is missing. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected value ${String(value)}`);
}
