import { effect, signal } from "@preact/signals";

/** What this browser keeps: theme, scale, whose times, who acts. Nothing of it leaves the browser but the name. */
export interface Preferences {
  readonly theme: "system" | "light" | "dark";
  readonly scale: "desk" | "wall";
  readonly zone: "plant" | "utc" | "browser";
  /** The name that actions carry; empty until it was asked for. */
  readonly person: string;
}

const DEFAULTS: Preferences = { theme: "system", scale: "desk", zone: "plant", person: "" };
const STORE = "conche.preferences";

export const preferences = signal<Preferences>(read());

function read(): Preferences {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "{}") as Partial<Preferences>;
    return { ...DEFAULTS, ...kept };
  } catch {
    // Storage may be switched off or hold what another program wrote: the defaults serve.
    return DEFAULTS;
  }
}

/** Changes preferences and keeps them. */
export function prefer(changes: Partial<Preferences>): void {
  preferences.value = { ...preferences.value, ...changes };
  try {
    localStorage.setItem(STORE, JSON.stringify(preferences.value));
  } catch {
    // Then they hold until the page is closed.
  }
}

/** Light becomes dark and the other way round, whatever the system says. */
export function toggleTheme(): void {
  const { theme } = preferences.value;
  const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  prefer({ theme: dark ? "light" : "dark" });
}

/** The wall display, without controls, and back. */
export function toggleWall(): void {
  prefer({ scale: preferences.value.scale === "wall" ? "desk" : "wall" });
}

/** On a wall, a page of this width fills the screen, px: what is read at a desk from 70 cm is read from four metres. */
const WALL_WIDTH = 1_280;
/** The width of the window, px. */
const windowWidth = signal(innerWidth);
addEventListener("resize", () => {
  windowWidth.value = innerWidth;
});

effect(() => {
  const { theme, scale } = preferences.value;
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.dataset.scale = scale;
  const zoom = scale === "wall" ? Math.max(1, windowWidth.value / WALL_WIDTH) : 1;
  root.style.setProperty("--zoom", String(zoom));
});
