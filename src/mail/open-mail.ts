import type { Sqlite } from '../storage/sqlite.ts';
import type { EventEffects } from '../webhooks/effects.ts';
import { MailEffects } from './mail-effects.ts';
import type { MailLedger } from './mail-ledger.ts';
import type { MailServiceOptions } from './mail-service.ts';
import { MailService } from './mail-service.ts';
import { SqliteMailLedger } from './sqlite-mail-ledger.ts';

/** Sending and what events tell, on one ledger. */
export function openMail({ sqlite, ...parts }: { sqlite: Sqlite } & Omit<MailServiceOptions, 'mails'>): {
  mail: MailService;
  mailEffects: EventEffects;
  mails: MailLedger;
} {
  const mails = new SqliteMailLedger(sqlite, parts.clock);
  return { mail: new MailService({ ...parts, mails }), mailEffects: new MailEffects(mails), mails };
}
