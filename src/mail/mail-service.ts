import type { Clock } from '../core/clock.ts';
import { AppError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { isLoopbackUrl } from '../core/loopback.ts';
import type { ProjectFolder } from '../core/project-folder.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Integration } from '../integrations/integration.ts';
import { baseUrlOf } from '../integrations/integration.ts';
import type { IntegrationClient } from '../integrations/integration-client.ts';
import type { Integrations } from '../integrations/integrations.ts';
import { canonicalJson, sha256 } from '../integrations/request-row.ts';
import type { CallContext } from '../integrations/sender.ts';
import { sendMail } from '../integrations/sendgrid/operations/send-mail.ts';
import type { ServiceCall } from '../integrations/service-call.ts';
import { resolveCall } from '../integrations/service-call.ts';
import { readAttachments } from './attachments.ts';
import { buildMail } from './build-mail.ts';
import type { Delivery, MailKey, MailLedger } from './mail-ledger.ts';
import type { MailMessage } from './mail-message.ts';

export interface MailServiceOptions {
  integrations: Integrations;
  client: IntegrationClient;
  mails: MailLedger;
  project: ProjectFolder;
  secrets: Pick<Secrets, 'mask'>;
  clock: Clock;
  log: Log;
}

export interface SendOptions {
  /** The caller's own id of this mail. */
  reference: string;
  /** True lets SendGrid check the mail and send nothing; test mode forces it unless the service is on this machine. */
  sandbox?: boolean | undefined;
  allowDuplicate?: boolean | undefined;
}

export interface SentMail {
  /** True when SendGrid has queued the mail; false after a check in the sandbox. */
  accepted: boolean;
  messageId: string | undefined;
  sandbox: boolean;
  /** True when it was sent before this call. */
  replayed: boolean;
  /** What events have told so far. */
  deliveries: Delivery[];
}

/** Mail through SendGrid, at most once for each reference: SendGrid has no idempotency keys. */
export class MailService {
  readonly #options: MailServiceOptions;

  constructor(options: MailServiceOptions) {
    this.#options = options;
  }

  /**
   * Sends a mail, or answers what became of it when the reference was used before. A sending whose outcome is unknown is never
   * repeated: it throws with outcome `unknown` until an event of SendGrid shows that the mail was accepted.
   */
  async send(message: MailMessage, options: SendOptions, call: ServiceCall): Promise<SentMail> {
    const { client, mails, project, secrets, clock } = this.#options;
    const context = await resolveCall(this.#options.integrations, 'sendgrid', call);
    const { integration } = context;
    const sandbox = isSandboxForced(context) || (options.sandbox ?? false);
    const paths = message.attachments ?? [];
    if (paths.length > 0 && isSandboxForced(context)) throw attachmentsLeave(integration);
    const { reference, allowDuplicate } = options;
    const key = keyOf(integration, reference, sandbox);
    const attachments = await readAttachments(paths, project, secrets);
    const mail = buildMail(message, { attachments, mailId: key.id, sandbox, now: clock.now() });
    await mails.plan({ ...key, integration: integration.name, mode: integration.config.mode, reference });
    try {
      const asked = { reference, allowDuplicate, isRehearsal: sandbox };
      const { data, replayed } = await client.write(sendMail, mail, asked, context);
      await this.#end(key, { state: 'accepted', messageId: data.message_id });
      const deliveries = replayed ? ((await mails.get(key))?.deliveries ?? []) : [];
      return { accepted: !sandbox, messageId: data.message_id, sandbox, replayed, deliveries };
    } catch (thrown) {
      const known = await this.#settle(thrown, key);
      if (known === undefined) throw explain(thrown, reference, key);
      return { ...known, sandbox };
    }
  }

  /** What events know of a mail whose sending got no answer; undefined when that is nothing. */
  async #settle(thrown: unknown, key: MailKey): Promise<Omit<SentMail, 'sandbox'> | undefined> {
    const isRefused = thrown instanceof AppError && thrown.outcome === 'not_executed';
    await this.#end(key, { state: isRefused ? 'failed' : 'unknown' });
    if (isRefused) return undefined;
    const mail = await this.#options.mails.get(key).catch(() => undefined);
    if (mail?.state !== 'accepted') return undefined;
    return { accepted: true, messageId: mail.messageId, replayed: true, deliveries: mail.deliveries };
  }

  /** The request ledger decides about repeats: what SendGrid answered is worth more than our copy of it. */
  async #end(key: MailKey, end: Parameters<MailLedger['end']>[1]): Promise<void> {
    await this.#options.mails.end(key, end).catch((thrown: unknown) => {
      this.#options.log.error({ mail: key.id, cause: messageOf(thrown) }, 'mail ledger not written');
    });
  }
}

/** SendGrid's keys do not tell test from live: in test mode only a service on this machine may really take mail. */
function isSandboxForced({ provider, integration }: CallContext): boolean {
  if (integration.config.mode !== 'test' || provider.api === undefined) return false;
  return !isLoopbackUrl(baseUrlOf(integration, provider.api));
}

/** The same reference names the same mail on every machine and after any loss of state, and its check in the sandbox another one. */
function keyOf({ workspace, name, config }: Integration, reference: string, sandbox: boolean): MailKey {
  const named = [workspace, name, config.mode, reference, ...(sandbox ? ['sandbox'] : [])];
  return { workspace, id: sha256(canonicalJson(named)).slice(0, 32) };
}

function attachmentsLeave({ name }: Integration): AppError {
  return new AppError(
    'not_allowed',
    `Attachments leave this machine, also in SendGrid's sandbox, and integration "${name}" is in test mode. Nothing was sent.`,
    { hint: 'Leave them out, rehearse against a loopback base_url, or let a person configure mode "live" on purpose.' },
  );
}

function explain(thrown: unknown, reference: string, { id }: MailKey): unknown {
  if (!(thrown instanceof AppError) || thrown.outcome !== 'unknown') return thrown;
  return new AppError(thrown.code, thrown.message, {
    hint:
      "It is never sent again by itself. SendGrid's events settle it: repeat the call later to see. Or look in its activity feed for the " +
      'recipient and time (operation listMessages). Only when it was not sent, use a new reference.',
    outcome: 'unknown',
    details: { ...thrown.details, reference, mail_id: id },
    cause: thrown,
  });
}
