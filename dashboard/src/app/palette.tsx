import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { texts } from "../texts/en.ts";
import { useFoundPlaces } from "./found-places.ts";
import { paletteOpen } from "./keyboard.ts";
import { useKnownPlaces } from "./known-places.ts";
import { bestFits, type Place } from "./places.ts";
import { go } from "./router.ts";

const SHOWN = 12;

/** Jumps to any page, line, machine or tag: / or Ctrl K, a few letters, Enter. */
export function Palette() {
  return paletteOpen.value ? <OpenPalette /> : null;
}

function OpenPalette() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const places = useKnownPlaces(typed);
  const traced = useFoundPlaces(typed);
  const found = useMemo(() => {
    // What the log knows by this name is no guess: it takes the place of "perhaps a batch".
    const others = bestFits(places, typed, SHOWN).filter(
      ({ kind }) => traced.length === 0 || kind !== "batch",
    );
    const exact = traced.filter(({ words }) => words === typed.trim());
    return [...exact, ...others, ...traced.filter((place) => !exact.includes(place))];
  }, [places, traced, typed]);
  const close = (): void => {
    paletteOpen.value = false;
  };
  const take = (place: Place | undefined): void => {
    if (place === undefined) return;
    close();
    go(place.address);
  };
  useEffect(() => dialog.current?.showModal(), []);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setChosen((index) => Math.min(found.length - 1, index + 1));
    else if (event.key === "ArrowUp") setChosen((index) => Math.max(0, index - 1));
    else if (event.key === "Enter") take(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} onClose={close} aria-label={texts.palette.title}>
      <input
        class="field palette-field"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[chosen] === undefined ? undefined : `palette-${chosen}`}
        aria-label={texts.palette.title}
        placeholder={texts.palette.placeholder}
        autoComplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label={texts.palette.title}>
        {found.map((place, index) => (
          <div
            key={place.address}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            class="palette-place"
            onMouseMove={() => setChosen(index)}
            onClick={() => take(place)}
            onKeyDown={onKeyDown}
          >
            <span>{place.words}</span>
            <span class="label xs">{place.kind}</span>
          </div>
        ))}
      </div>
      {found.length === 0 ? <p class="empty">{texts.palette.nothing}</p> : null}
    </dialog>
  );
}
