import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { simulatedServices } from '../../../src/integrations/catalogue.ts';
import { Simulators } from '../../../src/simulator/simulators.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';

const open: Simulators[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));

function create(): Simulators {
  const simulators = new Simulators(simulatedServices, systemClock);
  open.push(simulators);
  return simulators;
}

const statusOf = (url: string) =>
  fetch(url).then(
    ({ status }) => status,
    () => 'closed',
  );

describe('Simulators', () => {
  it('knows the services that can be simulated', () => {
    expect(create().services).toEqual(['stripe', 'sendgrid', 'github', 'slack']);
  });

  it('starts one of each, however often it is asked', async () => {
    const simulators = create();
    const [first, second] = await Promise.all([simulators.start('stripe'), simulators.start('stripe')]);
    expect(second).toBe(first);
    expect(await simulators.start('stripe', { port: first.port })).toBe(first);
    expect(await simulators.get('stripe')).toBe(first);
    await expect(simulators.start('stripe', { port: first.port + 1 })).rejects.toMatchObject({ code: 'conflict' });
    const webhook = { url: 'http://127.0.0.1:1/', secret: 'whsec_x' };
    await expect(simulators.start('stripe', { webhook })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('answers at once', async () => {
    const begin = performance.now();
    const { url } = await create().start('sendgrid');
    expect(await statusOf(`${url}/v3/scopes`)).toBe(401);
    expect(performance.now() - begin).toBeLessThan(AT_ONCE_MS);
  });

  it('stops one, and all', async () => {
    const simulators = create();
    const [stripe, slack] = [await simulators.start('stripe'), await simulators.start('slack')];
    expect([await simulators.stop('stripe'), await simulators.stop('stripe')]).toEqual([true, false]);
    expect(await statusOf(stripe.url)).toBe('closed');
    await expect(simulators.get('stripe')).rejects.toMatchObject({ code: 'not_found' });
    await simulators.close();
    expect(await statusOf(slack.url)).toBe('closed');
  });

  it('can be started again after a failure', async () => {
    const simulators = create();
    const { port } = await simulators.start('slack');
    await expect(simulators.start('github', { port })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(simulators.start('github')).resolves.toMatchObject({ port: expect.any(Number) });
  });

  it('refuses what cannot be simulated, and targets elsewhere', async () => {
    const simulators = create();
    for (const service of ['paypal', '__proto__', '']) {
      await expect(simulators.start(service)).rejects.toMatchObject({ code: 'invalid_input' });
    }
    const webhook = { url: 'http://example.com/', secret: 'whsec_x' };
    await expect(simulators.start('stripe', { webhook })).rejects.toMatchObject({ code: 'not_allowed' });
  });
});
