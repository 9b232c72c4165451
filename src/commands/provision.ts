import type { CommandGroup } from "./command.ts";
import { crl } from "./provision/crl.ts";
import { expiring } from "./provision/expiring.ts";
import { list } from "./provision/list.ts";
import { make } from "./provision/make.ts";
import { renewAuthority } from "./provision/renew-authority.ts";
import { retireAuthority } from "./provision/retire-authority.ts";
import { revoke } from "./provision/revoke.ts";
import { rotate } from "./provision/rotate.ts";

/** `conche provision` */
export const provision: CommandGroup = {
  ...make,
  own: make,
  commands: [rotate, revoke, list, expiring, crl, renewAuthority, retireAuthority],
};
