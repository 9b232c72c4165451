import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of a test. */
export interface Authority extends Certificate {
  /** Makes a certificate for these names; `days` left, negative for one that has expired. */
  issue(
    commonName: string,
    more?: { readonly hosts?: readonly string[]; readonly days?: number },
  ): Certificate;
}

/**
 * Makes an authority for one test. Certificates are made here and now, because one in a file expires some day and
 * Node can't make them: the few fields of X.509 (RFC 5280) that TLS needs, written out in DER.
 */
export function makeAuthority(commonName = "Test authority"): Authority {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const root = certificate({
    subject: commonName,
    issuer: commonName,
    publicKey: keys.publicKey,
    signer: keys.privateKey,
    days: 1,
    extensions: [extension([2, 5, 29, 19], sequence(boolean(true)), true)], // basicConstraints: cA
  });
  return {
    cert: root,
    key: pem(keys.privateKey),
    issue(subject, { hosts = [], days = 1 } = {}) {
      const leaf = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const names = hosts.map((host) => (/^[\d.]+$/.test(host) ? ip(host) : dnsName(host)));
      return {
        cert: certificate({
          subject,
          issuer: commonName,
          publicKey: leaf.publicKey,
          signer: keys.privateKey,
          days,
          extensions: names.length === 0 ? [] : [extension([2, 5, 29, 17], sequence(...names), false)],
        }),
        key: pem(leaf.privateKey),
      };
    },
  };
}

interface Fields {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

const ECDSA_WITH_SHA256 = [1, 2, 840, 10045, 4, 3, 2];
const DAY_MS = 86_400_000;

function certificate(fields: Fields): string {
  const now = Date.now();
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const body = sequence(
    tagged(0xa0, integer(2)), // version 3
    integer(Math.floor(Math.random() * 0x7fff_ffff) + 1),
    algorithm,
    name(fields.issuer),
    sequence(time(now - 30 * DAY_MS), time(now + fields.days * DAY_MS)),
    name(fields.subject),
    fields.publicKey.export({ type: "spki", format: "der" }),
    ...(fields.extensions.length === 0 ? [] : [tagged(0xa3, sequence(...fields.extensions))]),
  );
  const signature = sign("sha256", body, fields.signer);
  const der = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function pem(key: KeyObject): string {
  return String(key.export({ type: "pkcs8", format: "pem" }));
}

function tagged(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const header =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...header]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  let start = 0;
  while (start < 4 && bytes[start] === 0 && (bytes[start + 1] ?? 0) < 0x80) start++;
  return tagged(0x02, bytes.subarray(start));
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function oid([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const septets = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return tagged(0x06, Buffer.from(bytes));
}

/** A distinguished name of nothing but a common name. */
function name(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(oid([2, 5, 4, 3]), tagged(0x0c, Buffer.from(commonName)))));
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return tagged(0x18, Buffer.from(text));
}

function extension(id: readonly number[], value: Buffer, critical: boolean): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tagged(0x04, value));
}

function dnsName(host: string): Buffer {
  return tagged(0x82, Buffer.from(host));
}

function ip(address: string): Buffer {
  return tagged(0x87, Buffer.from(address.split(".").map(Number)));
}
