/** A pipe at the height of the line's flow: solid while something flows, dotted while nothing does; never animated. */
export function Pipe({
  from,
  to,
  flows,
}: {
  readonly from: number;
  readonly to: number;
  readonly flows: boolean;
}) {
  return <path class={flows ? "d-flow" : "d-flow-off"} d={`M${from} 84H${to}`} />;
}

interface ContentsProps {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** From 0 to 1; nothing is drawn where it is unknown. */
  readonly share: number | undefined;
}

/** What is in a vessel, from its bottom up. */
export function Contents({ x, y, width, height, share }: ContentsProps) {
  if (share === undefined || share <= 0) return null;
  const level = height * share;
  return <rect class="d-mass" x={x} y={y + height - level} width={width} height={level} />;
}

/** Words above or in a drawing. */
export function Words({
  x,
  y,
  children,
  strong = false,
}: {
  readonly x: number;
  readonly y: number;
  readonly children: string | undefined;
  readonly strong?: boolean;
}) {
  return children === undefined ? null : (
    <text x={x} y={y} text-anchor="middle" class={strong ? "ink-2 mimic-words" : "mimic-words"}>
      {children}
    </text>
  );
}
