import { expect, it } from 'vitest';
import { configureSendGrid, SENDGRID_ENV, startSendGrid } from '../support/sendgrid-service.ts';
import { fail, startServer, succeed, temporaryFolder } from '../support/server-process.ts';

const MAIL = { from: 'shop@example.com', to: ['ada@example.com'], subject: 'Receipt', text: 'Thank you' };

it('a mail that was on its way when the process was killed is never sent again by itself', async () => {
  const folder = temporaryFolder();
  const sendgrid = await startSendGrid();
  // It has the mail, and its answer does not come before the process is gone.
  sendgrid.next(() => {});
  const first = await startServer(folder, SENDGRID_ENV);
  await configureSendGrid(first, sendgrid);
  const left = first.call('send_email', { ...MAIL, reference: 'receipt-1' }).catch(() => undefined);
  await expect.poll(() => sendgrid.mails.length, { interval: 5 }).toBe(1);
  first.transport.child.kill('SIGKILL');
  await left;
  const second = await startServer(folder, SENDGRID_ENV);
  for (let repeat = 0; repeat < 3; repeat += 1) {
    expect(await fail(second, 'send_email', { ...MAIL, reference: 'receipt-1' })).toMatchObject({
      code: 'outcome_unknown',
      outcome: 'unknown',
      hint: expect.stringContaining('never sent again'),
    });
  }
  expect(sendgrid.mails).toHaveLength(1);
  expect(await succeed(second, 'send_email', { ...MAIL, reference: 'receipt-2', allow_duplicate: true })).toMatchObject(
    {
      accepted: true,
      message_id: 'message-2',
    },
  );
});

it('20 calls of two processes with one reference send one mail', async () => {
  const folder = temporaryFolder();
  const sendgrid = await startSendGrid();
  const servers = await Promise.all([startServer(folder, SENDGRID_ENV), startServer(folder, SENDGRID_ENV)]);
  await configureSendGrid(servers[0], sendgrid);
  const calls = Array.from({ length: 20 }, (_, index) =>
    succeed(servers[index % 2] ?? servers[0], 'send_email', { ...MAIL, reference: 'receipt-1' }),
  );
  const answers = await Promise.all(calls);
  expect(new Set(answers.map(({ message_id }) => message_id))).toEqual(new Set(['message-1']));
  expect(answers.filter(({ replayed }) => replayed === false)).toHaveLength(1);
  expect(sendgrid.mails).toHaveLength(1);
});
