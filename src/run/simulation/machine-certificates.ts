import { certificateFiles } from "../../adapters/credentials/certificate-files.ts";
import { UnusableFile } from "../../adapters/credentials/tls-files.ts";
import type { Config } from "../../config/config-schema.ts";
import type { MachineKey } from "../../contract/topic.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { ClientTls } from "../../mqtt/client-tls.ts";
import { FolderLayout } from "../certificates/folder-layout.ts";

/**
 * Where each simulated machine has its certificate: in a folder of `conche provision`. Undefined for all where none is
 * named.
 * @returns throws CONCHE_CERTIFICATES_INVALID for a machine that has none there
 */
export function machineCertificates(config: Config): (machine: MachineKey) => ClientTls | undefined {
  const folder = config.simulation.machineCertificates;
  if (folder === null) return () => undefined;
  const layout = new FolderLayout(folder);
  const passphrase = config.certificates.identityPassphrase ?? undefined;
  return (machine) => {
    const file = (name: "ca.pem" | "cert.pem" | "key.pem") => layout.identity(machine, name);
    try {
      return certificateFiles({
        ca: file("ca.pem"),
        cert: file("cert.pem"),
        key: file("key.pem"),
        passphrase,
      });
    } catch (error) {
      if (!(error instanceof UnusableFile)) throw error;
      throw new ConcheError("CONCHE_CERTIFICATES_INVALID", {
        message: `${error.path ?? folder}: ${error.message}`,
        hint: `\`conche provision --certificates ${folder}\` gives every machine of the plant a certificate`,
        cause: error,
      });
    }
  };
}
