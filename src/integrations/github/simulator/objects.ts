/** The objects of GitHub's REST API, as far as the simulator fills them: https://docs.github.com/rest */

export interface User {
  login: string;
  id: number;
  node_id: string;
  type: 'User';
  site_admin: boolean;
  url: string;
  html_url: string;
}

export interface Repository {
  id: number;
  node_id: string;
  name: string;
  full_name: string;
  private: boolean;
  owner: User;
  html_url: string;
  url: string;
  description: string | null;
  default_branch: string;
  has_issues: boolean;
  open_issues_count: number;
  created_at: string;
  updated_at: string;
  pushed_at: string;
}

export interface Issue {
  id: number;
  node_id: string;
  number: number;
  title: string;
  user: User;
  labels: { id: number; name: string; color: string; default: boolean }[];
  state: 'open' | 'closed';
  state_reason: string | null;
  locked: boolean;
  assignee: null;
  assignees: [];
  milestone: null;
  comments: number;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
  body: string | null;
  url: string;
  html_url: string;
  comments_url: string;
}

export interface Comment {
  id: number;
  node_id: string;
  body: string;
  user: User;
  created_at: string;
  updated_at: string;
  url: string;
  html_url: string;
  issue_url: string;
}

export interface Hook {
  type: 'Repository';
  id: number;
  name: 'web';
  active: boolean;
  events: string[];
  config: { url: string; content_type: 'json'; insecure_ssl: '0' };
  created_at: string;
  updated_at: string;
  url: string;
}
