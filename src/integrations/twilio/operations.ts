import * as z from 'zod';
import type { Pagination } from '../pagination.ts';
import { get, operations, post } from '../rest-table.ts';

/** https://www.twilio.com/docs/usage/twilios-response#pagination */
const PAGES: Pagination = {
  by: 'url',
  path: 'next_page_uri',
  items: 'messages',
  size: { param: 'PageSize', max: 1000 },
};
/** The account is a setting: `{account_sid}` is filled from there. */
const MESSAGES = '/2010-04-01/Accounts/{account_sid}/Messages';

const address = z.string().min(1).max(255);
const messageSid = z.string().regex(/^(?:SM|MM)[0-9a-f]{32}$/);

/** https://www.twilio.com/docs/messaging/api/message-resource#message-properties */
const message = z.object({
  sid: z.string(),
  status: z.string(),
  to: z.string().nullish(),
  from: z.string().nullish(),
  body: z.string().nullish(),
  direction: z.string().nullish(),
  num_segments: z.string().nullish(),
  messaging_service_sid: z.string().nullish(),
  error_code: z.int().nullish(),
  price: z.string().nullish(),
  price_unit: z.string().nullish(),
  date_created: z.string().nullish(),
  date_sent: z.string().nullish(),
});

/** https://www.twilio.com/docs/messaging/api/message-resource */
export const twilioOperations = operations({
  createMessage: post(
    `${MESSAGES}.json`,
    'Sends an SMS, MMS or WhatsApp message',
    {
      To: address.describe('E.164, e.g. +15005550006, or whatsapp:+…'),
      From: address.optional().describe('Your number; or MessagingServiceSid'),
      MessagingServiceSid: z
        .string()
        .regex(/^MG[0-9a-f]{32}$/)
        .optional(),
      Body: z.string().min(1).max(1600).optional(),
      MediaUrl: z.url().max(2048).optional(),
      ContentSid: z.string().max(34).optional(),
      ContentVariables: z.string().max(10_000).optional().describe('JSON'),
      StatusCallback: z.url().max(2048).optional(),
      ValidityPeriod: z.int().min(1).max(36_000).optional().describe('Seconds'),
      ScheduleType: z.literal('fixed').optional(),
      SendAt: z.string().max(40).optional().describe('ISO 8601; needs ScheduleType and MessagingServiceSid'),
    },
    message,
    { encoding: 'form' },
  ),
  getMessage: get(`${MESSAGES}/{sid}.json`, 'One message and its state', { sid: messageSid }, message),
  listMessages: get(
    `${MESSAGES}.json`,
    'Messages, newest first',
    {
      To: address.optional(),
      From: address.optional(),
      DateSent: z.string().max(40).optional().describe('Day, YYYY-MM-DD'),
      PageSize: z.int().min(1).max(1000).optional(),
    },
    z.object({ messages: z.array(message), next_page_uri: z.string().nullish() }),
    { pagination: PAGES },
  ),
});
