import { type Static, type TSchema, Type } from "typebox";
import { ALARM_PRIORITIES } from "../contract/schemas/alarm-v2.ts";
import { CONDITION_KINDS } from "./condition.ts";

const NAME = "^[a-z][a-z0-9_-]{0,62}$";
const TIME_OF_DAY = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
const SPAN = "^[0-9]{1,6}(s|m|h|d)$";

function fields<Properties extends Record<string, TSchema>>(properties: Properties, description: string) {
  return Type.Object(properties, { additionalProperties: false, description });
}

const span = (description: string) =>
  Type.String({ pattern: SPAN, description: `${description}, as 30s, 10m, 4h, 1d` });
const file = (description: string) => Type.String({ minLength: 1, maxLength: 1_000, description });
const names = (description: string) =>
  Type.Array(Type.String({ pattern: NAME }), { minItems: 1, maxItems: 20, uniqueItems: true, description });

const Limit = fields(
  {
    messages: Type.Integer({ minimum: 1, maximum: 10_000, description: "messages" }),
    in: span("within so long"),
  },
  "how many messages it takes; what comes beyond is put together into the next one",
);

const Webhook = fields(
  {
    url: Type.Optional(
      Type.String({ pattern: "^https?://", maxLength: 2_000, description: "where it is posted" }),
    ),
    url_file: Type.Optional(file("a file whose first line is the URL, where the URL is a secret itself")),
    secret_file: Type.Optional(
      file("a file whose first line signs each message: HMAC-SHA256 in Conche-Signature"),
    ),
    authorization_file: Type.Optional(file("a file whose first line is sent as the header Authorization")),
    limit: Type.Optional(Limit),
  },
  "a channel that posts JSON",
);

const Email = fields(
  {
    to: Type.Array(Type.String({ pattern: "^[^\\s@<>,;]{1,64}@[^\\s@<>,;]{1,190}$" }), {
      minItems: 1,
      maxItems: 50,
      description: "addresses",
    }),
    limit: Type.Optional(Limit),
  },
  "a channel that writes e-mail",
);

const Channel = fields(
  { webhook: Type.Optional(Webhook), email: Type.Optional(Email) },
  "a way to somebody: webhook or email",
);

const Smtp = fields(
  {
    server: Type.String({
      pattern: "^smtps?://[^\\s/@]+$",
      description: "smtp://mail.plant:25 (TLS where the server offers it) or smtps://mail.plant:465",
    }),
    from: Type.String({
      minLength: 3,
      maxLength: 250,
      description: "the sender, as Conche <conche@plant.example>",
    }),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 250 })),
    password_file: Type.Optional(file("a file whose first line is the password")),
    require_tls: Type.Optional(
      Type.Boolean({ description: "nothing is sent over a connection without TLS" }),
    ),
  },
  "the mail server",
);

const Rule = fields(
  {
    name: Type.String({ minLength: 1, maxLength: 80, description: "its name, in every message" }),
    about: Type.Optional(
      Type.Array(Type.Enum([...CONDITION_KINDS]), {
        minItems: 1,
        uniqueItems: true,
        description: "what of; everything where it is left out",
      }),
    ),
    priority: Type.Optional(
      Type.Enum([...ALARM_PRIORITIES], { description: "this and above; high where it is left out" }),
    ),
    machines: Type.Optional(
      Type.Array(Type.String({ pattern: "^[a-z0-9_-]+(/[a-z0-9_-]+){0,3}$" }), {
        minItems: 1,
        maxItems: 1_000,
        description: "<site>, <site>/<line>, … or whole addresses; all where it is left out",
      }),
    ),
    for: Type.Optional(span("what stands shorter isn't told; 10s where it is left out")),
    to: names("channels"),
    repeat: Type.Optional(span("said again so often while nobody has acknowledged it")),
    ended: Type.Optional(
      Type.Boolean({ description: "also say that it is over; true where it is left out" }),
    ),
    quiet: Type.Optional(
      fields(
        {
          from: Type.String({ pattern: TIME_OF_DAY, description: "HH:MM on the plant's clock" }),
          to: Type.String({ pattern: TIME_OF_DAY, description: "HH:MM on the plant's clock" }),
          except: Type.Optional(
            Type.Enum([...ALARM_PRIORITIES], {
              description: "this and above comes all the same; critical where it is left out",
            }),
          ),
        },
        "hours in which it is silent; what still stands afterwards is told then",
      ),
    ),
    escalate: Type.Optional(
      fields(
        { after: span("nobody has acknowledged it for so long"), to: names("channels") },
        "who is told then",
      ),
    ),
  },
  "who is told of what, when",
);

/** What a notification file says. */
export const NotifyDocumentSchema = fields(
  {
    version: Type.Literal(1),
    dashboard: Type.Optional(
      Type.String({
        pattern: "^https?://",
        maxLength: 500,
        description: "the dashboard's address as readers reach it; messages link there",
      }),
    ),
    smtp: Type.Optional(Smtp),
    channels: Type.Record(Type.String({ pattern: NAME }), Channel, { minProperties: 1, maxProperties: 50 }),
    rules: Type.Array(Rule, { minItems: 1, maxItems: 200 }),
  },
  "notifications",
);

/** The notification plan, as its YAML file has it (docs/notifications.md). */
export type NotifyDocument = Static<typeof NotifyDocumentSchema>;
