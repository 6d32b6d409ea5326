import type { Operation } from '../../operation.ts';
import { invoiceOperations, subscriptionOperations } from './billing.ts';
import { catalogueOperations, customerOperations } from './customers.ts';
import { accountOperations, paymentListOperations, webhookOperations } from './money.ts';
import {
  cancelPaymentIntent,
  capturePaymentIntent,
  confirmPaymentIntent,
  createPaymentIntent,
  createRefund,
  retrievePaymentIntent,
} from './payments.ts';

/** Every operation of Stripe that we know by name. */
export const stripeOperations: Readonly<Record<string, Operation>> = {
  createPaymentIntent,
  retrievePaymentIntent,
  confirmPaymentIntent,
  capturePaymentIntent,
  cancelPaymentIntent,
  createRefund,
  ...paymentListOperations,
  ...customerOperations,
  ...catalogueOperations,
  ...subscriptionOperations,
  ...invoiceOperations,
  ...accountOperations,
  ...webhookOperations,
};
