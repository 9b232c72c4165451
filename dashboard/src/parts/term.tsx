import { useId, useRef, useState } from "preact/hooks";
import { terms } from "../texts/terms.ts";

interface TermProps {
  /** Which word is explained. */
  readonly of: keyof typeof terms;
  /** How it stands in its place; its own name otherwise. */
  readonly children?: string;
}

/** Where its explanation opens, px from the corner of the window. */
interface Place {
  readonly left: number;
  readonly top: number;
}

const WIDTH = 300;
const EDGE = 8;

/**
 * A word of the trade with its explanation: under the pointer, on focus, at a tap; Esc closes it. It stands over
 * everything, so that no table that scrolls cuts it.
 */
export function Term({ of, children }: TermProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useState<Place>();
  const id = useId();
  const [name, says] = terms[of];
  const open = (): void => {
    const { left = 0, bottom = 0 } = button.current?.getBoundingClientRect() ?? {};
    setPlace({ left: Math.max(EDGE, Math.min(left, innerWidth - WIDTH - EDGE)), top: bottom });
  };
  const close = (): void => setPlace(undefined);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the pointer may go over to what opened (WCAG 1.4.13); the button is the control.
    <span class="term-place" onMouseEnter={open} onMouseLeave={close}>
      <button
        ref={button}
        type="button"
        class="term"
        aria-describedby={id}
        onFocus={open}
        onBlur={close}
        onClick={open}
        onKeyDown={(event) => {
          if (event.key === "Escape") close();
        }}
      >
        {children ?? name}
      </button>
      <span
        id={id}
        role="tooltip"
        class="term-says"
        hidden={place === undefined}
        style={{ left: `${place?.left ?? 0}px`, top: `${place?.top ?? 0}px` }}
      >
        {says}
      </span>
    </span>
  );
}
