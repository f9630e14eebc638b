import { CommandPalette } from '../shell/palette.tsx';
import { useSession } from './context.ts';
import { commandList } from './session/commands.ts';

/** The command palette over everything the page can do. */
export function Palette(props: { onGo(op: number): void; onClose(): void }) {
  return <CommandPalette commands={commandList(useSession())} {...props} />;
}
