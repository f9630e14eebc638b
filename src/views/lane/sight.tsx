import {
  createContext,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useState,
} from 'react';

/** Whether a part of the page is in sight, for those that write into it. */
export class Sight {
  private seen = true;
  private readonly listeners = new Set<() => void>();

  /** True until the browser says otherwise. */
  get now(): boolean {
    return this.seen;
  }

  /** Calls back whenever the part comes into sight. @returns a function that stops it */
  onReturn(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What the browser says. */
  set(seen: boolean): void {
    if (seen === this.seen) return;
    this.seen = seen;
    if (seen) for (const listener of this.listeners) listener();
  }
}

/** What is not in any part that can go out of sight. */
const ALWAYS = new Sight();

export const SightContext = createContext(ALWAYS);

/** A part of the page; one element in it says with `useWatched` that it stands for the part. */
export function Part({ children }: { readonly children: ReactNode }) {
  const [sight] = useState(() => new Sight());
  return <SightContext value={sight}>{children}</SightContext>;
}

const parts = new WeakMap<Element, Sight>();
let observer: IntersectionObserver | undefined;

/** One observer watches all parts. */
function observe(element: Element, sight: Sight): () => void {
  observer ??= new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) parts.get(target)?.set(isIntersecting);
  });
  const watching = observer;
  parts.set(element, sight);
  watching.observe(element);
  return () => {
    watching.unobserve(element);
    parts.delete(element);
    sight.set(true);
  };
}

/** Watches an element for the part of the page around it. */
export function useWatched(element: RefObject<Element | null>): void {
  const sight = useContext(SightContext);
  useEffect(() => {
    const { current } = element;
    return current && sight !== ALWAYS ? observe(current, sight) : undefined;
  }, [element, sight]);
}
