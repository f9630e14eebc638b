import type { TinySimulation } from './simulation.ts';
export function audit(_sim: TinySimulation): string[] {
  return [];
}
