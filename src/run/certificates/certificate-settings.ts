import type { Config } from "../../config/config-schema.ts";

/** The settings of the authority and of what it issues. */
export type CertificateSettings = Config["certificates"];

const DAY_MS = 86_400_000;
/** Clocks differ: whoever is a day behind takes a new certificate all the same. */
const BACKDATED_MS = DAY_MS;

/** From when until when a certificate that is issued now is valid, not beyond that of who issues it. */
export function validity(days: number, nowMs: number, latestMs = Number.POSITIVE_INFINITY) {
  return { notBeforeMs: nowMs - BACKDATED_MS, notAfterMs: Math.min(nowMs + days * DAY_MS, latestMs) };
}
