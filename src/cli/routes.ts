import { runCommand } from './node.ts';
import { routes } from './routes-command.ts';

await runCommand(routes);
