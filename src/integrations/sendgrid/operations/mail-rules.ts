import type { Mail, Personalization } from './mail-schema.ts';

const MAX_RECIPIENTS = 1000;
/** "Less than 30MB" and "less than 10000 bytes": https://www.twilio.com/docs/sendgrid/api-reference/mail-send/limitations */
export const MAX_MAIL_BYTES = 30_000_000;
const MAX_CUSTOM_ARGS_BYTES = 10_000;

/** The order in which parts must come: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors */
const CONTENT_ORDER = ['text/plain', 'text/html'];

export interface MailProblem {
  path: (string | number)[];
  message: string;
}

/** The rules that no single field shows. */
export function mailProblems(mail: Mail): MailProblem[] {
  return [...recipientProblems(mail), ...contentProblems(mail), ...argumentProblems(mail), ...sizeProblems(mail)];
}

const addresses = ({ to, cc = [], bcc = [] }: Personalization) =>
  [...to, ...cc, ...bcc].map(({ email }) => email.toLowerCase());

function recipientProblems({ personalizations }: Mail): MailProblem[] {
  const problems: MailProblem[] = [];
  let total = 0;
  for (const [index, personalization] of personalizations.entries()) {
    const emails = addresses(personalization);
    total += emails.length;
    if (new Set(emails).size < emails.length) {
      problems.push({ path: ['personalizations', index], message: 'holds an address twice among to, cc and bcc' });
    }
  }
  if (total > MAX_RECIPIENTS) {
    problems.push({ path: ['personalizations'], message: `has ${total} recipients, at most ${MAX_RECIPIENTS}` });
  }
  return problems;
}

function contentProblems({ template_id, content, subject, personalizations }: Mail): MailProblem[] {
  const problems: MailProblem[] = [];
  const lacksSubject = subject === undefined && personalizations.some((each) => each.subject === undefined);
  if (template_id === undefined && lacksSubject) {
    problems.push({ path: ['subject'], message: 'is needed without template_id' });
  }
  if (template_id === undefined && content === undefined) {
    problems.push({ path: ['content'], message: 'is needed without template_id' });
  }
  const ranks = (content ?? []).map(({ type }) => CONTENT_ORDER.indexOf(type)).filter((rank) => rank >= 0);
  if (ranks.some((rank, index) => rank < (ranks[index - 1] ?? 0))) {
    problems.push({ path: ['content'], message: 'must begin with text/plain, then text/html' });
  }
  const isDynamic = template_id?.startsWith('d-') ?? false;
  if (!isDynamic && personalizations.some(({ dynamic_template_data }) => dynamic_template_data !== undefined)) {
    problems.push({ path: ['template_id'], message: 'must be a dynamic template (d-…) for dynamic_template_data' });
  }
  return problems;
}

function argumentProblems({ custom_args, categories = [], personalizations }: Mail): MailProblem[] {
  const problems: MailProblem[] = [];
  if (new Set(categories).size < categories.length) problems.push({ path: ['categories'], message: 'must be unique' });
  for (const [index, personalization] of personalizations.entries()) {
    const bytes = Buffer.byteLength(JSON.stringify({ ...custom_args, ...personalization.custom_args }));
    if (bytes < MAX_CUSTOM_ARGS_BYTES) continue;
    const path = ['personalizations', index, 'custom_args'];
    problems.push({ path, message: `have ${bytes} bytes, at most ${MAX_CUSTOM_ARGS_BYTES - 1}` });
  }
  return problems;
}

/** Base64 has as many bytes as characters: the large part need not be written out to be measured. */
function sizeProblems({ attachments = [], ...mail }: Mail): MailProblem[] {
  const files = attachments.map(({ content, ...about }) => content.length + JSON.stringify(about).length);
  const bytes = files.reduce((sum, size) => sum + size, Buffer.byteLength(JSON.stringify(mail)));
  if (bytes < MAX_MAIL_BYTES) return [];
  return [{ path: [], message: `the mail has ${bytes} bytes, SendGrid takes less than ${MAX_MAIL_BYTES}` }];
}
