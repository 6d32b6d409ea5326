import * as z from 'zod';
import type { AppError } from '../../core/errors.ts';
import type { ErrorAnswer, Explanation } from '../status-error.ts';
import { machineCode, statusError } from '../status-error.ts';

const GITHUB = { title: 'GitHub', statusPage: 'https://www.githubstatus.com', requestIdHeader: 'x-github-request-id' };

/** https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api */
const errorBody = z
  .object({
    documentation_url: z
      .string()
      .regex(/^https:\/\/docs\.github\.com\/[\w./#?=@-]{0,200}$/)
      .optional()
      .catch(undefined),
    errors: z
      .array(z.object({ resource: machineCode, field: machineCode, code: machineCode }))
      .max(100)
      .optional()
      .catch(undefined),
  })
  .catch({});

const SECONDARY_LIMIT: Explanation = [
  'rate_limited',
  'GitHub refused the call: its secondary rate limit was reached.',
  'Wait at least a minute, then call less often. Nothing was executed.',
];

const BY_STATUS: Readonly<Record<number, Explanation>> = {
  404: [
    'not_found',
    'GitHub has no such object, or the token may not see it.',
    'Check owner, repo and number; a private repository needs a token with access to it.',
  ],
  410: ['not_found', 'GitHub says that this is gone or switched off.', 'Issues may be disabled in this repository.'],
  422: ['rejected', 'GitHub rejected the request.', 'Correct the fields that details name, then call again.'],
};

/** The fields at fault and the page of the documentation stay, the prose goes. */
export function toGitHubError(answer: ErrorAnswer): AppError {
  const { documentation_url, errors } = errorBody.parse(answer.body);
  const isSecondary = answer.status === 403 && /secondary-rate-limits/.test(documentation_url ?? '');
  const known = isSecondary ? SECONDARY_LIMIT : BY_STATUS[answer.status];
  return statusError(GITHUB, answer, { documentation_url, errors }, known);
}
