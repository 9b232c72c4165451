import { readableByOthers } from "../../adapters/host/readable-by-others.ts";
import { OPEN_SECRET_HINT, openSecrets } from "../../run/secret-files.ts";
import { type Check, ok, warn } from "./finding.ts";

/** Whether every user of this machine can read what is secret, or look into the data folder. */
export const checkPermissions: Check = async (config) => {
  const secrets = await openSecrets(config);
  const findings = secrets.map(({ setting, path }) =>
    warn("permissions", `every user of this machine can read ${path} (${setting})`, OPEN_SECRET_HINT),
  );
  if (await readableByOthers(config.data)) {
    const detail = `every user of this machine can look into ${config.data}`;
    findings.push(warn("permissions", detail, `chmod 700 ${config.data}`));
  }
  return findings.length > 0
    ? findings
    : [ok("permissions", "nobody else reads data folder, passwords, keys")];
};
