import type { Account } from './account.ts';
import type { ListOf } from './billing-objects.ts';
import type { Includable } from './expand.ts';
import type { InvoicePayment } from './invoice-objects.ts';

/** Fields that an object has only when `expand` asks for them, by kind. */
export const INCLUDABLE: Readonly<Record<string, Includable>> = {
  invoice: {
    confirmation_secret: (account, id) => {
      const intent = intentOf(account, id);
      return intent === undefined ? null : { client_secret: intent.client_secret, type: 'payment_intent' };
    },
    payments: (account, id): ListOf<InvoicePayment> => {
      const data = paymentsOf(account, id);
      const url = `/v1/invoice_payments?invoice=${id}`;
      return { object: 'list', data, has_more: false, total_count: data.length, url };
    },
  },
  'checkout.session': { line_items: (account, id) => account.sessionLines.get(id) },
};

/** The payments of an invoice, newest first. */
function paymentsOf(account: Account, invoice: string): InvoicePayment[] {
  return account.invoicePayments.newestFirst((payment) => payment.invoice === invoice);
}

function intentOf(account: Account, invoice: string) {
  const [payment] = paymentsOf(account, invoice).filter(({ is_default }) => is_default);
  return account.paymentIntents.get(payment?.payment.payment_intent ?? '');
}
