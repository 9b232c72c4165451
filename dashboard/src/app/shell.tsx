import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Patterns } from "../parts/patterns.tsx";
import { texts } from "../texts/en.ts";
import { useKeyboard } from "./keyboard.ts";
import { Navigation } from "./navigation.tsx";
import { Palette } from "./palette.tsx";
import { followLinks } from "./router.ts";
import { TopStrip } from "./top-strip.tsx";

/** What stands around every page. */
export function Shell({ page, children }: { readonly page: string; readonly children: ComponentChildren }) {
  useKeyboard();
  useEffect(() => {
    document.addEventListener("click", followLinks);
    return () => document.removeEventListener("click", followLinks);
  }, []);
  return (
    <>
      <a class="skip" href="#content">
        {texts.skipToContent}
      </a>
      <Patterns />
      <TopStrip />
      <Navigation page={page} />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <Palette />
    </>
  );
}
