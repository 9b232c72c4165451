import { join } from "node:path";
import { identityFolder } from "../../access/certificate-identity.ts";

/** Where everything lies in a folder of `conche provision`. */
export class FolderLayout {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** What whoever checks a certificate needs: the issuing authority and those above it. */
  get ca(): string {
    return join(this.folder, "ca.pem");
  }

  /** The newest revocation lists. */
  get crl(): string {
    return join(this.folder, "crl.pem");
  }

  /** With which keys data centers sign, for everybody. */
  get trustedKeys(): string {
    return join(this.folder, "trusted-keys.pem");
  }

  get readme(): string {
    return join(this.folder, "README.md");
  }

  /** What the root signs with: to be taken away from here. */
  root(file: "root.cert.pem" | "root.key.pem" | "README.md"): string {
    return join(this.folder, "root-offline", file);
  }

  /**
   * What certificates are signed with: the first authority's files in the folder itself, those of each that followed in
   * one of its own. The key is missing where the plant's own authority is used; `retired` where one is still trusted.
   */
  authority(file: AuthorityFile, generation: number): string {
    return join(this.folder, "authority", generation === 1 ? "" : String(generation), file);
  }

  /** The root's own list, which only the root can sign. */
  get rootCrl(): string {
    return join(this.folder, "authority", "root.crl.pem");
  }

  /** Every certificate that was ever issued, in order. */
  get issued(): string {
    return join(this.folder, "authority", "issued");
  }

  /** What an identity is given. */
  identity(name: string, file: IdentityFile | "" = ""): string {
    return join(this.folder, identityFolder(name), file);
  }
}

/** A file of an issuing authority; the certificate has its chain behind it. */
export type AuthorityFile = "issuing.cert.pem" | "issuing.key.pem" | "issuing.crl.pem" | "retired";

/** A file in the folder of an identity. */
export type IdentityFile =
  | "cert.pem"
  | "key.pem"
  | "ca.pem"
  | "crl.pem"
  | "trusted-keys.pem"
  | "signing-key.pem"
  | "signing-public.pem"
  | "README.md";
