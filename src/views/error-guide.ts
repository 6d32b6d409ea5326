import type { ErrorCode, Outcome } from '../core/errors.ts';

/** What `outcome` says about the effect at the service. */
export const OUTCOME_GUIDE: Readonly<Record<Outcome, string>> = {
  not_executed: 'Nothing was done at the service.',
  executed: 'It was done.',
  unknown: 'It may have been done. The hint says how to find out; a repeat with the same reference is safe.',
};

/** What each error code means to an agent, and what it does next. The hint of a single error is more exact. */
export const ERROR_GUIDE: Readonly<Record<ErrorCode, { means: string; next: string }>> = {
  invalid_input: {
    means: 'The arguments break a rule. Nothing was sent.',
    next: 'Correct the named argument and call again.',
  },
  not_configured: {
    means: 'The integration, its key or a variable is missing.',
    next: 'list_integrations shows what is missing; configure_integration, or ask the person to set the variable.',
  },
  not_allowed: {
    means:
      'A rule of this workspace forbids it: live mode, a cap, an allow list, the egress guard, or a person who declined.',
    next: 'Do not repeat it. Tell the person which rule it was.',
  },
  unauthorized: {
    means: 'The service refused the key.',
    next: 'Check which variable is used (list_integrations), its mode and its rights.',
  },
  not_found: { means: 'There is no such object.', next: 'Check the id, the account and the mode.' },
  conflict: {
    means: 'The same reference or key was used with other arguments, or another call changed the object meanwhile.',
    next: 'Use the same arguments for the same purchase, a new reference for a new one; details shows the difference.',
  },
  rejected: {
    means: 'The service understood the request and refused it. Nothing was done.',
    next: 'Change what details names; a repeat with the same arguments is refused again.',
  },
  rate_limited: {
    means: 'A limit of the service, or of this integration, is reached. Nothing was done.',
    next: 'Wait retry_after_ms, then repeat.',
  },
  unavailable: {
    means: 'The service, the network or the database cannot be reached.',
    next: 'Repeat later; outcome says whether something may have happened.',
  },
  circuit_open: {
    means: 'The service failed too often, so calls are held back. Nothing was sent.',
    next: 'breaker_status says until when; repeat after retry_after_ms.',
  },
  timeout: {
    means: 'No answer within the time limit.',
    next: 'With outcome unknown, repeat with the same reference and arguments: it never runs twice.',
  },
  cancelled: {
    means: 'The client or the server ended the call.',
    next: 'outcome says whether something may have happened; repeat with the same reference if it is still wanted.',
  },
  outcome_unknown: {
    means: 'The request left and nobody can tell whether it was carried out.',
    next: 'Look it up (the hint says how) before anything else is sent.',
  },
  internal: {
    means: 'A fault of Breakwater. The log holds the details under the id in the message.',
    next: 'Repeat once; then report it with the id.',
  },
};
