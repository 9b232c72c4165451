// The package as a library: `import { openEdge } from "conche"`.
import { randomBytes } from "node:crypto";
import { trustedKeys } from "./adapters/credentials/signing-keys.ts";
import { UnusableFile } from "./adapters/credentials/tls-files.ts";
import { edgeLinks } from "./adapters/mqtt/edge-link.ts";
import type { EdgeLinkOptions } from "./adapters/mqtt/machine-client-options.ts";
import { SqliteOutbox } from "./adapters/sqlite/outbox/outbox-sqlite.ts";
import type { DownTrust } from "./contract/signature.ts";
import { Edge } from "./edge/edge.ts";
import { type EdgeSettings, edgeSettings } from "./edge/edge-options.ts";
import { ConcheError } from "./errors/conche-error.ts";
import { SYSTEM_CLOCK } from "./time/system-clock.ts";

/** Where an edge keeps its messages, which broker it speaks to, and what else it can be told. */
export interface EdgeOptions extends EdgeLinkOptions, Partial<EdgeSettings> {
  /** The folder of the outbox, on a local disk; made where it doesn't exist. One process at a time has it open. */
  readonly outbox: string;
  /**
   * Public keys (PEM file) of the data centers whose receipts and commands are believed; nobody else's are then. Read
   * again when the file changes. Without it, whoever the broker lets publish on `datacenter/#` is believed.
   */
  readonly trustedKeys?: string | undefined;
}

/**
 * Opens the publishing side of a machine or gateway. Resolves when the outbox is open; the broker need not be there
 * yet, or ever: what is handed over waits for it.
 * @throws ConcheError CONCHE_CONFIG_INVALID, CONCHE_BROKER_URL_INVALID, CONCHE_OUTBOX_IN_USE,
 *   CONCHE_OUTBOX_CORRUPT, CONCHE_OUTBOX_TOO_NEW, CONCHE_OUTBOX_FOLDER, CONCHE_DISK_FULL
 */
export async function openEdge(options: EdgeOptions): Promise<Edge> {
  const settings = edgeSettings(options);
  const openLink = edgeLinks(options);
  const trust = options.trustedKeys === undefined ? undefined : trustIn(options.trustedKeys);
  const { telemetryBytes } = settings;
  const outbox = await SqliteOutbox.open({ folder: options.outbox, telemetryBytes }, Date.now());
  try {
    return new Edge({
      outbox,
      openLink,
      clock: SYSTEM_CLOCK,
      wallClock: Date.now,
      randomBytes,
      random: Math.random,
      settings,
      trust,
    });
  } catch (error) {
    await outbox.close();
    throw error;
  }
}

/** @throws ConcheError CONCHE_CONFIG_INVALID */
function trustIn(path: string): DownTrust {
  try {
    return trustedKeys(path);
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: `trustedKeys = ${JSON.stringify(path)}: ${error.message}`,
    });
  }
}

export { type CertificateFileNames, certificateFiles } from "./adapters/credentials/certificate-files.ts";
export { signingKey } from "./adapters/credentials/signing-keys.ts";
export type { Command } from "./contract/command.ts";
export type { Identity, Publisher } from "./contract/identity.ts";
export { type DownSigner, signDown } from "./contract/signature.ts";
export type { MachineAddress, MachineKey, MessageType } from "./contract/topic.ts";
export type { Credentials } from "./edge/broker-link.ts";
export type { Edge, EdgeStatus, MachineStatus } from "./edge/edge.ts";
export type { EdgeEvent } from "./edge/edge-event.ts";
export type { EdgeMachine, RawOptions } from "./edge/edge-machine.ts";
export type { ConnectionMode, EdgeSettings, GatewayWill, MachineOptions } from "./edge/edge-options.ts";
export type { BodyOf } from "./edge/message-body.ts";
export type { Holding, Quantity } from "./edge/outbox.ts";
export type { UplinkStatus } from "./edge/uplink.ts";
export type { ErrorCode } from "./errors/catalogue.ts";
export { ConcheError } from "./errors/conche-error.ts";
export type { ClientTls, TlsPems } from "./mqtt/client-tls.ts";
