import { useEffect, useState } from 'preact/hooks';

/** What the address after `#` says: a view and, in it, one thing. */
export interface Route {
  view: string;
  id: string | undefined;
}

export function hrefOf(view: string, id?: string): string {
  return id === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(id)}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(readRoute);
  useEffect(() => {
    const update = () => setRoute(readRoute());
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, []);
  return route;
}

function readRoute(): Route {
  const [, view = '', id] = /^#\/([a-z]*)(?:\/(.+))?$/.exec(location.hash) ?? [];
  return { view, id: id === undefined ? undefined : decode(id) };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
