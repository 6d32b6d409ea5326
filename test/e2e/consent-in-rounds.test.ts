import { describe, expect, it } from 'vitest';
import { connectRaw } from './raw-client.ts';

const PLACE = {
  service: 'custom',
  name: 'acme',
  secret_env: 'ACME_KEY',
  base_url: 'https://api.acme.example',
  allow: ['GET /v1/*'],
};
const CLIENT = { env: { ACME_KEY: 'a1b2c3d4e5f6' }, capabilities: { elicitation: { form: {} } } };
const ACCEPT = { consent: { action: 'accept', content: {} } };

async function open() {
  const client = await connectRaw('auto, stateless', CLIENT);
  const configure = async (args: object, round: object = {}) => {
    const { result = {} } = await client.request('tools/call', {
      name: 'configure_integration',
      arguments: args,
      ...round,
    });
    return result;
  };
  return { ...client, configure };
}

describe('a consent that is asked for between two calls', () => {
  it('names what it permits, and permits it once', async () => {
    const { configure } = await open();
    const asked = await configure(PLACE);
    expect(JSON.stringify(asked)).toContain('send the value of ACME_KEY to api.acme.example (GET /v1/*)');
    const round = { inputResponses: ACCEPT, requestState: asked['requestState'] };
    expect(await configure(PLACE, round)).toMatchObject({ structuredContent: { saved: true } });
    await configure({ service: 'custom', name: 'acme', remove: true });
    expect(await configure(PLACE, round)).toMatchObject({ resultType: 'input_required' });
  });

  it.each([
    ['another path', { base_url: 'https://api.acme.example/other' }],
    ['other calls', { allow: ['DELETE /*'] }],
    ['another limit', { caps: { per_hour: 5 } }],
  ])('is none for %s', async (_what, change) => {
    const { configure } = await open();
    const { requestState } = await configure(PLACE);
    const other = await configure({ ...PLACE, ...change }, { inputResponses: ACCEPT, requestState });
    expect(other).toMatchObject({ resultType: 'input_required' });
  });

  it.each([
    ['nothing', undefined],
    ['a word', 'x'],
    ['an object', { a: 1 }],
  ])('is none with %s as its state', async (_what, requestState) => {
    const { configure } = await open();
    const answer = await configure(PLACE, {
      inputResponses: ACCEPT,
      ...(requestState === undefined ? {} : { requestState }),
    });
    expect(answer).not.toHaveProperty('structuredContent');
  });

  it('is obeyed when it is refused', async () => {
    const { configure } = await open();
    const { requestState } = await configure(PLACE);
    const refused = await configure(PLACE, { inputResponses: { consent: { action: 'decline' } }, requestState });
    expect(JSON.stringify(refused)).toContain('did not agree (decline)');
  });
});
