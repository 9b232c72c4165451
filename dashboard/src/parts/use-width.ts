import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The width of an element in px, as it changes: charts are drawn at the size they are shown, so that text stays text. */
export function useWidth<Of extends HTMLElement>(): [ref: { current: Of | null }, width: number] {
  const ref = useRef<Of | null>(null);
  const observed = useRef<{ readonly element: Of; readonly observer: ResizeObserver } | undefined>(undefined);
  const [width, setWidth] = useState(0);
  // After each render: the element may come later than the component, with the data that it shows.
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === (observed.current?.element ?? null)) return;
    observed.current?.observer.disconnect();
    observed.current = undefined;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    observed.current = { element, observer };
  });
  useLayoutEffect(() => () => observed.current?.observer.disconnect(), []);
  return [ref, width];
}
