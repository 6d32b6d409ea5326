import { render } from 'preact';
import type { ApiError } from './api.ts';
import { get, signIn, signOut } from './api.ts';
import { App, Locked } from './app.tsx';
import { toError } from './live.ts';
import { Failure } from './parts.tsx';

const root = document.getElementById('page');
if (root !== null) render(await start(), root);

async function start() {
  if (!(await signIn())) return <Locked />;
  try {
    const { workspace } = await get<{ workspace: string }>('workspace');
    return <App workspace={workspace} />;
  } catch (thrown) {
    return startFailed(toError(thrown));
  }
}

function startFailed(error: ApiError) {
  if (error.code !== 'unauthorized') return <Failure error={error} />;
  signOut();
  return <Locked />;
}
