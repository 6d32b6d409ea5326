/** The tools of the contract so far, in order: literals, so that a lost or added tool shows. */
export const TOOL_NAMES = [
  'configure_integration',
  'list_integrations',
  'create_payment_intent',
  'retrieve_payment_intent',
  'breaker_status',
  'control_breaker',
  'verify_webhook',
  'sign_webhook',
  'detect_repository',
  'scaffold_integration',
  'store_memory',
  'search_memories',
  'get_memory',
  'update_memory',
  'delete_memory',
  'link_memories',
];
