/** What React tells development tools; its production build looks for them once, while it loads. */
interface ToolsHook {
  readonly supportsFiber: boolean;
  inject(internals: unknown): number;
  onCommitFiberRoot(renderer: number, root: unknown, ...rest: unknown[]): void;
  onCommitFiberUnmount(): void;
}
declare global {
  interface Window {
    __REACT_DEVTOOLS_GLOBAL_HOOK__?: ToolsHook;
  }
}

/**
 * React's commits since the page was opened: frames must cause none. The hook of the development tools
 * counts them in every build, so that nobody loads React's larger profiling build for it. This module must
 * come before React's renderer.
 */
export const commits = { count: 0 };

const tools = window.__REACT_DEVTOOLS_GLOBAL_HOOK__;
if (tools) {
  const tell = tools.onCommitFiberRoot;
  tools.onCommitFiberRoot = (...args): void => {
    commits.count++;
    tell?.apply(tools, args);
  };
} else {
  window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
    supportsFiber: true,
    inject: () => 1,
    onCommitFiberRoot: () => {
      commits.count++;
    },
    onCommitFiberUnmount: () => {},
  };
}
