import type { ErrorEntry } from "./error-entry.ts";
import { PROVIDER_ERRORS } from "./provider-errors.ts";

/**
 * Every error code there is. Codes are stable: scripts and runbooks match on them. docs/errors.md is generated
 * from this table, and a test fails when one is raised that isn't here.
 */
export const ERROR_CATALOGUE = {
  CONCHE_INTERNAL: {
    meaning: "A defect in the program",
    hint: "report it with the output of the same command under --debug",
  },
  CONCHE_USAGE: {
    meaning: "A command, option or argument that does not exist or does not fit",
    hint: "see --help",
  },
  CONCHE_CONFIG_INVALID: {
    meaning: "A configuration value that can't be used; all of them are listed at once",
    hint: "correct the listed values; --help of the command shows every option, its environment twin and its default",
  },
  CONCHE_PLANT_UNREADABLE: {
    meaning: "The plant file can't be read",
    hint: "check the path and its permissions",
  },
  CONCHE_PLANT_INVALID: {
    meaning:
      "The plant file breaks YAML or the plant schema; all findings are listed at once with their path",
    hint: "correct the listed places; plants/chocolate.yaml is a valid example",
  },
  CONCHE_SCENARIO_UNREADABLE: {
    meaning: "The scenario can't be read, or there is none of that name",
    hint: "`conche scenario list` shows the packaged ones; another one is named by its path (./mine.yaml)",
  },
  CONCHE_SCENARIO_INVALID: {
    meaning:
      "The scenario breaks YAML or its schema, or names what the plant doesn't have; all findings are listed at once",
    hint: "correct the listed places; scenarios/nozzle-clogging.yaml is a valid example",
  },
  CONCHE_NOTIFY_UNREADABLE: {
    meaning: "The notification file can't be read",
    hint: "check the path that --notify names, and its permissions",
  },
  CONCHE_NOTIFY_INVALID: {
    meaning:
      "The notification file breaks YAML or its schema; all findings are listed at once with their path",
    hint: "correct the listed places; docs/notifications.md has a valid example",
  },
  CONCHE_NOTIFY_IN_USE: {
    meaning: "Another process notifies for this data folder",
    hint: "nothing has to be done: what stands is told from there",
  },
  CONCHE_ACCESS_UNREADABLE: {
    meaning: "The access file can't be read",
    hint: "check the path that --access-file names, and its permissions",
  },
  CONCHE_ACCESS_INVALID: {
    meaning:
      "The access file breaks YAML or its schema, or names what the plant doesn't have; all findings are listed at once",
    hint: "correct the listed places; docs/access.md has a valid example",
  },
  CONCHE_ACCESS_ANONYMOUS: {
    meaning: "Access rules were asked for where nobody has to say who they are",
    hint: "name a password file (--mqtt-passwords FILE) or have certificates asked for: rules go by who a client is",
  },
  CONCHE_ACCESS_UNKNOWN: {
    meaning: "The access rules know nobody of this identity",
    hint: "`conche access show` lists who there is; add others to the access file (docs/access.md)",
  },
  CONCHE_HTTP_UNPROTECTED: {
    meaning:
      "The HTTP server was told to listen beyond this machine, and nobody would have to say who they are: no token was made, and it has no certificate",
    hint: "`conche token create NAME --role admin` makes a token, --http-cert FILE and --http-key FILE speak HTTPS; or listen on 127.0.0.1",
  },
  CONCHE_LOGIN_NEEDED: {
    meaning: "Who asks over HTTP has to say who they are, and hasn't, or their token counts no longer",
    hint: "log in on the dashboard, or send `Authorization: Bearer TOKEN`; `conche token create` makes one",
  },
  CONCHE_LOGIN_LIMIT: {
    meaning: "Too many wrong tokens came from the address",
    hint: "try again in a minute, with the right one",
  },
  CONCHE_ROLE_MISSING: {
    meaning: "The role of who asks over HTTP doesn't allow it",
    hint: "docs/access.md says which role may what; whoever has the data folder makes tokens (`conche token create`)",
  },
  ...PROVIDER_ERRORS,
  CONCHE_REQUEST_FOREIGN: {
    meaning: "A request that acts did not come from a page of this server",
    hint: "open the dashboard itself; programs send `Authorization: Bearer TOKEN` instead of a session's cookie",
  },
  CONCHE_TOKEN_NAME: {
    meaning: "A token can't have that name, or another one has it",
    hint: "`conche token list` shows the names; one that was revoked is free again",
  },
  CONCHE_TOKEN_UNKNOWN: {
    meaning: "There is no token of that name that could be revoked",
    hint: "`conche token list --all` shows all of them",
  },
  CONCHE_TOKEN_LIMIT: {
    meaning: "There are as many tokens as there may be",
    hint: "revoke some: `conche token list`, `conche token revoke NAME`",
  },
  CONCHE_AUDIT_BROKEN: {
    meaning:
      "The audit table is not what was written: an entry was changed or taken out, or a noted head is missing",
    hint: "keep the file as it is, and compare it with a backup; whoever could write it is to be found outside of it",
  },
  CONCHE_SECRET_FILE: {
    meaning: "A file that holds a secret can't be read, or is empty",
    hint: "write the secret into its first line, readable for this program's user only",
  },
  CONCHE_STORY_UNREADABLE: {
    meaning: "What the simulated line remembers of its story in the data folder can't be read",
    hint: "move story.json out of the data folder: the line then begins a new story, and the log stays as it is",
  },
  CONCHE_PORT_IN_USE: {
    meaning: "Another process listens on the port",
    hint: "stop it, or choose another port (0 picks a free one)",
  },
  CONCHE_PORT_REFUSED: {
    meaning: "The operating system does not allow listening there",
    hint: "choose a port above 1023 and an address of this machine",
  },
  CONCHE_BIND_UNPROTECTED: {
    meaning: "The embedded broker was told to listen beyond this machine without authentication",
    hint: "name a password file (--mqtt-passwords FILE) or certificates (--mqtt-client-ca FILE), or listen on 127.0.0.1",
  },
  CONCHE_PASSWORDS_INVALID: {
    meaning: "The password file can't be read or has lines of another form",
    hint: "write it with `conche passwd FILE USER` or with mosquitto_passwd",
  },
  CONCHE_CERTIFICATES_INVALID: {
    meaning: "A certificate, key or revocation list can't be used, or one does not belong to another",
    hint: "check the file that is named; `conche provision list` shows what there is",
  },
  CONCHE_CERTIFICATES_MISSING: {
    meaning: "There are no certificates in the folder",
    hint: "`conche provision` makes them; --certificates DIR names another folder",
  },
  CONCHE_IDENTITY_UNKNOWN: {
    meaning: "Nobody of that name has a certificate",
    hint: "`conche provision list` shows who has one; `conche provision` gives new machines of the plant theirs",
  },
  CONCHE_AUTHORITY_IN_USE: {
    meaning: "The authority before can't be retired: certificates of it are still in use",
    hint: "`conche provision rotate --old-authority` issues new ones; copy them to whom they belong first",
  },
  CONCHE_BROKER_UNREACHABLE: {
    meaning: "The broker can't be reached; the data center keeps trying",
    hint: "check the broker's address, its port and the network between",
  },
  CONCHE_BROKER_REFUSED: {
    meaning: "The broker refused the connection or the subscription",
    hint: "check user name, password, client certificate and the broker's access rules for factory/#",
  },
  CONCHE_CLIENT_ID_TAKEN: {
    meaning:
      "Another client has connected to the broker under the same client id, which ended this connection",
    hint: "give each data center its own --client-id, each edge and each bridge its own --name",
  },
  CONCHE_BRIDGE_LOOP: {
    meaning:
      "What a bridge sends up comes back to it: both sides are the same broker, or another bridge leads back",
    hint: "check --local and --cloud, and whether another bridge forwards factory/# the other way",
  },
  CONCHE_BROKER_CERTIFICATE: {
    meaning: "The broker's certificate can't be trusted; no connection is made",
    hint: "give the authority that signed it, or connect by the name the certificate bears; check the clocks",
  },
  CONCHE_BROKER_PROTOCOL: {
    meaning: "The broker sent what MQTT does not allow; the connection was dropped and is made anew",
    hint: "check that the port is an MQTT port and the broker's version; report it to the broker's makers",
  },
  CONCHE_BROKER_URL_INVALID: {
    meaning: "The broker's address can't be used",
    hint: "use mqtt://host:1883, mqtts://host:8883, ws://host/mqtt or wss://host/mqtt",
  },
  CONCHE_QOS_DOWNGRADED: {
    meaning: "The broker granted a lower QoS than the messages need",
    hint: "allow QoS 1 for the data center's subscription on the broker",
  },
  CONCHE_PUBLISH_LIMIT: {
    meaning: "Too many messages to the broker wait for its acknowledgement",
    hint: "check that the broker and the network keep up; the newest were not taken and may be sent again",
  },
  CONCHE_DATA_FOLDER: {
    meaning: "The data folder can't be created, read or written",
    hint: "choose another folder with --data, or give this user the right to write there",
  },
  CONCHE_DISK_FULL: {
    meaning: "The disk of the log, or of an outbox, is full; nothing is acknowledged until there is room",
    hint: "make room on the disk; a data center that is running resumes by itself",
  },
  CONCHE_QUARANTINE_FULL: {
    meaning: "Quarantine holds as much as it may; nothing more is acknowledged until there is room",
    hint: "look at what it holds with `conche quarantine list`, stop who sends it, raise --quarantine-limit, or let the oldest go with --quarantine-full drop",
  },
  CONCHE_LOG_MISSING: {
    meaning: "There is no log in the folder",
    hint: "name the folder with --data; `conche up` or `conche datacenter` makes a log",
  },
  CONCHE_LOG_EXISTS: {
    meaning: "A history was to be written into a folder that has a log already",
    hint: "name another folder with --data; a data center started on a log goes on with it",
  },
  CONCHE_LOG_IN_USE: {
    meaning: "Another process writes this log",
    hint: "stop that process, or name another folder with --data",
  },
  CONCHE_LOG_CORRUPT: {
    meaning: "The database is damaged or isn't a database",
    hint: "keep this folder as it is; start on another one (--data), with the last `conche backup` in it if there is one",
  },
  CONCHE_LOG_FOREIGN: {
    meaning: "The database holds tables that aren't this product's",
    hint: "name another folder with --data",
  },
  CONCHE_LOG_TOO_NEW: {
    meaning: "The database was written by a newer version of this program",
    hint: "run that version or a later one; nothing was changed",
  },
  CONCHE_LOG_TOO_OLD: {
    meaning: "The database was written by an older program, and reading it needs the current form",
    hint: "start the data center on the folder once: it carries the log over, with every message as it is",
  },
  CONCHE_LOG_BUSY: {
    meaning: "The database stayed locked by another program",
    hint: "close programs that hold it open for writing; the commit is repeated",
  },
  CONCHE_LOG_IO: {
    meaning: "The disk reported an error while committing; the process stops without acknowledging",
    hint: "check the disk and its file system before starting again",
  },
  CONCHE_LOG_NOT_DURABLE: {
    meaning: "The database does not run with the durability that acknowledgements need",
    hint: "put the data folder on a local file system that supports SQLite's WAL mode",
  },
  CONCHE_VIEWS_IN_USE: {
    meaning: "Another process keeps the views of this log",
    hint: "nothing has to be done: they are read from there; `conche rebuild` asks that process",
  },
  CONCHE_VIEWS_FOREIGN: {
    meaning: "The file views.db of the data folder holds tables that aren't this product's",
    hint: "move that file elsewhere: the views are made anew from the log",
  },
  CONCHE_VIEWS_TOO_NEW: {
    meaning: "The views were made by a newer version of this program; they are made anew from the log",
    hint: "a running data center makes them anew by itself; where nothing runs: conche rebuild. The log is untouched",
  },
  CONCHE_VIEWS_DAMAGED: {
    meaning: "The views' file is damaged, deleted or replaced; they are made anew from the log",
    hint: "the log is untouched; whoever keeps the views makes them anew, and so does `conche rebuild`. If it happens again, check the disk",
  },
  CONCHE_VIEWS_BUSY: {
    meaning: "The views' file stayed locked by another program",
    hint: "close programs that hold it open for writing; the views go on by themselves",
  },
  CONCHE_VIEWS_DISK_FULL: {
    meaning: "The disk of the views is full; they stand still, while messages are taken if the log has room",
    hint: "make room on the disk; the views go on by themselves",
  },
  CONCHE_REQUEST_INVALID: {
    meaning: "A request to the API names what doesn't exist or gives a value that doesn't fit",
    hint: "see docs/api.md, or /api/openapi.json of the running server",
  },
  CONCHE_NOT_FOUND: {
    meaning: "What a request to the API asks for doesn't exist",
    hint: "see docs/api.md for what there is",
  },
  CONCHE_METHOD_NOT_ALLOWED: {
    meaning: "A request's method is not one of those that its address takes",
    hint: "use one of the methods that the header Allow names; /api/openapi.json has all of them",
  },
  CONCHE_REQUEST_TIMEOUT: {
    meaning: "A request did not come in in time",
    hint: "send headers and body in one go; the connection was closed",
  },
  CONCHE_REQUEST_TOO_LARGE: {
    meaning: "A request's body is larger than is taken, or comes in chunks without a length",
    hint: "send a smaller body, with its Content-Length",
  },
  CONCHE_HEADERS_TOO_LARGE: {
    meaning: "A request's headers are larger than is taken",
    hint: "send fewer or shorter headers and a shorter address: 8 KiB together are taken",
  },
  CONCHE_MEDIA_TYPE: {
    meaning: "A request's body is of a type that isn't taken",
    hint: "send JSON, with Content-Type: application/json",
  },
  CONCHE_HOST_FOREIGN: {
    meaning: "A request carries a host name that is no name of the machine that the server is bound to",
    hint: "ask by the machine's own name; name in --http-trusted-hosts the one by which a reverse proxy is reached",
  },
  CONCHE_NOT_ACCEPTABLE: {
    meaning: "A request to the API asks for a format that the answer doesn't have",
    hint: "ask for application/json; lists come as text/csv, too",
  },
  CONCHE_TIME_LIMIT: {
    meaning: "A question took longer than answers may take",
    hint: "ask for a shorter span or a smaller page, or raise --api-time-limit",
  },
  CONCHE_STREAM_LIMIT: {
    meaning: "As many readers follow the changes as may, and none has more of the places than this caller",
    hint: "close a page or program of yours that follows, or ask again when one has ended; /api/live?of=a,b follows several subjects with one reader",
  },
  CONCHE_GENEALOGY_TOO_LARGE: {
    meaning: "The lots of the log and what they were made of take more memory than questions over them may",
    hint: "ask over a log of fewer years: keep older ones in data folders of their own",
  },
  CONCHE_ACTION_STALE: {
    meaning: "Something has happened since the person who acts has looked",
    hint: "look again, and act on what is there now",
  },
  CONCHE_ACTION_REFUSED: {
    meaning: "The action would change nothing, or must not be",
    hint: "look again: the message says what is so now",
  },
  CONCHE_NO_DESK: {
    meaning: "This process publishes nothing, so nobody can act through it",
    hint: "act at the data center's own process, or with `conche alarms` and `conche holds`",
  },
  CONCHE_VIEW_NOT_READY: {
    meaning: "The view that is asked is not built yet",
    hint: "`conche views` shows how far it is: `conche up`, `datacenter` and `serve` build it while they run, `conche rebuild` at once; ask again when it has caught up",
  },
  CONCHE_MATERIAL_UNKNOWN: {
    meaning: "No event says what a batch was made of, or what a machine made: its material can't be traced",
    hint: "machines of version 1 and foreign ones report no lots: `conche batch record` has what can be said of the batch (curves, alarms, results); events TRANSFORMED and AGGREGATED make it traceable (docs/contract/reference.md)",
  },
  CONCHE_VIEWS_BEHIND: {
    meaning: "Views lack much of the log, and a table or document made of them could not say so",
    hint: "`conche views` shows how far they are; ask again when they have caught up. The table in the terminal, JSON and PDF are given, and say what they lack",
  },
  CONCHE_SHUTTING_DOWN: {
    meaning: "The message came while the data center was stopping; it was not acknowledged",
    hint: "send it again when the data center is back",
  },
  CONCHE_MESSAGE_REFUSED: {
    meaning: "A message that an edge was given breaks the contract or is too large; it was not sent",
    hint: "correct the message; docs/contract has the schemas",
  },
  CONCHE_OUTBOX_FULL: {
    meaning:
      "The outbox is full of messages that the data center has not confirmed; the message was not taken",
    hint: "check that broker and data center are reachable, or give the outbox more room; then hand it over again",
  },
  CONCHE_OUTBOX_BUSY: {
    meaning: "More is handed over than the disk of the outbox takes; the message was not taken",
    hint: "hand it over again a moment later; if it goes on, use a faster disk",
  },
  CONCHE_OUTBOX_IN_USE: {
    meaning: "Another process has the outbox open",
    hint: "stop that process, or give this one a folder of its own",
  },
  CONCHE_OUTBOX_CORRUPT: {
    meaning: "The outbox is damaged or isn't one",
    hint: "keep the folder and start with another one: what the data center has not confirmed is only in there",
  },
  CONCHE_OUTBOX_MISSING: {
    meaning: "There is no outbox in the folder",
    hint: "name the folder that `conche edge`, `conche bridge` or the publisher library was given",
  },
  CONCHE_OUTBOX_TOO_OLD: {
    meaning: "The outbox was written by an older version of this program, and is only to be read",
    hint: "start the edge, bridge or publisher it belongs to with this version: that carries it over; then look again",
  },
  CONCHE_OUTBOX_VERIFY_FAILED: {
    meaning: "The outbox does not add up; every finding is listed",
    hint: "keep the folder as it is (what the data center has not confirmed is only in there), start with another one",
  },
  CONCHE_OUTBOX_TOO_NEW: {
    meaning: "The outbox was written by a newer version of this program",
    hint: "run that version or a later one; nothing was changed",
  },
  CONCHE_OUTBOX_IO: {
    meaning: "The disk of the outbox reported an error; nothing more is taken",
    hint: "check the disk and its file system, then start again",
  },
  CONCHE_OUTBOX_FOLDER: {
    meaning:
      "The folder of the outbox can't be created, read or written, or can't give the durability needed",
    hint: "choose a folder on a local disk that this user may write to",
  },
  CONCHE_OUTBOX_CONFLICT: {
    meaning: "A forwarded message has the number of another one that is still waiting; it was not taken",
    hint: "look for two publishers with the same address and boot",
  },
  CONCHE_EDGE_CLOSED: {
    meaning: "The edge was closed; the message was not taken",
    hint: "hand it over before close(), or open the edge again",
  },
  CONCHE_VERIFY_FAILED: {
    meaning: "The log does not add up; every finding is listed",
    hint: "keep the data folder as it is, and compare what is listed with the last `conche backup`",
  },
  CONCHE_INCOMPLETE: {
    meaning: "Numbers of publishers are missing in the log",
    hint: "see the machine's outbox and network: an edge refills what its ring still holds; what never comes stays listed",
  },
  CONCHE_BACKUP_FAILED: {
    meaning: "The backup could not be written",
    hint: "choose a target that doesn't exist yet, on a disk with room",
  },
  CONCHE_QUARANTINE_UNKNOWN: {
    meaning: "There is no quarantined message with this number",
    hint: "`conche quarantine list` shows them",
  },
  CONCHE_CONTRACT_STALE: {
    meaning: "The generated contract files are not what the sources give",
    hint: "run `npm run generate` and commit the result",
  },
  CONCHE_OUTPUT_UNWRITABLE: {
    meaning: "An output file or folder can't be written",
    hint: "check the path, its permissions and the room on the disk",
  },
  CONCHE_NODE_TOO_OLD: { meaning: "This Node is too old for the product", hint: "install Node 24 or later" },
} as const satisfies Record<string, ErrorEntry>;

/** A stable error code. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;
