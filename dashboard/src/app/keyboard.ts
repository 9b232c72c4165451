import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { toggleTheme, toggleWall } from "./preferences.ts";
import { go } from "./router.ts";

/** Whether the palette is open. */
export const paletteOpen = signal(false);

/** After G, the letter of a page. */
const PAGES: Readonly<Record<string, string>> = {
  p: "/plant",
  l: "/line",
  m: "/machine",
  b: "/batches",
  g: "/genealogy",
  r: "/recall",
  k: "/ask",
  u: "/due-diligence",
  a: "/alarms",
  q: "/quality",
  o: "/oee",
  d: "/data",
  e: "/explore",
  s: "/settings",
};
/** How long G waits for its letter, ms. */
const PREFIX_MS = 1_500;

/** Whether keys belong to what is being typed. */
function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** The keys that work on every page: G and a letter, / or Ctrl K for the palette, D for the theme, W for the wall. */
export function useKeyboard(): void {
  useEffect(() => {
    let prefixAt = Number.NEGATIVE_INFINITY;
    const pressed = (event: KeyboardEvent): void => {
      const key = event.key.toLowerCase();
      if ((event.ctrlKey || event.metaKey) && key === "k") {
        event.preventDefault();
        paletteOpen.value = true;
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || paletteOpen.value) return;
      const prefixed = event.timeStamp - prefixAt < PREFIX_MS;
      prefixAt = Number.NEGATIVE_INFINITY;
      if (prefixed && PAGES[key] !== undefined) go(PAGES[key]);
      else if (key === "g") prefixAt = event.timeStamp;
      else if (key === "/") {
        event.preventDefault();
        paletteOpen.value = true;
      } else if (key === "d") toggleTheme();
      else if (key === "w") toggleWall();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
