import * as z from 'zod';
import { invalidRequest } from './api-error.ts';
import type { Dispute } from './card-objects.ts';
import { closeDispute, EVIDENCE_FIELDS } from './dispute-changes.ts';
import { boolean, clearable, metadata, notSimulated, text } from './parameters.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, retrieveRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { changedFrom, given } from './updates.ts';

const disputes: Resource<Dispute> = {
  path: '/v1/disputes',
  kind: 'dispute',
  param: 'dispute',
  objects: (account) => account.disputes,
};

const evidence = z.strictObject({
  ...Object.fromEntries(EVIDENCE_FIELDS.map((name) => [name, clearable(20_000).optional()])),
  ...notSimulated('enhanced_evidence'),
});

const updateParameters = z.strictObject({
  evidence: evidence.optional(),
  metadata: metadata().optional(),
  submit: boolean().optional(),
});

/** Texts that decide a dispute: https://docs.stripe.com/testing#evidence */
const VERDICTS: Readonly<Record<string, boolean>> = { winning_evidence: true, losing_evidence: false };

export const disputeRoutes = [
  retrieveRoute(disputes),
  listRoute(
    disputes,
    { charge: text().optional(), payment_intent: text().optional() },
    (dispute, { charge, payment_intent }) =>
      fits(charge, dispute.charge) && fits(payment_intent, dispute.payment_intent),
  ),

  route('POST', `${disputes.path}/:id`, disputes.kind, updateParameters, (call, parameters, id) => {
    const dispute = fetchObject(disputes, call.account, id);
    requireOpen(dispute);
    const before = structuredClone(dispute);
    Object.assign(dispute.evidence, given(parameters.evidence ?? {}));
    dispute.metadata = mergeMetadata(dispute.metadata, parameters.metadata);
    if (parameters.evidence !== undefined) submit(dispute, parameters.submit !== false);
    call.emit('charge.dispute.updated', dispute, changedFrom(before, dispute));
    const verdict = VERDICTS[dispute.evidence['uncategorized_text'] ?? ''];
    if (dispute.status.endsWith('under_review') && verdict !== undefined) {
      call.later(() => closeDispute(call, dispute, verdict));
    }
    return dispute;
  }),

  route('POST', `${disputes.path}/:id/close`, disputes.kind, z.strictObject({}), (call, _parameters, id) => {
    const dispute = fetchObject(disputes, call.account, id);
    requireOpen(dispute);
    closeDispute(call, dispute, false);
    return dispute;
  }),
];

function submit(dispute: Dispute, isFinal: boolean): void {
  dispute.evidence_details.has_evidence = true;
  if (!isFinal) return;
  dispute.evidence_details.submission_count += 1;
  dispute.status = dispute.status === 'warning_needs_response' ? 'warning_under_review' : 'under_review';
}

function requireOpen(dispute: Dispute): void {
  if (dispute.status.endsWith('needs_response')) return;
  throw invalidRequest(`This dispute can no longer be changed: its status is ${dispute.status}.`);
}
