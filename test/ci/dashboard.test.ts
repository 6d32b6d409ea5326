import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CI_RUN } from '../support/ci-only.ts';
import { addHostileText, HOSTILE, STORY_ENV, tellStory } from '../support/dashboard-story.ts';
import {
  LAUNCHER,
  onTestEnd,
  ROOT,
  serverEnv,
  startServer,
  succeed,
  temporaryFolder,
} from '../support/server-process.ts';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const VIEWS = ['health', 'events', 'payments', 'subscriptions', 'memories'] as const;
const SCHEMES = ['light', 'dark'] as const;
const IMAGES = join(ROOT, 'docs/images');
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');

let story = '';
let browser: Browser;

interface Shown {
  child: ChildProcess;
  page: Page;
  folder: string;
  /** What the browser complained about. */
  complaints: string[];
}

/** The command, and the link that it prints. */
async function startCommand(folder: string, port = '0') {
  const args = [LAUNCHER, 'dashboard', '--no-open', '--json', '--port', port];
  const env = { ...serverEnv(folder, STORY_ENV), BREAKWATER_LOG: 'error' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestEnd(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url } = JSON.parse(String(line)) as { url: string };
  return { url, child };
}

/** The dashboard of a copy of the story, opened by the link that the command prints. */
async function show(options: Parameters<Browser['newContext']>[0] = {}, from = story): Promise<Shown> {
  const folder = temporaryFolder();
  cpSync(from, folder, { recursive: true });
  const { url, child } = await startCommand(folder);
  const context = await browser.newContext({ viewport: { width: 1240, height: 800 }, locale: 'en-GB', ...options });
  onTestEnd(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => request.url().startsWith(new URL(url).origin) || complaints.push(request.url()));
  await page.goto(url);
  await page.getByText('Live', { exact: true }).waitFor();
  return { page, folder, complaints, child };
}

/** A view, and the first thing in it. */
async function open(page: Page, view: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/${view}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  if (view === 'health') return page.locator('.card').first().waitFor();
  await page.locator('.rows a').first().click();
  await page.getByRole('article').waitFor();
}

/** Those that docs/dashboard.md shows. */
const PICTURES = ['health-light', 'events-light', 'payments-dark', 'subscriptions-light', 'memories-dark'];

/** For the pictures, rows with more to show than the first: what they say, and what the article then says. */
const TELLING: Readonly<Record<string, readonly [row: string, article: string]>> = {
  events: ['processed', 'processed'],
  payments: ['order-1043', 'order-1043'],
};

async function choose(page: Page, view: string): Promise<void> {
  const [row, article] = TELLING[view] ?? [];
  if (row === undefined || article === undefined) return;
  await page.locator('.rows a', { hasText: row }).first().click();
  await page.getByRole('article').getByText(article).first().waitFor();
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations: found } = (await page.evaluate('axe.run()')) as AxeResults;
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

describe.skipIf(!CI_RUN)('the dashboard in Chromium', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    story = mkdtempSync(join(tmpdir(), 'breakwater-story-'));
    await tellStory(story);
    const executablePath = BROWSERS.find((path) => existsSync(path));
    if (executablePath === undefined) throw new Error('There is no Chromium: apt-get install chromium.');
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(story, { recursive: true, force: true });
  });

  it.each(SCHEMES)('has no accessibility violation and no complaint in any view (%s)', async (colorScheme) => {
    const { page, complaints } = await show({ colorScheme, reducedMotion: 'reduce' });
    for (const view of VIEWS) {
      await open(page, view);
      expect(await violations(page), view).toEqual([]);
      await choose(page, view);
      await takePicture(page, `${view}-${colorScheme}`);
    }
    await page.getByRole('button', { name: 'Delete…' }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.getByRole('button', { name: 'Edit' }).click();
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 380, height: 700 });
    for (const view of VIEWS) {
      await open(page, view);
      expect(await violations(page), `${view}, narrow`).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), view).toBeLessThanOrEqual(0);
    }
    expect(complaints).toEqual([]);
  });

  it('says what to do where there is nothing', async () => {
    const { page, complaints } = await show({}, temporaryFolder());
    for (const view of VIEWS) {
      await page.goto(`${new URL(page.url()).origin}/#/${view}`);
      await page
        .getByText(/No \w+.* yet/)
        .first()
        .waitFor();
      expect(await violations(page), view).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });

  it('runs nothing of what is stored', async () => {
    const hostile = temporaryFolder();
    cpSync(story, hostile, { recursive: true });
    await addHostileText(hostile);
    const { page, complaints } = await show({}, hostile);
    for (const view of VIEWS) {
      await open(page, view);
      for (const row of await page.locator('.rows a').all()) {
        await row.click();
        await page.getByRole('article').waitFor();
        await page.waitForTimeout(50);
      }
    }
    await open(page, 'health');
    await page.locator('.lane-note').getByText(HOSTILE).first().waitFor();
    for (const view of ['memories', 'events']) {
      await open(page, view);
      await page.getByRole('article').getByText('window.hacked=1').last().waitFor();
    }
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('img[src="x"], #page script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('shows what another process does within two seconds', async () => {
    const { page, folder } = await show();
    await open(page, 'memories');
    const server = await startServer(folder, STORY_ENV);
    const fresh = { content: 'Seen while it happens', context_type: 'insight', importance: 5, tags: [] };
    const { memory_id } = await succeed(server, 'store_memory', fresh);
    await page.getByText('Seen while it happens').waitFor({ timeout: 2_000 });
    await page.getByText('Seen while it happens').click();
    await succeed(server, 'update_memory', { memory_id, summary: 'Changed while it is looked at' });
    await page.getByRole('heading', { name: 'Changed while it is looked at' }).waitFor({ timeout: 2_000 });
    await open(page, 'health');
    await succeed(server, 'control_breaker', { integration: 'github', action: 'open', reason: 'a drill' });
    await page.getByText(': a drill').last().waitFor({ timeout: 2_000 });
  });

  it('replays an event to a handler on this machine and shows its answer', async () => {
    const bodies: string[] = [];
    const handler = createServer((req, res) => {
      req.setEncoding('utf8').on('data', (part: string) => bodies.push(part));
      req.on('end', () => res.end('thanks'));
    }).listen(0, '127.0.0.1');
    onTestEnd(() => void handler.close());
    await once(handler, 'listening');
    const { page } = await show();
    await page.goto(`${new URL(page.url()).origin}/#/events`);
    await page
      .getByRole('link', { name: /payment_intent\.succeeded.*processed/ })
      .first()
      .click();
    await page.getByLabel('Handler on this machine').fill('http://example.com/hook');
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('leads away from this machine').waitFor();
    await page
      .getByLabel('Handler on this machine')
      .fill(`http://127.0.0.1:${(handler.address() as AddressInfo).port}/hook`);
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('The handler answered 200').waitFor();
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ type: 'payment_intent.succeeded' });
    await page.locator('.attempts').getByText('replay').waitFor();
  });

  it('edits and deletes memories with the keyboard alone', async () => {
    const { page } = await show();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = async () =>
      String(
        await page.evaluate(
          "document.activeElement.labels?.[0]?.textContent || document.activeElement.textContent || ''",
        ),
      );
    /** Goes on until what has the focus has this name. */
    const tabTo = async (name: string) => {
      for (let step = 0; step < 40; step += 1) {
        await press('Tab');
        if ((await focused()).startsWith(name)) return;
      }
      throw new Error(`"${name}" cannot be reached.`);
    };
    await tabTo('Skip to content');
    await tabTo('Memories');
    await press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.outerHTML')).toBe('<h1 tabindex="-1">Memories</h1>');
    await tabTo('Search');
    await page.keyboard.type('acknowledges');
    await expect.poll(() => page.locator('.rows a').count(), { timeout: 5_000 }).toBe(1);
    await tabTo('The webhook handler');
    await press('Enter');
    await page.getByRole('article').waitFor();
    await tabTo('Edit');
    await press('Enter');
    await expect.poll(focused).toBe('Summary');
    await press('ControlOrMeta+a');
    await page.keyboard.type('Acknowledges first');
    await press('Enter');
    await page.getByText('Saved.').waitFor();
    await expect.poll(focused).toBe('Edit');
    await page.getByRole('heading', { name: 'Acknowledges first' }).waitFor();
    await tabTo('Delete…');
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await press('Escape');
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    await press('Enter');
    await tabTo('Delete');
    await press('Enter');
    await page.getByText('Nothing found').waitFor();
    await expect.poll(focused).toBe('Memories');
  });

  it('serves more tabs than a browser has connections, those live that were looked at last', async () => {
    const { page } = await show();
    const state = (tab: Page) => tab.getByRole('status').first().innerText();
    const tabs = [page];
    for (let count = 1; count < 8; count += 1) {
      const tab = await page.context().newPage();
      await tab.goto(`${new URL(page.url()).origin}/#/memories`, { timeout: 5_000 });
      await tab.locator('.rows a').first().waitFor({ timeout: 5_000 });
      tabs.push(tab);
    }
    await expect.poll(() => state(page)).toMatch(/^Paused/);
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.locator('.rows a').first().waitFor({ timeout: 5_000 });
    await expect.poll(() => state(page)).toBe('Live');
    const [, second] = tabs;
    if (second === undefined) throw new Error('There is one tab only.');
    await expect.poll(() => state(second)).toMatch(/^Paused/);
    await second.evaluate("dispatchEvent(new Event('focus'))");
    await expect.poll(() => state(second)).toBe('Live');
  });

  it('says so when the command ends, and goes on in the same tab when it is started again', async () => {
    const { page, folder, child } = await show();
    await open(page, 'memories');
    const { port, origin } = new URL(page.url());
    child.kill('SIGKILL');
    await page.getByText('Not connected').waitFor();
    const { url } = await startCommand(folder, port);
    await page.getByText('This page needs a new link').waitFor({ timeout: 20_000 });
    expect(await violations(page)).toEqual([]);
    const other = await page.context().newPage();
    await other.goto(url);
    await other.getByText('Live', { exact: true }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(new URL(page.url()).origin).toBe(origin);
    await page.locator('.rows a').first().waitFor();
  });

  it('opens once, in one browser', async () => {
    const { page } = await show();
    const { origin } = new URL(page.url());
    expect(page.url()).not.toMatch(/#[\w-]{43}/);
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
    const other = await browser.newContext();
    onTestEnd(() => other.close());
    const stranger = await other.newPage();
    await stranger.goto(`${origin}/#${'x'.repeat(43)}`);
    await stranger.getByText('This page needs a new link').waitFor();
  });
});

/** The pictures of the docs; an existing one stays, since every run has other times in it. */
async function takePicture(page: Page, name: string): Promise<void> {
  const path = join(IMAGES, `dashboard-${name}.png`);
  if (!PICTURES.includes(name) || existsSync(path)) return;
  mkdirSync(IMAGES, { recursive: true });
  await page.screenshot({ path });
}
