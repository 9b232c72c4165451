import type { ReasonCode } from "../reason-codes.ts";

/**
 * The other end sent what it must not send. Never leaves the connection that meets it, which ends with its reason
 * code.
 */
export class ProtocolViolation extends Error {
  override readonly name = "ProtocolViolation";
  /** With which the connection ends, where the protocol can say so. */
  readonly reasonCode: ReasonCode;

  constructor(reasonCode: ReasonCode, message: string) {
    super(message);
    this.reasonCode = reasonCode;
  }
}
