import { runCommand } from './node.ts';
import { policy } from './policy-command.ts';

await runCommand(policy);
