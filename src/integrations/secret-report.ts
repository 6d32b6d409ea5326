import { fingerprint } from '../core/redact.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Integration } from './integration.ts';
import type { Mode, Provider, SecretRole } from './provider.ts';
import { secretProblem } from './request-builder.ts';

/** What can be said of a variable without showing its value. */
export interface SecretReport {
  role: string;
  variable: string;
  set: boolean;
  fingerprint: string | undefined;
  mode: Mode | undefined;
  /** Why the value cannot be right. */
  problem: string | undefined;
  isOptional: boolean;
}

/** Every variable that an integration uses. */
export function reportSecrets({ config }: Integration, provider: Provider, secrets: Secrets): SecretReport[] {
  const roles = provider.api?.secrets ?? [];
  return [
    ...roles.map((role) => reportSecret(config.secretEnvs[role.role] ?? role.defaultEnv, role, secrets)),
    ...config.webhookSecretEnvs.map((variable) => reportSecret(variable, undefined, secrets)),
  ];
}

function reportSecret(variable: string, role: SecretRole | undefined, secrets: Secrets): SecretReport {
  const about = { role: role?.role ?? 'webhook', variable, isOptional: role?.isOptional ?? false };
  const value = secrets.get(variable);
  if (value === undefined) return { ...about, set: false, fingerprint: undefined, mode: undefined, problem: undefined };
  const problem = secretProblem(value, role);
  return { ...about, set: true, fingerprint: fingerprint(value), mode: role?.modeOf?.(value), problem };
}
