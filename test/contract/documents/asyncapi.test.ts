import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Parser } from "@asyncapi/parser";
import { CATALOGUE } from "../../../src/contract/catalogue.ts";
import { contractDocuments } from "../../../src/contract/documents/contract-documents.ts";

/** Severity of a finding that only informs (here: that there is a newer AsyncAPI). */
const INFORMATION = 2;

describe("the AsyncAPI document", () => {
  const source = contractDocuments().get("asyncapi.json") ?? "";

  it("is read by AsyncAPI's own parser without an error or a warning, with everything in it", async () => {
    const { document, diagnostics } = await new Parser().parse(source);
    assert.deepEqual(
      diagnostics
        .filter((finding) => finding.severity < INFORMATION)
        .map((finding) => `${finding.path.join("/")} ${finding.message}`),
      [],
    );
    assert.ok(document);
    assert.equal(document.version(), "3.0.0");
    assert.deepEqual(
      document
        .allMessages()
        .all()
        .map((message) => message.name())
        .toSorted(),
      CATALOGUE.map((entry) => entry.name).toSorted(),
    );
    assert.equal(document.channels().get("alarm")?.address(), "factory/{site}/{line}/{step}/{machine}/alarm");
    assert.equal(
      document.channels().get("receipt")?.address(),
      "datacenter/{site}/{line}/{step}/{machine}/receipt",
    );
    for (const operation of document.operations().all()) {
      const type = operation.channels().all()[0]?.id();
      const entry = CATALOGUE.find((candidate) => candidate.type === type);
      const binding: { qos: number; retain: boolean } | undefined = operation.bindings().get("mqtt")?.value();
      assert.deepEqual([binding?.qos, binding?.retain], [entry?.policy.qos, entry?.policy.retain], `${type}`);
      assert.equal(operation.action(), entry?.direction === "up" ? "receive" : "send");
    }
  });

  it("would not pass with a mistake in it", async () => {
    const broken = source.replace('"#/components/messages/alarmV2"', '"#/components/messages/alarmV9"');
    assert.notEqual(broken, source);
    const { diagnostics } = await new Parser().parse(broken);
    assert.ok(diagnostics.some((finding) => finding.severity < INFORMATION));
  });
});
