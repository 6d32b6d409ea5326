import { expect, it } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { HttpClient } from '../../../src/integrations/http-client.ts';
import { classify } from '../../../src/resilience/classify.ts';

it('reports a name that does not resolve as never sent, whatever the resolver says', async () => {
  const http = new HttpClient(silentLog, false);
  // RFC 6761: .invalid never resolves.
  const request = { method: 'POST' as const, url: new URL('https://no-such-host.invalid/'), headers: {}, body: 'x' };
  const error = await http.send(request, AbortSignal.timeout(10_000)).catch((thrown: unknown) => thrown);
  http.close();
  expect(error).toMatchObject({
    failure: { kind: 'network', code: expect.stringMatching(/^(?:ENOTFOUND|EAI_AGAIN)$/), sent: false },
  });
  const { failure } = error as { failure: Parameters<typeof classify>[0] };
  expect(classify(failure, 'unsafe', 0).outcome).toBe('not_executed');
});
