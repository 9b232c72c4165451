import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { EditionStatus } from "../../src/views/follower-status.ts";
import { type ViewsKnown, viewsStanding } from "../../src/views/views-standing.ts";

const edition: EditionStatus = {
  ...{ edition: 1, name: "tags", version: 1, standing: "answering", position: 90 },
  ...{ lagMessages: 0, newestReceivedMs: 1_000, findings: 0 },
};

/** Views that have folded 90 messages, of which the process heard last. */
function standing(parts: Partial<ViewsKnown>, own: Partial<EditionStatus> = {}) {
  const status = { logEnd: 90, views: [{ ...edition, ...own }] };
  return viewsStanding({ status, stopped: undefined, there: true, logEnd: 90, ...parts });
}

suite("how the views stand", () => {
  test("is how far they are behind the log as it is now, whatever was told last", () => {
    assert.deepEqual(standing({}), { ok: true, detail: "they have everything", answering: true });
    assert.equal(standing({ logEnd: 100 }).detail, "they are 10 messages behind");
  });

  test("is not fine while they are stopped: with the reason, and they still answer", () => {
    assert.deepEqual(standing({ logEnd: 100, stopped: "the disk is full" }), {
      ...{ ok: false, answering: true },
      detail: "stopped: the disk is full; they are 10 messages behind",
    });
  });

  test("is never everything where there are none, or none that answers", () => {
    const opened = { ok: false, detail: "the views are being opened", answering: false };
    assert.deepEqual(standing({ status: { logEnd: 0, views: [] } }), opened);
    assert.deepEqual(standing({ there: false }), opened);
    const gone = { status: { logEnd: 0, views: [] }, stopped: "a file was removed" };
    assert.deepEqual(standing(gone), { ...opened, detail: "a file was removed" });
    assert.deepEqual(standing({}, { standing: "building", position: 40 }), {
      ...{ ok: false, answering: false },
      detail: "being made: they are 50 messages behind",
    });
  });
});
