/** The two hatches: a machine that stands, and numbers that never came. Once per page, drawn by reference. */
export function Patterns() {
  return (
    <svg width="0" height="0" class="visually-hidden" aria-hidden="true">
      <defs>
        <pattern
          id="hatch-stopped"
          width="5"
          height="5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="5" height="5" fill="var(--bg)" />
          <path d="M0 0v5" stroke="var(--eq-line)" stroke-width="2.5" />
        </pattern>
        <pattern
          id="hatch-missing"
          width="5"
          height="5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(-45)"
        >
          <rect width="5" height="5" fill="var(--data-bg)" />
          <path d="M0 0v5" stroke="var(--data)" stroke-width="2" />
        </pattern>
      </defs>
    </svg>
  );
}
