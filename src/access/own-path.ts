/** No page of the dashboard has a longer address, characters. */
const LONGEST = 512;
const NOWHERE = "http://own.invalid";

/**
 * A page of the dashboard to go to after logging in, from what an address said; `/` where it says anything else. What a
 * browser would read as another host (`//host`, `/\host`, `/.//host`) is none, and what the API answers isn't, either.
 */
export function ownPath(wanted: unknown): string {
  if (typeof wanted !== "string" || wanted.length > LONGEST || !wanted.startsWith("/")) return "/";
  const url = URL.parse(wanted, NOWHERE);
  if (
    url === null ||
    url.origin !== NOWHERE ||
    /^\/[/\\]/.test(url.pathname) ||
    /^\/api(\/|$)/i.test(url.pathname)
  ) {
    return "/";
  }
  return url.pathname + url.search;
}
