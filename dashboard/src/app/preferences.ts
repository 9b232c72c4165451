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

effect(() => {
  const { theme, scale } = preferences.value;
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.dataset.scale = scale;
});
