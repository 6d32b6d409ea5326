import type { Account, Call } from './account.ts';
import { bookDispute } from './balance.ts';
import type { Charge, Dispute, DisputeEvidence } from './card-objects.ts';
import { createId } from './ids.ts';
import type { DisputeTrait } from './test-cards.ts';

/** The life of a dispute: https://docs.stripe.com/disputes/how-disputes-work */

const RESPONSE_TIME_S = 9 * 24 * 60 * 60;
const REASON_CODES: Readonly<Record<DisputeTrait['reason'], string>> = {
  fraudulent: '10.4',
  product_not_received: '13.1',
};

/** Parameters that are texts or ids of files. */
export const EVIDENCE_FIELDS = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const;

/** The bank takes the money back, unless it only asks. */
export function openDispute(call: Call, charge: Charge, { reason, isInquiry }: DisputeTrait): Dispute {
  const { account } = call;
  const dispute = account.disputes.add(buildDispute(account, charge, reason, isInquiry));
  charge.disputed = true;
  call.emit('charge.dispute.created', dispute);
  if (isInquiry) return dispute;
  dispute.balance_transactions.push(bookDispute(account, dispute, -dispute.amount));
  call.emit('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

/** The bank decides. */
export function closeDispute(call: Call, dispute: Dispute, isWon: boolean): void {
  const { status } = dispute;
  const isInquiry = status.startsWith('warning_');
  dispute.status = isInquiry ? 'warning_closed' : isWon ? 'won' : 'lost';
  if (isWon && !isInquiry) {
    dispute.balance_transactions.push(bookDispute(call.account, dispute, dispute.amount));
    call.emit('charge.dispute.funds_reinstated', dispute);
  }
  call.emit('charge.dispute.closed', dispute, { status });
}

function buildDispute(account: Account, charge: Charge, reason: DisputeTrait['reason'], isInquiry: boolean): Dispute {
  const created = account.now();
  const { amount, currency, id, payment_intent, payment_method_details } = charge;
  const evidence: DisputeEvidence = Object.fromEntries(EVIDENCE_FIELDS.map((name) => [name, null]));
  const code = REASON_CODES[reason];
  return {
    id: createId('du'),
    object: 'dispute',
    amount,
    balance_transactions: [],
    charge: id,
    created,
    currency,
    enhanced_eligibility_types: [],
    evidence: { ...evidence, customer_email_address: charge.receipt_email },
    evidence_details: {
      due_by: created + RESPONSE_TIME_S,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: null,
    },
    intended_submission_method: null,
    is_charge_refundable: isInquiry,
    livemode: false,
    metadata: {},
    network_reason_code: code,
    payment_intent,
    payment_method_details: {
      card: {
        brand: payment_method_details.card.brand,
        case_type: isInquiry ? 'inquiry' : 'chargeback',
        network_reason_code: code,
      },
      type: 'card',
    },
    reason,
    status: isInquiry ? 'warning_needs_response' : 'needs_response',
  };
}
