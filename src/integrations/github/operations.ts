import * as z from 'zod';
import type { Pagination } from '../pagination.ts';
import { get, operations, patch, post } from '../rest-table.ts';

/** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
const LINKS: Pagination = { by: 'link', size: { param: 'per_page', max: 100 } };
const page = { per_page: z.int().min(1).max(100).optional(), page: z.int().min(1).optional() };

const repository = { owner: z.string().min(1).max(100), repo: z.string().min(1).max(100) };
const numbered = { ...repository, issue_number: z.int().positive() };
const text = z.string().max(65_536).optional();
const texts = z.array(z.string().max(255)).max(100).optional();
const direction = z.enum(['asc', 'desc']).optional();

const user = z.object({ login: z.string() }).nullish();
const label = z.union([z.string(), z.object({ name: z.string().nullish() })]);

const issue = z.object({
  id: z.int(),
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  state_reason: z.string().nullish(),
  html_url: z.string(),
  user,
  labels: z.array(label).optional(),
  assignees: z.array(z.object({ login: z.string() })).nullish(),
  comments: z.int().optional(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullish(),
  /** Set where the issue is a pull request. */
  pull_request: z.object({ html_url: z.string().nullish() }).optional(),
});

const comment = z.object({
  id: z.int(),
  body: z.string().nullish(),
  html_url: z.string(),
  user,
  created_at: z.string(),
  updated_at: z.string(),
});

const branch = z.object({ ref: z.string(), sha: z.string() });
const pullRequest = z.object({
  id: z.int(),
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  draft: z.boolean().optional(),
  merged_at: z.string().nullish(),
  html_url: z.string(),
  user,
  head: branch,
  base: branch,
  created_at: z.string(),
  updated_at: z.string(),
});

const repositoryAnswer = z.object({
  id: z.int(),
  full_name: z.string(),
  description: z.string().nullish(),
  private: z.boolean(),
  default_branch: z.string(),
  html_url: z.string(),
  archived: z.boolean().optional(),
  open_issues_count: z.int().optional(),
  language: z.string().nullish(),
  pushed_at: z.string().nullish(),
});

const workflowRun = z.object({
  id: z.int(),
  name: z.string().nullish(),
  status: z.string().nullish(),
  conclusion: z.string().nullish(),
  head_branch: z.string().nullish(),
  event: z.string().optional(),
  html_url: z.string(),
  created_at: z.string(),
});

const issueFields = { body: text, labels: texts, assignees: texts, milestone: z.int().positive().nullish() };
const ISSUES = '/repos/{owner}/{repo}/issues';
const PULLS = '/repos/{owner}/{repo}/pulls';
const ACTIONS = '/repos/{owner}/{repo}/actions';

/** https://docs.github.com/rest/issues, …/pulls, …/repos and …/actions */
export const gitHubOperations = operations({
  getRepository: get('/repos/{owner}/{repo}', 'A repository', repository, repositoryAnswer),

  listIssues: get(
    ISSUES,
    'Issues and pull requests of a repository',
    {
      ...repository,
      ...page,
      state: z.enum(['open', 'closed', 'all']).optional(),
      labels: z.string().max(1000).optional().describe('Names, with commas between them'),
      assignee: z.string().max(100).optional(),
      creator: z.string().max(100).optional(),
      since: z.string().max(40).optional().describe('ISO 8601 time of the last change'),
      sort: z.enum(['created', 'updated', 'comments']).optional(),
      direction,
    },
    z.array(issue),
    { pagination: LINKS },
  ),
  getIssue: get(`${ISSUES}/{issue_number}`, 'One issue', numbered, issue),
  createIssue: post(
    ISSUES,
    'Opens an issue',
    { ...repository, title: z.string().min(1).max(256), ...issueFields },
    issue,
  ),
  updateIssue: patch(
    `${ISSUES}/{issue_number}`,
    'Changes, closes or reopens an issue',
    {
      ...numbered,
      title: z.string().min(1).max(256).optional(),
      state: z.enum(['open', 'closed']).optional(),
      state_reason: z.enum(['completed', 'not_planned', 'duplicate', 'reopened']).nullish(),
      ...issueFields,
    },
    issue,
  ),

  listComments: get(
    `${ISSUES}/{issue_number}/comments`,
    'Comments of an issue or pull request',
    { ...numbered, ...page, since: z.string().max(40).optional() },
    z.array(comment),
    { pagination: LINKS },
  ),
  createComment: post(
    `${ISSUES}/{issue_number}/comments`,
    'Comments on an issue or pull request',
    { ...numbered, body: z.string().min(1).max(65_536) },
    comment,
  ),
  updateComment: patch(
    `${ISSUES}/comments/{comment_id}`,
    'Changes a comment',
    { ...repository, comment_id: z.int().positive(), body: z.string().min(1).max(65_536) },
    comment,
  ),

  listPullRequests: get(
    PULLS,
    'Pull requests of a repository',
    {
      ...repository,
      ...page,
      state: z.enum(['open', 'closed', 'all']).optional(),
      head: z.string().max(255).optional().describe('user:branch'),
      base: z.string().max(255).optional(),
      sort: z.enum(['created', 'updated', 'popularity', 'long-running']).optional(),
      direction,
    },
    z.array(pullRequest),
    { pagination: LINKS },
  ),
  getPullRequest: get(
    `${PULLS}/{pull_number}`,
    'One pull request',
    { ...repository, pull_number: z.int().positive() },
    pullRequest,
  ),

  dispatchWorkflow: post(
    `${ACTIONS}/workflows/{workflow_id}/dispatches`,
    'Starts a workflow that has the trigger workflow_dispatch',
    {
      ...repository,
      workflow_id: z.string().min(1).max(255).describe('File name, e.g. deploy.yml, or id'),
      ref: z.string().min(1).max(255).describe('Branch or tag'),
      inputs: z.record(z.string(), z.unknown()).optional(),
    },
    z.object({ workflow_run_id: z.int().optional() }).optional(),
  ),
  listWorkflowRuns: get(
    `${ACTIONS}/runs`,
    'Runs of workflows, newest first',
    { ...repository, ...page, branch: z.string().max(255).optional(), status: z.string().max(40).optional() },
    z.object({ total_count: z.int(), workflow_runs: z.array(workflowRun) }),
    { pagination: { ...LINKS, items: 'workflow_runs' } },
  ),
});
