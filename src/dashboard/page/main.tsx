import { render } from 'preact';
import { get, onAccessEnd, signIn, toError } from './api.ts';
import { App, Locked } from './app.tsx';
import { Failure } from './parts.tsx';

const root = document.getElementById('page');
if (root !== null) {
  onAccessEnd(() => render(<Locked />, root));
  const page = await start();
  if (page !== undefined) render(page, root);
}

/** Undefined where the access has ended meanwhile. */
async function start() {
  try {
    if (!(await signIn())) return <Locked />;
    const { workspace } = await get<{ workspace: string }>('workspace');
    return <App workspace={workspace} />;
  } catch (thrown) {
    const error = toError(thrown);
    return error.code === 'unauthorized' ? undefined : <Failure error={error} />;
  }
}
