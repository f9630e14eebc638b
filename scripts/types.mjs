// Type-checks every project: the engine without DOM or Node, the worker, the page, tools and tests.
import { listsOrExit } from './lists.mjs';
import { run } from './run.mjs';

listsOrExit();

let failed = 0;
for (const project of ['engine', 'worker', 'app', 'node']) {
  const known = `node_modules/.cache/slabscope/types-${project}.tsbuildinfo`;
  const args = ['-p', `tsconfig.${project}.json`, '--incremental', '--tsBuildInfoFile', known];
  if (run('tsc', args) !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
