import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

const ACCOUNT = 'ACd7e1b9f2c4a85360b7e1d9f2c4a85360';

function sid(prefix: string, { uuid }: ExampleContext): string {
  return prefix + uuid().replaceAll('-', '');
}

const types: Readonly<Record<string, EventType>> = {
  /** https://www.twilio.com/docs/messaging/guides/webhook-request */
  'message.received': {
    about: 'A message came in. Answer with TwiML; `<Response/>` alone sends no reply.',
    example: (context) =>
      new URLSearchParams({
        ToCountry: 'US',
        SmsMessageSid: sid('SM', context),
        NumMedia: '0',
        From: '+14155550142',
        FromCountry: 'US',
        SmsStatus: 'received',
        Body: "It's amazing & it works + more",
        To: '+14155550199',
        NumSegments: '1',
        MessageSid: sid('SM', context),
        AccountSid: ACCOUNT,
        ApiVersion: '2010-04-01',
      }),
  },
  /** https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks */
  'message.status': {
    about:
      'A message that was sent is `queued`, `sent`, `delivered`, `undelivered` or `failed`. Order is not kept: let no status go back.',
    example: (context) =>
      new URLSearchParams({
        AccountSid: ACCOUNT,
        ApiVersion: '2010-04-01',
        From: '+14155550199',
        To: '+14155550142',
        MessageSid: sid('SM', context),
        MessageStatus: 'delivered',
      }),
  },
  /** https://www.twilio.com/docs/voice/twiml#request-parameters */
  'call.received': {
    about: 'A call comes in. Answer with TwiML that says what to do with it.',
    example: (context) =>
      new URLSearchParams({
        AccountSid: ACCOUNT,
        ApiVersion: '2010-04-01',
        CallSid: sid('CA', context),
        CallStatus: 'ringing',
        Direction: 'inbound',
        From: '+14155550142',
        To: '+14155550199',
      }),
  },
  /** JSON, with the digest of the body in the URL: https://www.twilio.com/docs/events/webhook-quickstart */
  'event-streams': {
    about: 'CloudEvents in a list. Handle each by its `id`.',
    example: (context) => [
      {
        specversion: '1.0',
        type: 'com.twilio.messaging.message.delivered',
        source: `/${ACCOUNT}/Messages/${sid('SM', context)}.json`,
        id: sid('EZ', context),
        datacontenttype: 'application/json',
        time: context.iso,
        data: { accountSid: ACCOUNT, from: '+14155550199', to: '+14155550142', messageStatus: 'DELIVERED' },
      },
    ],
  },
};

export const twilioEvents: EventExamples = {
  layout: 'compact',
  headers: { 'user-agent': 'TwilioProxy/1.1' },
  types,
};
