/** What `scripts/schema-fixture.ts` stores in a database of each released version; tests ask for it again. */
export const STORY = {
  workspace: '/projects/shop',
  env: {
    STRIPE_SECRET_KEY: 'sk_test_51BreakwaterTestKey0000000000000000000001',
    STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
    SENDGRID_API_KEY: `SG.${'x'.repeat(22)}.${'y'.repeat(43)}`,
  },
  memory: { content: 'Payments go through Stripe, prices in minor units', category: 'decisions', tags: ['stripe'] },
  error: { content: 'The refund job failed twice on Monday', context_type: 'error' },
  payment: { amount: 1050, currency: 'usd', reference: 'order-1', confirm: true, payment_method: 'pm_card_visa' },
  refund: { amount: 500, reference: 'return-1' },
  mail: {
    from: 'shop@example.com',
    to: ['ada@example.com'],
    subject: 'Receipt',
    text: 'Thank you',
    reference: 'receipt-1',
  },
  event: 'payment_intent.canceled',
  breaker: { integration: 'stripe', class: 'write', action: 'open', reason: 'kept in the fixture' },
} as const;
