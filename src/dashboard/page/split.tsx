import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { hrefOf } from './route.ts';

interface SplitProps {
  view: string;
  /** Id of the one thing that is looked at. */
  chosen: string | undefined;
  list: ComponentChildren;
  detail: ComponentChildren;
}

/** A list beside the one thing of it that is looked at; on a narrow screen one of the two. */
export function Split({ view, chosen, list, detail }: SplitProps) {
  const listPlace = useRef<HTMLDivElement>(null);
  const detailPlace = useRef<HTMLDivElement>(null);
  const before = useRef(chosen);
  useEffect(() => {
    const left = before.current;
    before.current = chosen;
    if (left === chosen) return;
    if (chosen !== undefined) lookAt(detailPlace.current, listPlace.current);
    else if (left !== undefined) findRow(listPlace.current, hrefOf(view, left))?.scrollIntoView({ block: 'nearest' });
  }, [view, chosen]);
  return (
    <div class={chosen === undefined ? 'split' : 'split chosen'}>
      <div class="list" ref={listPlace}>
        {list}
      </div>
      <div class="detail" ref={detailPlace} tabIndex={-1}>
        {chosen !== undefined && (
          <a class="back" href={hrefOf(view)}>
            Back to the list
          </a>
        )}
        {detail}
      </div>
    </div>
  );
}

/** Who goes on by keyboard goes on in what was chosen, not in the rest of the list. */
function lookAt(detail: HTMLElement | null, list: HTMLElement | null): void {
  if (detail === null) return;
  detail.scrollTop = 0;
  detail.focus({ preventScroll: true });
  const isAlone = list?.offsetParent === null;
  if (isAlone) scrollTo(0, 0);
}

function findRow(list: HTMLElement | null, href: string): HTMLElement | undefined {
  return [...(list?.querySelectorAll<HTMLElement>('.rows a') ?? [])].find((row) => row.getAttribute('href') === href);
}
