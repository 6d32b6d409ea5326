/**
 * One fault, as users write it. `faultSchema` checks it and fills in what is left out; written out here so that those who import a
 * simulator need no zod.
 */
export type FaultInput = RequestFaultInput | DeliveryFaultInput;

type RequestFaultInput = RequestMatch &
  (
    | {
        /** Answered with this status, not executed. */
        kind: 'status';
        status: number;
        /** Text or JSON object; default: the service's own words for the status. */
        body?: string | Record<string, unknown> | undefined;
        headers?: Record<string, string> | undefined;
        /** Value of Retry-After, in seconds. */
        retry_after?: number | undefined;
      }
    | {
        /** Answered with 429 and Retry-After (1 s), not executed. */
        kind: 'rate_limit';
        retry_after?: number | undefined;
      }
    /** Executed; answered later, or with a body that arrives slowly, within `ms` milliseconds. */
    | { kind: 'delay' | 'slow_body'; ms: number }
    /** `drop` is not executed; the others are, and no whole answer arrives. */
    | { kind: 'drop' | 'reset_after_executing' | 'bad_json' | 'wrong_length' }
  );

/** Which requests meet a fault; without limits all. */
interface RequestMatch {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | undefined;
  path_prefix?: string | undefined;
  /** How many of them; default 1. */
  times?: number | undefined;
}

type DeliveryFaultInput = DeliveryMatch &
  (
    | { kind: 'webhook_duplicate' | 'webhook_lost' | 'webhook_bad_signature' }
    /** Delivered `ms` milliseconds later, so that the next ones overtake it. */
    | { kind: 'webhook_delay'; ms: number }
  );

/** Which webhooks meet a fault; without limits all. */
interface DeliveryMatch {
  event_type?: string | undefined;
  /** How many of them; default 1. */
  times?: number | undefined;
}

/** Every kind of fault. */
export type FaultKind = FaultInput['kind'];
