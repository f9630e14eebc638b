import { Component, type ReactNode } from 'react';
import { LoadError } from './lazily.tsx';

interface Props {
  /** What failed, as the reader calls it: “This view”. */
  readonly what: string;
  /** A change of it tries again. */
  readonly of?: unknown;
  /** Puts a link that makes this again on the clipboard. */
  onLink?(): void;
  readonly children: ReactNode;
}
interface State {
  readonly error: Error | undefined;
}

/** Keeps a fault to the part of the page that has it, says so, and offers to try again. */
export class Boundary extends Component<Props, State> {
  override state: State = { error: undefined };
  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
  override componentDidUpdate(before: Props): void {
    if (before.of !== this.props.of && this.state.error) this.again();
  }
  private readonly again = (): void => {
    const { error } = this.state;
    if (error instanceof LoadError) error.again();
    this.setState({ error: undefined });
  };
  override render(): ReactNode {
    const { error } = this.state;
    const { what, onLink, children } = this.props;
    if (!error) return children;
    return (
      <section className="card fault" role="alert">
        <p>
          {what} cannot be shown: {error.message}.
        </p>
        <button type="button" onClick={this.again}>
          Try again
        </button>
        {onLink && (
          <button type="button" onClick={onLink}>
            Copy a link that reproduces this
          </button>
        )}
      </section>
    );
  }
}
