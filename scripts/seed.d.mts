/** @returns the seed of a run's tests, a whole number */
export function seedOf(options: { readonly deep: boolean }): string;
