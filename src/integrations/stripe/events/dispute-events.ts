import type { EventType, ExampleContext } from '../../../webhooks/event-examples.ts';
import { EMAIL, snapshot } from './snapshot.ts';

/** https://docs.stripe.com/api/disputes/object */
export function dispute({ seconds, text }: ExampleContext) {
  return {
    id: `du_1${text(23)}`,
    object: 'dispute',
    amount: 1999,
    balance_transactions: [],
    charge: `ch_3${text(23)}`,
    created: seconds,
    currency: 'usd',
    enhanced_eligibility_types: [],
    evidence: EVIDENCE,
    evidence_details: {
      due_by: seconds + 7 * 24 * 60 * 60,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    network_reason_code: '10.4',
    payment_intent: `pi_3${text(23)}`,
    payment_method_details: {
      card: { brand: 'visa', case_type: 'chargeback', network: 'visa', network_reason_code: '10.4' },
      type: 'card',
    },
    reason: 'fraudulent',
    status: 'needs_response',
  } as const;
}

const EVIDENCE = {
  access_activity_log: null,
  billing_address: '94103, US',
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: EMAIL,
  customer_name: 'Jenny Rosen',
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
} as const;

export const disputeEvents: Readonly<Record<string, EventType>> = {
  'charge.dispute.created': {
    about: 'The cardholder objects, and the amount is held back. Send evidence before `evidence_details.due_by`.',
    example: (context) => snapshot(context, 'charge.dispute.created', dispute(context)),
  },
  'charge.dispute.closed': {
    about: 'Decided: `status` is `won`, `lost` or `warning_closed`. Book the result.',
    example: (context) =>
      snapshot(context, 'charge.dispute.closed', {
        ...dispute(context),
        created: context.seconds - 14 * 24 * 60 * 60,
        status: 'lost',
      }),
  },
};
