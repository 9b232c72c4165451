import { Type } from "typebox";
import { optionalPath, optionalText } from "./setting.ts";

/** Who vouches for receipts and commands, and who is believed. */
export const signing = Type.Object(
  {
    key: optionalPath({
      name: "signing-key",
      argument: "FILE",
      help: "Ed25519 private key (PEM or DER) that receipts are signed with",
      defaultText: "they are not signed",
    }),
    passphrase: optionalText({
      name: "signing-key-passphrase",
      argument: "PASSPHRASE",
      help: "passphrase of --signing-key, where it is encrypted; environment or file only",
      secret: true,
    }),
    trusted: optionalPath({
      name: "trusted-keys",
      argument: "FILE",
      help: "public keys (PEM) of the data centers whose receipts and commands are believed; no others are then",
      defaultText: "whatever comes on datacenter/# is believed",
    }),
  },
  { title: "Signed receipts" },
);
