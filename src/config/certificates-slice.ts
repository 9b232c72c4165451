import { Type } from "typebox";
import { integer, optionalPath, optionalText, path } from "./setting.ts";

const LONGEST_DAYS = 36_500;

/** What `conche provision` makes, and for how long it lasts. */
export const certificates = Type.Object(
  {
    folder: path(
      {
        name: "certificates",
        argument: "DIR",
        help: "folder of `conche provision`: the authority, certificates and keys",
      },
      "certificates",
    ),
    authorityCert: optionalPath({
      name: "authority-cert",
      argument: "FILE",
      help: "certificate of the plant's own authority (PEM, with its chain behind it), instead of one made here",
      defaultText: "a root and an issuing authority are made",
    }),
    authorityKey: optionalPath({
      name: "authority-key",
      argument: "FILE",
      help: "private key (PEM or DER) of --authority-cert; it is read where it is, and not copied",
    }),
    authorityPassphrase: optionalText({
      name: "authority-passphrase",
      argument: "PASSPHRASE",
      help: "passphrase of the authority's keys; environment or file only, or better --authority-passphrase-file",
      secret: true,
    }),
    authorityPassphraseFile: optionalPath({
      name: "authority-passphrase-file",
      argument: "FILE",
      help: "file whose first line is the passphrase of the authority's keys",
      defaultText: "keys are not encrypted",
    }),
    identityPassphrase: optionalText({
      name: "identity-passphrase",
      argument: "PASSPHRASE",
      help: "passphrase of the keys of machines, servers and desks; environment or file only, or better --identity-passphrase-file",
      secret: true,
    }),
    identityPassphraseFile: optionalPath({
      name: "identity-passphrase-file",
      argument: "FILE",
      help: "file whose first line is the passphrase of the keys of machines, servers and desks",
      defaultText: "keys are not encrypted",
    }),
    rootDays: integer(
      { name: "root-days", argument: "DAYS", help: "how long a root authority lasts, in days" },
      1,
      LONGEST_DAYS,
      7_300,
    ),
    issuingDays: integer(
      { name: "issuing-days", argument: "DAYS", help: "how long an issuing authority lasts, in days" },
      1,
      LONGEST_DAYS,
      3_650,
    ),
    serverDays: integer(
      { name: "server-days", argument: "DAYS", help: "how long a server's certificate lasts, in days" },
      1,
      LONGEST_DAYS,
      730,
    ),
    clientDays: integer(
      {
        name: "client-days",
        argument: "DAYS",
        help: "how long the certificate of a machine, gateway, data center or desk lasts, in days",
      },
      1,
      LONGEST_DAYS,
      730,
    ),
    crlDays: integer(
      {
        name: "crl-days",
        argument: "DAYS",
        help: "how long a revocation list lasts, in days; an expired one locks everybody out",
      },
      1,
      LONGEST_DAYS,
      90,
    ),
  },
  { title: "Certificates" },
);
