import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The width of an element in px, as it changes: charts are drawn at the size they are shown, so that text stays text. */
export function useWidth<Of extends HTMLElement>(): [ref: { current: Of | null }, width: number] {
  const ref = useRef<Of | null>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
