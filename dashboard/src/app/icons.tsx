const PATHS = {
  plant: <path d="M3 17V8l5 3V8l5 3V4h4v13z" />,
  line: (
    <>
      <path d="M2 10h3m4 0h3m4 0h2" />
      <rect x="5" y="7" width="4" height="6" />
      <rect x="12" y="7" width="4" height="6" />
    </>
  ),
  machine: <path d="M2 15l4-6 4 3 4-8 4 5M2 18h16" />,
  batches: (
    <>
      <circle cx="4" cy="5" r="2" />
      <circle cx="4" cy="15" r="2" />
      <circle cx="16" cy="10" r="2" />
      <path d="M6 5c5 0 4 5 8 5M6 15c5 0 4-5 8-5" />
    </>
  ),
  genealogy: (
    <>
      <rect x="1.5" y="3" width="5" height="4" />
      <rect x="1.5" y="13" width="5" height="4" />
      <rect x="13.5" y="8" width="5" height="4" />
      <path d="M6.5 5h3v5h4M6.5 15h3v-5" />
    </>
  ),
  recall: (
    <>
      <circle cx="10" cy="10" r="6.5" />
      <circle cx="10" cy="10" r="2" />
      <path d="M10 1v4m0 10v4M1 10h4m10 0h4" />
    </>
  ),
  ask: (
    <>
      <path d="M3 3h14v10H9l-4 4v-4H3z" />
      <path d="M8 6.5c.5-1.5 4-1.3 4 .6 0 1.3-2 1.2-2 2.4m0 1v.8" />
    </>
  ),
  "due-diligence": (
    <>
      <path d="M10 18V9M10 12c-5 0-6-4-6-8 4 0 6 3 6 8zM10 10c0-4 2-6 6-6 0 4-2 6-6 6z" />
    </>
  ),
  alarms: <path d="M10 3 18 17H2zM10 8v4m0 2v1" />,
  quality: (
    <>
      <path d="M2 10h16M2 4h16M2 16h16" stroke-dasharray="2 2" />
      <path d="M3 12l4-5 4 6 3-8 3 5" />
    </>
  ),
  oee: <path d="M3 3v14h14M6 6h9v3H6zM6 11h5v3H6z" />,
  data: (
    <>
      <ellipse cx="10" cy="5" rx="6" ry="2.5" />
      <path d="M4 5v10c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5V5M4 10c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5" />
    </>
  ),
  explore: <path d="M4 3v13h4M4 7h4M4 11.5h4M10 7h7M10 11.5h7M10 16h7" />,
  settings: (
    <>
      <path d="M3 5h14M3 10h14M3 15h14" />
      <circle cx="7" cy="5" r="2" fill="var(--bg)" />
      <circle cx="13" cy="10" r="2" fill="var(--bg)" />
      <circle cx="6" cy="15" r="2" fill="var(--bg)" />
    </>
  ),
} as const;

export type IconName = keyof typeof PATHS;

/** The sign of a page beside its word. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      {PATHS[name]}
    </svg>
  );
}
