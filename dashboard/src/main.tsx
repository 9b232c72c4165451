import { computed, effect } from "@preact/signals";
import { type ComponentType, render } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { loadPlant } from "./api/plant.ts";
import { findOut } from "./api/session.ts";
import { who } from "./api/who.ts";
import { type PageProps, path } from "./app/router.ts";
import { Shell } from "./app/shell.tsx";
import { LoginPage } from "./pages/login.tsx";
import { texts } from "./texts/en.ts";
import "./app/preferences.ts";

type Page = ComponentType<PageProps>;

/** The pages, each loaded when it is first opened. */
const PAGES: Readonly<Record<string, () => Promise<{ readonly default: Page }>>> = {
  plant: () => import("./pages/plant.tsx"),
  line: () => import("./pages/line.tsx"),
  machine: () => import("./pages/machine.tsx"),
  batches: () => import("./pages/batches.tsx"),
  genealogy: () => import("./pages/genealogy.tsx"),
  recall: () => import("./pages/recall.tsx"),
  ask: () => import("./pages/ask.tsx"),
  "due-diligence": () => import("./pages/due-diligence.tsx"),
  alarms: () => import("./pages/alarms.tsx"),
  quality: () => import("./pages/quality.tsx"),
  oee: () => import("./pages/oee.tsx"),
  data: () => import("./pages/data.tsx"),
  explore: () => import("./pages/explore.tsx"),
  settings: () => import("./pages/settings.tsx"),
};

/** Those that have come: a page that is there already is rendered with what stands around it, not after it. */
const come = new Map<string, Page>();

async function load(name: string): Promise<Page | undefined> {
  const page = (await PAGES[name]?.())?.default;
  if (page !== undefined) come.set(name, page);
  return page;
}

function App() {
  const [name = "line", ...levels] = path.value;
  const [, setLoaded] = useState("");
  useLayoutEffect(() => {
    let wanted = true;
    if (!come.has(name)) void load(name).then(() => wanted && setLoaded(name));
    return () => {
      wanted = false;
    };
  }, [name]);
  useEffect(() => {
    const title = texts.pages[name as keyof typeof texts.pages];
    document.title = title === undefined ? texts.brand : `${title} · ${texts.brand}`;
  }, [name]);
  const Page = come.get(name);
  return (
    <Shell page={name}>
      {PAGES[name] === undefined ? (
        <p class="empty">
          {texts.states.notFound} <a href="/plant">{texts.states.toPlant}</a>
        </p>
      ) : Page === undefined ? null : (
        <Page levels={levels} />
      )}
    </Shell>
  );
}

const inside = computed(() => who.value.state === "in" || who.value.state === "open");

function Door() {
  if (who.value.state === "asking") return null;
  return inside.value ? <App /> : <LoginPage />;
}

// The script of the page that the address names is read while it is found out who asks.
void load(path.value[0] ?? "line").catch(() => {});
void findOut();
// Nothing of the plant is asked for before it is known who asks; from then on first, before anything that needs it.
effect(() => {
  if (inside.value) void loadPlant();
});
const root = document.getElementById("app");
if (root !== null) render(<Door />, root);
