import { EXIT_FAILED, EXIT_INTERNAL, EXIT_USAGE } from "../src/commands/report-error.ts";
import { ERROR_CATALOGUE } from "../src/errors/catalogue.ts";
import type { ErrorEntry } from "../src/errors/error-entry.ts";

const HEAD = `# Errors

Every error the product reports has a code that doesn't change: scripts, alerts and runbooks can match on it. On the
console an error is one line with the code and what was wrong, and one with what to do; with \`--json\` it is one line
\`{"error": {"code", "message", "hint", "retryable"}}\`. The hint there is often more exact than the one here.

The exit code of a command is 0 when it has done what it was asked, ${EXIT_USAGE} when its words or options don't fit,
${EXIT_INTERNAL} after a defect (\`CONCHE_INTERNAL\`), and ${EXIT_FAILED} after every other error.
`;

/** docs/errors.md, generated from the catalogue. */
export function errorsPage(): string {
  const rows = Object.entries<ErrorEntry>(ERROR_CATALOGUE).map(
    ([code, { meaning, hint }]) => `| \`${code}\` | ${cell(meaning)} | ${cell(hint)} |`,
  );
  return [HEAD, "| Code | What it means | What to do |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
