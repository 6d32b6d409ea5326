import { ProviderApis } from '../../src/integrations/provider-apis.ts';
import { stripe } from '../../src/integrations/stripe/index.ts';

/** Stripe with its operations. */
export const loadedStripe = await new ProviderApis(undefined).load(stripe);
