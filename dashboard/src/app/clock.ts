import { signal } from "@preact/signals";

/** The present, ms since 1970, to the second: what ages on the page are counted from. */
export const now = signal(Date.now());

setInterval(() => {
  now.value = Date.now();
}, 1_000);
