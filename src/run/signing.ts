import { signingKey, trustedKeys } from "../adapters/credentials/signing-keys.ts";
import { UnusableFile } from "../adapters/credentials/tls-files.ts";
import type { Config } from "../config/config-schema.ts";
import type { DownSigner, DownTrust } from "../contract/signature.ts";
import { ConcheError } from "../errors/conche-error.ts";

/**
 * Who signs receipts; undefined where nobody does.
 * @throws ConcheError CONCHE_CONFIG_INVALID
 */
export function signerOf({ signing: { key, passphrase } }: Config): DownSigner | undefined {
  return key === null ? undefined : usable(() => signingKey(key, passphrase ?? undefined));
}

/**
 * Whose receipts are believed; undefined where everybody's are.
 * @throws ConcheError CONCHE_CONFIG_INVALID
 */
export function trustOf({ signing: { trusted } }: Config): DownTrust | undefined {
  return trusted === null ? undefined : usable(() => trustedKeys(trusted));
}

function usable<Result>(open: () => Result): Result {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: `${error.role} = ${JSON.stringify(error.path)}: ${error.message}`,
    });
  }
}
