import { runCommand } from './node.ts';
import { queue } from './queue-command.ts';

await runCommand(queue);
