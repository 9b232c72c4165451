import { generateKeyPairSync } from "node:crypto";
import { writeOwnedFile } from "../../adapters/host/owned-files.ts";
import type { FolderLayout } from "./folder-layout.ts";
import { textOf } from "./issued-files.ts";
import { keyPem } from "./plant-authority.ts";

/** Of each data center: the key that it signs with, and the one before, which retained receipts are signed with. */
const KEYS_EACH = 2;
/** A key in the file of trusted ones, below the name of its owner. */
const TRUSTED = /^# (\S+)\n(-----BEGIN PUBLIC KEY-----\n[^-]*-----END PUBLIC KEY-----\n)/gm;

/**
 * Gives a data center a new key to sign with; the one before stays trusted until the next.
 * @throws ConcheError CONCHE_OUTPUT_UNWRITABLE
 */
export async function newSigningKey(
  layout: FolderLayout,
  name: string,
  passphrase: string | null,
): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  // The public one first: cut short here, the old key goes on signing, and is trusted as the one before.
  await writeOwnedFile(layout.identity(name, "signing-public.pem"), pem);
  await writeOwnedFile(layout.identity(name, "signing-key.pem"), keyPem(privateKey, passphrase));
}

/**
 * Brings everybody's file of trusted keys up to the keys that data centers have, wherever a run was cut short.
 * @param signers data centers whose receipts count; one that was revoked is none
 * @param readers everybody else who has a folder
 * @throws ConcheError CONCHE_CERTIFICATES_INVALID, CONCHE_OUTPUT_UNWRITABLE
 */
export async function publishTrustedKeys(
  layout: FolderLayout,
  signers: readonly string[],
  readers: readonly string[],
): Promise<void> {
  const before = [...(await textOf(layout.trustedKeys)).matchAll(TRUSTED)];
  const blocks: string[] = [];
  for (const name of signers) {
    const current = await textOf(layout.identity(name, "signing-public.pem"));
    const earlier = before.flatMap(([, owner, pem]) => (owner === name && pem !== undefined ? [pem] : []));
    const keys = [...new Set([current, ...earlier])].filter((pem) => pem !== "").slice(0, KEYS_EACH);
    for (const pem of keys) blocks.push(`# ${name}\n${pem}`);
  }
  const text = blocks.join("");
  const copies = [...signers, ...readers].map((name) => layout.identity(name, "trusted-keys.pem"));
  for (const path of [layout.trustedKeys, ...copies]) {
    if ((await textOf(path)) !== text) await writeOwnedFile(path, text);
  }
}

/** Whether a data center has a key to sign with. */
export async function hasSigningKey(layout: FolderLayout, name: string): Promise<boolean> {
  return (await textOf(layout.identity(name, "signing-key.pem"))) !== "";
}
