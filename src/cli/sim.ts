import { runCommand } from './node.ts';
import { sim } from './sim-command.ts';

await runCommand(sim);
