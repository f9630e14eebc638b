// A reporter for npm run check: keeps which test files passed, so that the next one leaves them out while
// nothing that they import has changed.
import type { Reporter } from 'vitest/reporters';
import { remember } from './bundle-tests.ts';

export default class implements Reporter {
  onTestRunEnd: Reporter['onTestRunEnd'] = (modules) =>
    remember(modules.filter((module) => module.ok()).map(({ moduleId }) => moduleId));
}
