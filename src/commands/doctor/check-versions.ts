import { oldestNode } from "../../config/package-root.ts";
import { type Check, type Finding, fail, ok } from "./finding.ts";

/** Earlier ones can corrupt a database whose WAL is reset while another process reads it. */
const OLDEST_SQLITE = "3.51.3";

/** Node, and the SQLite inside it. */
export const checkVersions: Check = async () => {
  const { node, sqlite } = process.versions;
  const oldest = oldestNode();
  const findings: Finding[] = [
    atLeast(node, oldest)
      ? ok("Node", `${node} on ${process.platform} ${process.arch}`)
      : fail("Node", `${node} is older than ${oldest}`, `install Node ${oldest} or later`),
  ];
  if (sqlite === undefined)
    findings.push(fail("SQLite", "this Node comes without SQLite", "install Node from nodejs.org"));
  else if (atLeast(sqlite, OLDEST_SQLITE)) findings.push(ok("SQLite", sqlite));
  else {
    const why = `${sqlite} is older than ${OLDEST_SQLITE} and has a defect that can damage a database in WAL mode`;
    findings.push(fail("SQLite", why, "install a newer Node; it brings a newer SQLite"));
  }
  return findings;
};

/** Compares versions of numbers and points; what follows a hyphen doesn't count. */
export function atLeast(version: string, oldest: string): boolean {
  const numbers = (text: string) => text.replace(/-.*$/, "").split(".").map(Number);
  const [have, need] = [numbers(version), numbers(oldest)];
  for (const [index, wanted] of need.entries()) {
    const given = have[index] ?? 0;
    if (given !== wanted) return given > wanted;
  }
  return true;
}
