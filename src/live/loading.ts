/** Parts of the page that are on their way; the page is not idle while there are any. */
let pending = 0;

/** True while a part is being loaded. */
export const isLoading = (): boolean => pending > 0;

/** Counts a part that is being loaded until it is there or has failed. */
export async function whileLoading<T>(part: Promise<T>): Promise<T> {
  pending++;
  try {
    return await part;
  } finally {
    pending--;
  }
}
