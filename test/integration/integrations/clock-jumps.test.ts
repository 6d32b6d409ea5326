import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../src/integrations/request-ledger.ts';
import { createPaymentIntent } from '../../../src/integrations/stripe/operations/payments.ts';
import { startStripe } from '../../support/stripe-service.ts';
import { openClient } from './call-setup.ts';
import { serve } from './loopback-server.ts';

const HOUR_MS = 3_600_000;
const INPUT = { amount: 1050, currency: 'usd' };
const ORDER = { reference: 'order-1' };

describe.each([
  ['ahead', HOUR_MS],
  ['back', -HOUR_MS],
])('a write during which the clock of the machine jumps an hour %s', (_where, jumpMs) => {
  it('is repeated as often as without, and answered', async () => {
    const stripe = await startStripe();
    const { port } = new URL(stripe.url);
    const { url, requests } = await serve(async (req, res) => {
      opened.clock.shiftMs += requests.length % 2 === 1 ? jumpMs : -jumpMs;
      if (requests.length < 3) return void res.writeHead(503).end();
      req.pipe(
        request(
          { port, path: req.url, method: req.method, headers: req.headers },
          (answer) => void answer.pipe(res.writeHead(answer.statusCode ?? 0, answer.headers)),
        ),
      );
    });
    const opened = openClient({ baseUrl: url.origin });
    const answer = await opened.client.write(createPaymentIntent, INPUT, ORDER, opened.context());
    expect(answer).toMatchObject({ attempts: 3, data: { amount: 1050 } });
  });

  it('has the time that it has without', async () => {
    const { url, requests } = await serve(() => {
      if (requests.length === 1) opened.clock.shiftMs += jumpMs;
    });
    const opened = openClient({
      baseUrl: url.origin,
      resilience: { timeout_ms: 800, deadline_ms: 1_400, retry: { base_ms: 1, max_ms: 1 } },
    });
    await expect(opened.client.write(createPaymentIntent, INPUT, ORDER, opened.context())).rejects.toMatchObject({
      outcome: 'unknown',
      details: { reason: 'timeout' },
    });
    expect(requests).toHaveLength(2);
  });

  it('waits for another call with its reference', async () => {
    const stripe = await startStripe();
    let asked = 0;
    const opened = openClient(
      { baseUrl: stripe.url },
      {
        wrapLedger: (ledger) => ({
          begin(plan) {
            asked += 1;
            if (asked > 2) return ledger.begin(plan);
            opened.clock.shiftMs += jumpMs;
            return Promise.resolve({ kind: 'wait', record: {} as RequestRecord });
          },
          gap: (plan) => ledger.gap(plan),
          peek: (plan) => ledger.peek(plan),
          end: (record, end) => ledger.end(record, end),
          findAbout: (workspace, id) => ledger.findAbout(workspace, id),
        }),
      },
    );
    expect(await opened.client.write(createPaymentIntent, INPUT, ORDER, opened.context())).toMatchObject({
      replayed: false,
      attempts: 1,
    });
  });
});
