import { resolve } from "node:path";
import { staleDocuments, writeDocuments } from "../adapters/host/document-folder.ts";
import { jsonLine } from "../adapters/terminal/json-line.ts";
import { contractDocuments } from "../contract/documents/contract-documents.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { defineCommand } from "./command.ts";
import { place } from "./option-values.ts";

/** `conche contract` */
export const contract = defineCommand({
  name: "contract",
  summary: "write the contract: JSON Schemas, AsyncAPI document, reference page",
  description:
    "Writes what travels on the wire as documents: a JSON Schema per message type and version (schemas/), an\n" +
    "AsyncAPI 3 document (asyncapi.json) and a reference page (reference.md). Files that are right stay untouched.",
  examples: [
    ["conche contract", "into the folder ./contract"],
    ["conche contract --out docs/contract", "into another folder"],
    [
      "conche contract --out docs/contract --check",
      "only compare; exits with 1 when a file is missing or differs",
    ],
  ],
  options: {
    out: { argument: "DIR", help: "folder to write to (default: ./contract)", parse: place },
    check: { help: "write nothing, compare with what is there" },
  },
  async run({ options, config, terminal }) {
    const folder = resolve(options.out ?? "contract");
    const documents = contractDocuments();
    if (options.check) {
      const stale = await staleDocuments(folder, documents);
      if (stale.length > 0) throw staleError(folder, stale);
    }
    const written = options.check ? [] : await writeDocuments(folder, documents);
    const count = documents.size;
    const text = options.check
      ? `${count} documents in ${folder} are what this version gives`
      : `${count} documents in ${folder}, ${written.length} of them written`;
    terminal.out.write(`${config.json ? jsonLine({ folder, documents: count, written }) : text}\n`);
    return 0;
  },
});

function staleError(folder: string, stale: readonly string[]): ConcheError {
  return new ConcheError("CONCHE_CONTRACT_STALE", {
    message: `missing or different in ${folder}: ${stale.join(", ")}`,
    hint: "write them again: the same command without --check",
  });
}
