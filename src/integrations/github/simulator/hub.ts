import type { Comment, Hook, Issue, Repository, User } from './objects.ts';

const MAX_OBJECTS = 10_000;

interface Place {
  readonly repository: Repository;
  readonly issues: Issue[];
  readonly comments: Map<number, Comment[]>;
  readonly hooks: { hook: Hook; secret: string }[];
}

/** What one simulated GitHub holds: repositories with issues, comments and webhooks. */
export class Hub {
  readonly user: User;
  readonly #now: () => number;
  readonly #origin: string;
  readonly #places = new Map<string, Place>();
  #lastId = 1_000;

  constructor(now: () => number, origin: string) {
    this.#now = now;
    this.#origin = origin;
    this.user = {
      login: 'octocat',
      id: 583231,
      node_id: 'MDQ6VXNlcjU4MzIzMQ==',
      type: 'User',
      site_admin: false,
      url: `${origin}/users/octocat`,
      html_url: 'https://github.com/octocat',
    };
    this.addRepository('hello-world', null, false);
  }

  get repositories(): Repository[] {
    return [...this.#places.values()].map(({ repository }) => repository).reverse();
  }

  find(owner: string, name: string): Place | undefined {
    return this.#places.get(`${owner}/${name}`.toLowerCase());
  }

  time(): string {
    return new Date(this.#now()).toISOString().replace(/\.\d{3}Z$/, 'Z');
  }

  addRepository(name: string, description: string | null, isPrivate: boolean): Repository {
    const { login } = this.user;
    const id = this.#nextId();
    const at = this.time();
    const repository: Repository = {
      id,
      node_id: nodeId('Repository', id),
      name,
      full_name: `${login}/${name}`,
      private: isPrivate,
      owner: this.user,
      html_url: `https://github.com/${login}/${name}`,
      url: `${this.#origin}/repos/${login}/${name}`,
      description,
      default_branch: 'main',
      has_issues: true,
      open_issues_count: 0,
      created_at: at,
      updated_at: at,
      pushed_at: at,
    };
    this.#places.set(repository.full_name.toLowerCase(), { repository, issues: [], comments: new Map(), hooks: [] });
    return repository;
  }

  addIssue({ repository, issues }: Place, title: string, body: string | null, labels: readonly string[]): Issue {
    const id = this.#nextId();
    const number = issues.length + 1;
    const at = this.time();
    const url = `${repository.url}/issues/${number}`;
    const issue: Issue = {
      id,
      node_id: nodeId('Issue', id),
      number,
      title,
      user: this.user,
      labels: this.labels(labels),
      state: 'open',
      state_reason: null,
      locked: false,
      assignee: null,
      assignees: [],
      milestone: null,
      comments: 0,
      created_at: at,
      updated_at: at,
      closed_at: null,
      body,
      url,
      html_url: `${repository.html_url}/issues/${number}`,
      comments_url: `${url}/comments`,
    };
    issues.push(issue);
    repository.open_issues_count += 1;
    return issue;
  }

  labels(names: readonly string[]): Issue['labels'] {
    return names.map((name) => ({ id: this.#nextId(), name, color: 'ededed', default: false }));
  }

  addComment({ repository, comments }: Place, issue: Issue, body: string): Comment {
    const id = this.#nextId();
    const at = this.time();
    const comment: Comment = {
      id,
      node_id: nodeId('IssueComment', id),
      body,
      user: this.user,
      created_at: at,
      updated_at: at,
      url: `${repository.url}/issues/comments/${id}`,
      html_url: `${issue.html_url}#issuecomment-${id}`,
      issue_url: issue.url,
    };
    comments.set(issue.number, [...(comments.get(issue.number) ?? []), comment]);
    issue.comments += 1;
    return comment;
  }

  addHook({ repository, hooks }: Place, url: string, secret: string, events: string[]): Hook {
    const id = this.#nextId();
    const at = this.time();
    const hook: Hook = {
      type: 'Repository',
      id,
      name: 'web',
      active: true,
      events,
      config: { url, content_type: 'json', insecure_ssl: '0' },
      created_at: at,
      updated_at: at,
      url: `${repository.url}/hooks/${id}`,
    };
    hooks.push({ hook, secret });
    return hook;
  }

  /** True when nothing more is taken. */
  get isFull(): boolean {
    return this.#lastId > MAX_OBJECTS + 1_000;
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

export type { Place };

function nodeId(kind: string, id: number): string {
  return Buffer.from(`0${kind.length}:${kind}${id}`).toString('base64');
}
