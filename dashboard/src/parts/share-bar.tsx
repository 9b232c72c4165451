interface ShareBarProps {
  /** From 0 to 1. */
  readonly share: number;
  /** A mark from 0 to 1: the share of all before it together, or what is recommended. */
  readonly mark?: number | undefined;
  readonly strong?: boolean;
  readonly width?: number;
}

/** A share of a whole as a bar, with a mark. */
export function ShareBar({ share, mark, strong = false, width = 72 }: ShareBarProps) {
  return (
    <svg width={width} height="12" aria-hidden="true">
      <rect class="d-bar" x="0" y="3" width={width} height="6" />
      <rect
        class={strong ? "d-bars-strong" : "d-bars"}
        x="0"
        y="3"
        width={Math.min(1, share) * width}
        height="6"
      />
      {mark === undefined ? null : <path class="d-limit" d={`M${Math.min(1, mark) * width} 0v12`} />}
    </svg>
  );
}
