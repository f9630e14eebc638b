import { Columns2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { count } from '../../draw/format.ts';
import { type BranchTree, rowsOf } from '../../state/branches.ts';

interface Props {
  readonly tree: BranchTree;
  /** The furthest operation reached, for the scale. */
  readonly horizon: number;
  readonly canAddLane: boolean;
  onGo(id: number): void;
  onLane(id: number): void;
}

const ROW = 20;

/** Every future of this recipe, as a small tree over the time bar; nothing while there is only one. */
export function BranchTreeView({ tree, horizon, canAddLane, onGo, onLane }: Props) {
  const box = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the present branch stays in sight
  useEffect(() => {
    const row = box.current?.querySelector<HTMLElement>('[aria-current]')?.closest('li');
    if (box.current && row) box.current.scrollTop = row.offsetTop - ROW;
  }, [tree]);
  if (tree.branches.length < 2) return null;
  const rows = rowsOf(tree);
  const far = Math.max(1, horizon, ...rows.map(({ branch }) => branch.op));
  const share = (op: number): number => Math.min(0.7, (0.7 * op) / far);
  return (
    <nav className="branches" aria-label="Branches of this run" ref={box}>
      <ol style={{ height: rows.length * ROW }}>
        {rows.map(({ branch, row, from }) => (
          <li
            key={branch.id}
            style={{
              top: row * ROW,
              left: `${100 * share(branch.op)}%`,
              maxWidth: `${100 * (1 - share(branch.op))}%`,
            }}
          >
            {row > 0 && (
              <i className="stem" aria-hidden="true" style={{ height: (row - from) * ROW - 4 }} />
            )}
            <button
              type="button"
              aria-current={branch.id === tree.current ? 'true' : undefined}
              onClick={() => onGo(branch.id)}
              title={branch.op > 0 ? `from operation ${count(branch.op)}` : 'from the start'}
            >
              <span className="dot" aria-hidden="true" />
              <span className="branch-label">
                {branch.label}
                {branch.op > 0 && <small> {count(branch.op)}</small>}
              </span>
            </button>
            {canAddLane && branch.id !== tree.current && (
              <button
                type="button"
                className="icon-button"
                aria-label={`Open “${branch.label}” as a lane`}
                title="Open as a lane beside this one"
                onClick={() => onLane(branch.id)}
              >
                <Columns2 size={12} aria-hidden="true" />
              </button>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
