import { type ComponentType, type ReactElement, use } from 'react';
import { whileLoading } from '../../live/loading.ts';

const parts: (() => Promise<unknown>)[] = [];

/** The code of a part did not come. It fails as long as nobody asks for another try. */
export class LoadError extends Error {
  /** @param again the next rendering asks for the code once more */
  constructor(
    readonly again: () => void,
    cause: unknown,
  ) {
    super('its code could not be loaded', { cause });
  }
}

/**
 * A component whose code is loaded when it is first needed, or by `loadRest`. Once there it renders at once:
 * nothing flashes. It needs a Suspense around it for the wait and a Boundary for a file that does not come.
 */
export function lazily<P extends object>(
  load: () => Promise<ComponentType<P>>,
): (props: P) => ReactElement {
  let loaded: ComponentType<P> | undefined;
  let going: Promise<ComponentType<P>> | undefined;
  const begin = (): Promise<ComponentType<P>> => {
    going ??= whileLoading(load()).then(
      (component) => {
        loaded = component;
        return component;
      },
      (error: unknown) => {
        throw new LoadError(() => {
          going = undefined;
        }, error);
      },
    );
    return going;
  };
  parts.push(begin);
  return function Lazy(props: P): ReactElement {
    const Loaded = loaded ?? use(begin());
    return <Loaded {...props} />;
  };
}

/** Loads every part that is not there yet: the first picture does not wait for them, the first press should not either. */
export async function loadRest(): Promise<void> {
  await whileLoading(Promise.allSettled(parts.map((begin) => begin())));
}
