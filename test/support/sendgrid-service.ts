import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerProcess } from './server-process.ts';
import { onTestEnd, succeed } from './server-process.ts';

/** Made up, of the shape that SendGrid's have. */
export const SENDGRID_KEY = `SG.${'x'.repeat(22)}.${'y'.repeat(43)}`;
export const SENDGRID_ENV = { SENDGRID_API_KEY: SENDGRID_KEY, SENDGRID_WEBHOOK_PUBLIC_KEY: 'MFkw' };

export interface SendGridService {
  url: string;
  /** Bodies of the mails that arrived, in order. */
  mails: Record<string, unknown>[];
  /** Treats the next mail instead of accepting it. */
  next(behaviour: (request: IncomingMessage, response: ServerResponse) => void): void;
}

/** What SendGrid's mail endpoint does to a valid mail: 202 and an id, or 200 in the sandbox. Written apart from our client. */
export async function startSendGrid(): Promise<SendGridService> {
  const mails: Record<string, unknown>[] = [];
  const behaviours: Parameters<SendGridService['next']>[0][] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const mail = JSON.parse(Buffer.concat(chunks).toString());
    mails.push(mail);
    const behaviour = behaviours.shift();
    if (behaviour !== undefined) return behaviour(request, response);
    if (mail.mail_settings?.sandbox_mode?.enable === true) return response.writeHead(200).end();
    return response.writeHead(202, { 'x-message-id': `message-${mails.length}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, mails, next: (behaviour) => void behaviours.push(behaviour) };
}

export function configureSendGrid(
  server: Pick<ServerProcess, 'call'>,
  { url }: SendGridService,
): Promise<Record<string, unknown>> {
  return succeed(server, 'configure_integration', {
    service: 'sendgrid',
    base_url: url,
    retry: { base_ms: 5, max_ms: 20 },
  });
}
