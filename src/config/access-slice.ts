import { Type } from "typebox";
import { choice, optionalPath } from "./setting.ts";

/** Who may do what on the embedded broker. */
export const access = Type.Object(
  {
    rules: choice(
      {
        name: "access",
        argument: "open|policy",
        help: "who may do what on the embedded broker: open (each client everything but the data center's topics), or policy (each one what its identity may, docs/access.md)",
      },
      ["open", "policy"],
      "open",
    ),
    file: optionalPath({
      name: "access-file",
      argument: "FILE",
      help: "gateways, data centers and desks, and what they may (docs/access.md)",
      defaultText: "the plant's machines, datacenter/main, desk/dashboard and desk/shell",
    }),
  },
  { title: "Access rules" },
);
