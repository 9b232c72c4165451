import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import {
  curvesOf,
  neighbour,
  placesOf,
  relatedTo,
  sizesFor,
} from "../../dashboard/src/format/genealogy-layout.ts";
import { batchesIn, segments } from "../../dashboard/src/format/recall-words.ts";
import { ZonedTime } from "../../dashboard/src/format/time.ts";
import { fieldOf, utcOf } from "../../dashboard/src/format/wall-time.ts";

const BOXES = [
  { key: "a", layer: 0, row: 0 },
  { key: "b", layer: 0, row: 1 },
  { key: "c", layer: 1, row: 0 },
  { key: "d", layer: 2, row: 0 },
  { key: "e", layer: 2, row: 1 },
];
const EDGES = [
  { from: "a", to: "c", kg: 100 },
  { from: "b", to: "c", kg: 10 },
  { from: "c", to: "d", kg: 90 },
  { from: "d", to: "e", kg: 5 },
];

suite("where a genealogy's boxes stand", () => {
  test("it fills a width, boxes stay wide enough to read and never overlap", () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 2500 }), fc.integer({ min: 1, max: 12 }), (width, layers) => {
        const sizes = sizesFor(width, layers, 1);
        assert.ok(sizes.box >= 118 && sizes.gap >= 50);
        assert.ok(sizes.width >= width);
        const boxes = Array.from({ length: layers * 3 }, (_, at) => ({
          key: String(at),
          layer: at % layers,
          row: Math.floor(at / layers),
        }));
        const places = [...placesOf(boxes, 3, sizes).values()];
        for (const [at, a] of places.entries())
          for (const b of places.slice(at + 1))
            assert.ok(Math.abs(a.x - b.x) >= sizes.box || Math.abs(a.y - b.y) >= sizes.height);
      }),
    );
  });

  test("labels don't cover one another; the heaviest edge is the widest", () => {
    const sizes = sizesFor(1000, 3, 1);
    const places = placesOf(BOXES, 2, sizes);
    const curves = curvesOf(EDGES, places, sizes, (kg) => kg.toFixed(0));
    assert.equal(curves.length, EDGES.length);
    const widest = curves.toSorted((x, y) => y.stroke - x.stroke)[0];
    assert.equal(widest?.kg, 100);
    const spots = curves.flatMap(({ label }) => (label === undefined ? [] : [label]));
    assert.equal(new Set(spots.map(({ x, y }) => `${x} ${y}`)).size, spots.length);
  });

  test("arrow keys follow edges and layers; what is related is what paths lead to, both ways", () => {
    assert.equal(neighbour("a", "ArrowRight", BOXES, EDGES), "c");
    assert.equal(neighbour("c", "ArrowLeft", BOXES, EDGES), "a");
    assert.equal(neighbour("a", "ArrowDown", BOXES, EDGES), "b");
    assert.equal(neighbour("a", "ArrowUp", BOXES, EDGES), undefined);
    assert.equal(neighbour("e", "ArrowLeft", BOXES, EDGES), "d");
    assert.deepEqual([...relatedTo("b", EDGES)].sort(), ["b", "c", "d", "e"]);
    assert.deepEqual([...relatedTo("c", EDGES)].sort(), ["a", "b", "c", "d", "e"]);
  });
});

suite("words and times of a recall", () => {
  test("batches of a pallet of two lots are told by what differs", () => {
    assert.equal(
      batchesIn(["tunis-01.B20261124-DA-5478.F", "tunis-01.B20261124-DA-5479.F"]),
      "B20261124-DA-5478 + 5479",
    );
    assert.equal(
      batchesIn(["tunis-01.B20261124-DA-5478.F", "tunis-01.B20261125-MI-5480.F"]),
      "B20261124-DA-5478 + MI-5480",
    );
    assert.equal(batchesIn(["CM-7"]), "CM-7");
  });

  test("parts of a bar lie side by side and never beyond it", () => {
    const parts = segments([{ kg: 2 }, { kg: 1 }, { kg: -1 }], 4);
    assert.deepEqual(
      parts.map(({ from, width }) => [from, width]),
      [
        [0, 0.5],
        [0.5, 0.25],
        [0.75, 0],
      ],
    );
  });

  test("a time typed in the plant's zone is that moment, on both sides of a change of the clocks", () => {
    const berlin = new ZonedTime("Europe/Berlin");
    assert.equal(utcOf("2026-07-01T10:00", berlin), "2026-07-01T08:00:00.000Z");
    assert.equal(utcOf("2026-01-01T10:00", berlin), "2026-01-01T09:00:00.000Z");
    assert.equal(utcOf("2026-10-25T00:30", berlin), "2026-10-24T22:30:00.000Z");
    assert.equal(fieldOf("2026-07-01T08:00:00.000Z", berlin), "2026-07-01T10:00");
    assert.equal(utcOf("", berlin), undefined);
    assert.equal(fieldOf(null, berlin), "");
  });
});
