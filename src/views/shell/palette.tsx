import { useState } from 'react';
import { count } from '../../draw/format.ts';
import { Dialog } from './dialog.tsx';

export interface Command {
  readonly name: string;
  readonly hint?: string;
  /** Other words for it: found by them, too. */
  readonly also?: string;
  run(): void;
}

const SHOWN = 12;

/**
 * Whether the letters of `wanted` occur in `text` in order; smaller is better, undefined: no. Where a word
 * stands in a name says nothing of what is meant: between equals the order of the commands decides.
 */
export function matchOf(text: string, wanted: string): number | undefined {
  const whole = text.toLowerCase();
  const at = whole.indexOf(wanted);
  if (at === 0) return 0;
  if (at > 0) return /\w/.test(whole[at - 1]) ? 2 : 1;
  let from = 0;
  let gaps = 0;
  for (const letter of wanted) {
    const found = whole.indexOf(letter, from);
    if (found < 0) return undefined;
    gaps += found - from;
    from = found + 1;
  }
  return 100 + gaps;
}

/** How well a command answers; its own name before its other words. */
function rankOf(command: Command, wanted: string, always: boolean): number | undefined {
  if (wanted === '' || always) return 0;
  const name = matchOf(command.name, wanted);
  const also = command.also?.toLowerCase().includes(wanted) ? 50 : undefined;
  return name === undefined ? also : Math.min(name, also ?? name);
}

/** Everything that can be done, by name. */
export function CommandPalette({
  commands,
  onGo,
  onClose,
}: {
  readonly commands: readonly Command[];
  /** To an operation: what a number alone asks for. */
  onGo(op: number): void;
  onClose(): void;
}) {
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(0);
  const wanted = search.trim().toLowerCase();
  const op = /^\d[\d,_ ]{0,14}$/.test(wanted) ? Number(wanted.replace(/\D/g, '')) : undefined;
  const going =
    op === undefined ? [] : [{ name: `Go to operation ${count(op)}`, run: () => onGo(op) }];
  const found = [...going, ...commands]
    .map((command) => ({ command, rank: rankOf(command, wanted, command === going[0]) }))
    .filter((entry): entry is { command: Command; rank: number } => entry.rank !== undefined)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, SHOWN);
  const chosen = Math.min(at, found.length - 1);
  return (
    <Dialog title="Commands" className="palette" head={false} onClose={onClose}>
      {(close) => {
        const run = (command: Command): void => {
          close();
          command.run();
        };
        return (
          <>
            <input
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={found.length > 0 ? `command-${chosen}` : undefined}
              aria-label="Find a command, scenario or knob"
              placeholder="Find a command, scenario, knob or operation"
              value={search}
              onChange={(event) => {
                setSearch(event.target.value);
                setAt(0);
              }}
              onKeyDown={(event) => {
                if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
                  event.preventDefault();
                  setAt(
                    Math.max(
                      0,
                      Math.min(found.length - 1, chosen + (event.key === 'ArrowDown' ? 1 : -1)),
                    ),
                  );
                } else if (event.key === 'Enter' && found[chosen]) {
                  event.preventDefault();
                  run(found[chosen].command);
                }
              }}
            />
            <div id="palette-list" role="listbox" aria-label="Commands">
              {found.map(({ command }, i) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the combobox, as its pattern asks
                <div
                  key={command.name}
                  id={`command-${i}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={i === chosen}
                  onClick={() => run(command)}
                >
                  {command.name}
                  {command.hint && <kbd>{command.hint}</kbd>}
                </div>
              ))}
            </div>
            {found.length === 0 && <p className="empty">Nothing is called that.</p>}
          </>
        );
      }}
    </Dialog>
  );
}
