import { domino } from './domino-command.ts';
import { runCommand } from './node.ts';

await runCommand(domino);
