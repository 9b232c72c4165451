import { dirname, resolve } from "node:path";
import { secretLine } from "../../adapters/credentials/secret-file.ts";
import { type MailServer, mailSender } from "../../adapters/nodemailer/mail-sender.ts";
import { webhookSender } from "../../adapters/webhook/webhook-sender.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { Sender } from "../../notify/message.ts";
import type { Channel, NotifyPlan } from "../../notify/notify-plan.ts";

/**
 * A sender for each channel of a plan. Secrets are read here, once.
 * @param file the notification file: its relative paths begin at its folder
 * @throws ConcheError CONCHE_SECRET_FILE, CONCHE_NOTIFY_INVALID
 */
export async function openSenders(plan: NotifyPlan, file: string): Promise<Map<string, Sender>> {
  const secret = async (path: string | undefined) =>
    path === undefined ? undefined : secretLine(resolve(dirname(file), path));
  const mail = await mailServer(plan, secret);
  const senders = new Map<string, Sender>();
  for (const channel of plan.channels.values())
    senders.set(channel.name, await senderOf(channel, mail, secret));
  return senders;
}

type ReadSecret = (path: string | undefined) => Promise<string | undefined>;

async function mailServer({ smtp }: NotifyPlan, secret: ReadSecret): Promise<MailServer | undefined> {
  if (smtp === undefined) return undefined;
  const { server, from, username, password_file: file, require_tls: requireTls = false } = smtp;
  return { server, from, username, password: await secret(file), requireTls };
}

async function senderOf(
  { name, way }: Channel,
  mail: MailServer | undefined,
  secret: ReadSecret,
): Promise<Sender> {
  if (way.kind === "email") {
    // The plan was checked: a channel by e-mail has its server.
    if (mail === undefined) throw new ConcheError("CONCHE_NOTIFY_INVALID", { message: `${name} needs smtp` });
    return mailSender(mail, way.to);
  }
  const url = way.url ?? (await secret(way.urlFile)) ?? "";
  if (!/^https?:/i.test(url) || !URL.canParse(url)) {
    throw new ConcheError("CONCHE_NOTIFY_INVALID", {
      message: `the address of the channel ${name} is no http or https URL`,
    });
  }
  return webhookSender({
    url,
    secret: await secret(way.secretFile),
    authorization: await secret(way.authorizationFile),
  });
}
