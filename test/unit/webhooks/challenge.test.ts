import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import { answerChallenge } from '../../../src/webhooks/challenge.ts';

function answer(provider: string, body: unknown, secret = 'secret') {
  const challenge = catalogue.get(provider)?.webhook?.challenge;
  if (challenge === undefined) throw new Error(`${provider} has no challenge`);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return answerChallenge(challenge, { headers: {}, body: Buffer.from(text) }, secret);
}

describe('answerChallenge', () => {
  it('Slack: gives the challenge back', () => {
    const challenge = '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P';
    expect(answer('slack', { token: 't', challenge, type: 'url_verification' })).toEqual({
      status: 200,
      body: { challenge },
    });
  });

  it('Discord: PONG to an interaction, nothing to a webhook event', () => {
    expect(answer('discord', { id: '1', type: 1, version: 1 })).toEqual({ status: 200, body: { type: 1 } });
    expect(answer('discord', { version: 1, application_id: '1', type: 0 })).toEqual({ status: 204, body: undefined });
  });

  it('Zoom: the token and its HMAC', () => {
    const body = { event: 'endpoint.url_validation', payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' }, event_ts: 1 };
    expect(answer('zoom', body, 'eM8YKUGLSo2rnU1GgVHY_A')).toEqual({
      status: 200,
      body: {
        plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
        encryptedToken: '84e66b9e27d61d2fd6c54bedde7ed31f58e0bfbd10331bd0fd3eb74cc7d9d4d5',
      },
    });
  });

  it.each([
    ['slack', { type: 'event_callback', challenge: 'x' }],
    ['slack', { type: 'url_verification' }],
    ['slack', { type: 'url_verification', challenge: '<script>' }],
    ['slack', { type: 'url_verification', challenge: 'x'.repeat(513) }],
    ['slack', 'not json'],
    ['slack', '[]'],
    ['slack', 'null'],
    ['discord', { version: 1, type: 1, event: { type: 'APPLICATION_AUTHORIZED' } }],
    ['discord', { type: 2 }],
    ['zoom', { event: 'meeting.started', payload: { plainToken: 'x' } }],
    ['zoom', { event: 'endpoint.url_validation', payload: null }],
    ['zoom', { event: 'endpoint.url_validation', payload: { plainToken: 7 } }],
    // Its HMAC would be the signature of a delivery.
    ['zoom', { event: 'endpoint.url_validation', payload: { plainToken: 'v0:1790000000:{}' } }],
  ])('%s answers nothing else: %j', (provider, body) => {
    expect(answer(provider, body)).toBeUndefined();
  });
});
