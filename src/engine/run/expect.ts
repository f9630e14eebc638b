/** For audits: notes a difference between what was counted by walking and what is kept. */
export function expectIn(problems: string[]) {
  return (what: string, counted: number, kept: number): void => {
    if (counted !== kept) problems.push(`${what}: counted ${counted}, kept ${kept}`);
  };
}
