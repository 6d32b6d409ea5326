import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

const AUTHOR = { name: 'Mona Lisa', email: 'mona@example.com', username: 'octocat' };
const SENDER = {
  login: 'octocat',
  id: 583231,
  type: 'User',
  site_admin: false,
  html_url: 'https://github.com/octocat',
};

function repository({ seconds }: ExampleContext) {
  return {
    id: 1296269,
    node_id: 'MDEwOlJlcG9zaXRvcnkxMjk2MjY5',
    name: 'hello-world',
    full_name: 'octocat/hello-world',
    private: false,
    owner: SENDER,
    html_url: 'https://github.com/octocat/hello-world',
    url: 'https://api.github.com/repos/octocat/hello-world',
    default_branch: 'main',
    pushed_at: seconds,
  };
}

/** A commit's hash; letters that no hash has are replaced. */
function sha({ uuid }: ExampleContext): string {
  return `${uuid()}${uuid()}`.replaceAll('-', '').slice(0, 40);
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const types: Readonly<Record<string, EventType>> = {
  push: {
    about:
      'Commits or a tag were pushed, or a branch was created or deleted. `deleted` has no commits, and long pushes do not list all.',
    example: (context) => {
      const [before, after] = [sha(context), sha(context)];
      const commit = {
        id: after,
        tree_id: sha(context),
        distinct: true,
        message: 'Correct the greeting',
        timestamp: context.iso,
        url: `https://github.com/octocat/hello-world/commit/${after}`,
        author: AUTHOR,
        committer: AUTHOR,
        added: [],
        removed: [],
        modified: ['README.md'],
      };
      return {
        ref: 'refs/heads/main',
        before,
        after,
        created: false,
        deleted: false,
        forced: false,
        base_ref: null,
        compare: `https://github.com/octocat/hello-world/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
        commits: [commit],
        head_commit: commit,
        repository: repository(context),
        pusher: { name: AUTHOR.username, email: AUTHOR.email },
        sender: SENDER,
      };
    },
  },
  pull_request: {
    about:
      '`action` says what happened: `opened`, `synchronize` (new commits), `closed` (with `merged`), and others. Pass over unknown ones.',
    example: (context) => ({
      action: 'opened',
      number: 7,
      pull_request: {
        id: 1934567,
        number: 7,
        state: 'open',
        locked: false,
        title: 'Greet in two languages',
        user: SENDER,
        body: 'Adds a second greeting.',
        created_at: context.iso,
        updated_at: context.iso,
        closed_at: null,
        merged_at: null,
        draft: false,
        head: { label: 'octocat:two-languages', ref: 'two-languages', sha: sha(context), repo: repository(context) },
        base: { label: 'octocat:main', ref: 'main', sha: sha(context), repo: repository(context) },
        merged: false,
        mergeable: null,
        comments: 0,
        commits: 1,
        additions: 4,
        deletions: 1,
        changed_files: 1,
        html_url: 'https://github.com/octocat/hello-world/pull/7',
      },
      repository: repository(context),
      sender: SENDER,
    }),
  },
  issues: {
    about: '`action` says what happened: `opened`, `edited`, `closed`, `labeled`, and others. Pass over unknown ones.',
    example: (context) => ({
      action: 'opened',
      issue: {
        id: 2345678,
        number: 8,
        title: 'The greeting is missing a comma',
        user: SENDER,
        labels: [],
        state: 'open',
        assignee: null,
        comments: 0,
        created_at: context.iso,
        updated_at: context.iso,
        closed_at: null,
        body: null,
        html_url: 'https://github.com/octocat/hello-world/issues/8',
      },
      repository: repository(context),
      sender: SENDER,
    }),
  },
  ping: {
    about: 'The webhook was created. Answer 2xx.',
    example: (context) => ({
      zen: 'A calm harbour has a strong wall.',
      hook_id: 109948940,
      hook: {
        type: 'Repository',
        id: 109948940,
        name: 'web',
        active: true,
        events: ['push', 'pull_request'],
        config: { content_type: 'json', insecure_ssl: '0', url: 'https://example.com/webhooks/github' },
      },
      repository: repository(context),
      sender: SENDER,
    }),
  },
};

export const githubEvents: EventExamples = {
  layout: 'compact',
  headers: { 'user-agent': 'GitHub-Hookshot/044aadd', 'x-github-hook-id': '109948940' },
  types,
};
