export const VERSION_MARK: string;
export function versionOf(
  names: readonly string[],
  contents: readonly (string | Uint8Array)[],
): string;
