import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Redactor } from '../../src/core/redact.ts';
import { createSecrets, parseSettings, SETTINGS } from '../../src/settings.ts';

/** What the machine knows of this user. */
const HOME = userInfo().homedir;
/** As in a container that runs under a number without an entry in its list of users. */
const nobody = vi.hoisted(() => ({ isUnknown: false }));
vi.mock('node:os', async (load) => {
  const os = await load<typeof import('node:os')>();
  const userInfo = () => {
    if (nobody.isUnknown) throw new Error('uv_os_get_passwd returned ENOENT (no such file or directory)');
    return os.userInfo();
  };
  return { ...os, userInfo };
});
const CWD = '/projects/shop';

describe('parseSettings', () => {
  it.each([
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
    [{ OTEL_TRACES_EXPORTER: '' }, false],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' }, false],
    [{}, false],
  ])('sees in %j whether telemetry is wanted', (env, telemetry) => {
    expect(parseSettings(env, '/work').telemetry).toBe(telemetry);
  });

  it('has a default for everything', () => {
    expect(parseSettings({}, CWD)).toEqual({
      databasePath: expect.stringMatching(/breakwater[/\\]breakwater\.db$/),
      workspace: CWD,
      libraryPackage: '@metasaver/multi-mono',
      projectRoot: CWD,
      projectIsGuessed: true,
      agent: '',
      sessionId: undefined,
      allowLive: false,
      protocol: '2025',
      offer: { toolsets: undefined, readOnly: false },
      logLevel: 'info',
      telemetry: false,
    });
  });

  it('takes what is given', () => {
    const env = {
      BREAKWATER_DB: 'data/own.db',
      BREAKWATER_WORKSPACE: 'the shop',
      BREAKWATER_AGENT: 'reviewer',
      BREAKWATER_ALLOW_LIVE: '1',
      BREAKWATER_LOG: 'debug',
      BREAKWATER_PROTOCOL: 'auto',
      BREAKWATER_TOOLSETS: 'memory, resilience',
      BREAKWATER_READ_ONLY: '1',
      CLAUDE_CODE_SESSION_ID: 'session-1',
      CLAUDE_PROJECT_DIR: '/elsewhere',
      BREAKWATER_LIBRARY_PACKAGE: '@shop/shared',
    };
    expect(parseSettings(env, CWD)).toEqual({
      databasePath: '/projects/shop/data/own.db',
      workspace: 'the shop',
      libraryPackage: '@shop/shared',
      projectRoot: '/elsewhere',
      projectIsGuessed: false,
      agent: 'reviewer',
      sessionId: 'session-1',
      allowLive: true,
      protocol: 'auto',
      offer: { toolsets: ['memory', 'resilience'], readOnly: true },
      logLevel: 'debug',
      telemetry: false,
    });
  });

  it.each(['', '  ', `\${BREAKWATER_DB}`, `\${WHATEVER:-x}`])('takes %j for unset, in every variable', (value) => {
    const names = [
      ...SETTINGS.map(({ name }) => name),
      'CLAUDE_PROJECT_DIR',
      'CLAUDE_CODE_SESSION_ID',
      'XDG_DATA_HOME',
      'HOME',
    ];
    const env = Object.fromEntries(names.map((name) => [name, value]));
    expect(parseSettings(env, CWD)).toEqual(parseSettings({}, CWD));
  });

  it.each([':memory:', 'file:x.db?mode=ro', 'file:///x.db'])('takes %s for no path of a file', (value) => {
    expect(() => parseSettings({ BREAKWATER_DB: value }, CWD)).toThrow('BREAKWATER_DB must be the path of a file.');
  });

  it.skipIf(process.platform === 'win32')('takes a link and what it leads to for one database', () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'breakwater-settings-')));
    symlinkSync(join(folder, 'real.db'), join(folder, 'link.db'));
    const { databasePath } = parseSettings({ BREAKWATER_DB: join(folder, 'link.db') }, CWD);
    rmSync(folder, { recursive: true });
    expect(databasePath).toBe(join(folder, 'real.db'));
  });

  it('takes the folder of the project from the client', () => {
    expect(parseSettings({ CLAUDE_PROJECT_DIR: '/elsewhere/x' }, CWD).workspace).toBe('/elsewhere/x');
    expect(parseSettings({ CLAUDE_PROJECT_DIR: 'sub' }, CWD).workspace).toBe('/projects/shop/sub');
  });

  it.each([
    ['~/own.db', join(HOME, 'own.db')],
    ['/tmp/own.db', '/tmp/own.db'],
    ['./own.db', '/projects/shop/own.db'],
    ['~own.db', '/projects/shop/~own.db'],
  ])('finds the database at %s', (value, expected) => {
    expect(parseSettings({ BREAKWATER_DB: value }, CWD).databasePath).toBe(expected);
  });

  it.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['false', false],
  ])('consent to live mode: %s is %s', (value, expected) => {
    expect(parseSettings({ BREAKWATER_ALLOW_LIVE: value }, CWD).allowLive).toBe(expected);
  });

  it.each(['yes', 'TRUE', '2', ' 1', 'on'])('takes %j neither for consent nor for none', (value) => {
    expect(() => parseSettings({ BREAKWATER_ALLOW_LIVE: value }, CWD)).toThrow('BREAKWATER_ALLOW_LIVE must be 1 or 0.');
  });

  it('names the levels when one is unknown', () => {
    expect(() => parseSettings({ BREAKWATER_LOG: 'trace' }, CWD)).toThrow(
      'BREAKWATER_LOG must be one of silent, error, warn, info, debug.',
    );
  });
});

describe('the default place of the database', () => {
  const platform = process.platform;
  afterEach(() => {
    nobody.isUnknown = false;
    Object.defineProperty(process, 'platform', { value: platform });
  });

  it.each([
    ['linux', {}, join(HOME, '.local/share/breakwater/breakwater.db')],
    ['linux', { HOME: '/home/ada' }, '/home/ada/.local/share/breakwater/breakwater.db'],
    ['linux', { HOME: 'relative' }, join(HOME, '.local/share/breakwater/breakwater.db')],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/breakwater/breakwater.db'],
    ['linux', { XDG_DATA_HOME: 'relative' }, join(HOME, '.local/share/breakwater/breakwater.db')],
    ['darwin', { XDG_DATA_HOME: '/data' }, join(HOME, 'Library/Application Support/breakwater/breakwater.db')],
    ['win32', {}, join(HOME, 'AppData/Local/breakwater/breakwater.db')],
    ['win32', { LOCALAPPDATA: '/c/local' }, '/c/local/breakwater/breakwater.db'],
  ])('on %s with %j', (name, env, expected) => {
    Object.defineProperty(process, 'platform', { value: name });
    expect(parseSettings(env, CWD).databasePath).toBe(expected);
  });

  it.each([
    undefined,
    '',
    `\${HOME}`,
    'relative',
  ])('is nowhere for a user without a home folder: HOME is %j', (HOME) => {
    nobody.isUnknown = true;
    expect(parseSettings({ HOME }, CWD).databasePath).toBe('');
    expect(parseSettings({ HOME, BREAKWATER_DB: '/data/own.db' }, CWD).databasePath).toBe('/data/own.db');
    expect(() => parseSettings({ HOME, BREAKWATER_DB: '~/own.db' }, CWD)).toThrow(
      'BREAKWATER_DB begins with ~, and there is no home folder.',
    );
  });
});

describe('createSecrets', () => {
  it('reads at the moment of use, and makes what it read known to the redactor', () => {
    const redactor = new Redactor();
    const env: Record<string, string> = {};
    const secrets = createSecrets(env, redactor);
    expect(secrets.get('SHOP_ACCESS')).toBeUndefined();
    env['SHOP_ACCESS'] = 'correct horse';
    expect(redactor.find('correct horse')).toBeUndefined();
    expect(secrets.get('SHOP_ACCESS')).toBe('correct horse');
    expect(redactor.find('correct horse')).toBe('configured_secret');
  });

  it.each(['', ' ', `\${STRIPE_SECRET_KEY}`])('takes %j for unset', (value) => {
    expect(createSecrets({ KEY: value }, new Redactor()).get('KEY')).toBeUndefined();
  });

  it.each([
    [{ CLAUDE_PLUGIN_OPTION_API_KEY: 'of the plugin' }, 'of the plugin'],
    [{ CLAUDE_PLUGIN_OPTION_API_KEY: 'of the plugin', API_KEY: 'of the environment' }, 'of the environment'],
    [{ CLAUDE_PLUGIN_OPTION_API_KEY: 'of the plugin', API_KEY: `\${API_KEY}` }, 'of the plugin'],
    [{ CLAUDE_PLUGIN_OPTION_API_KEY: '', API_KEY: 'of the environment' }, 'of the environment'],
    [{ CLAUDE_PLUGIN_OPTION_API_KEY: `\${user_config.api_key}` }, undefined],
  ])('takes an option of the plugin where the environment has nothing: %j', (env, expected) => {
    expect(createSecrets(env, new Redactor()).get('API_KEY')).toBe(expected);
  });

  it('knows from the start what the names of variables call secret', () => {
    const redactor = new Redactor();
    const learn = vi.spyOn(redactor, 'learn');
    createSecrets(
      {
        OTHER_API_KEY: 'horse-number-1',
        db_password: 'horse-number-2',
        TOKEN: 'horse-number-3',
        KEYBOARD: 'horse four',
        MONKEY: 'horse six',
        PATH: 'horse five',
        SECRET_BACKEND: 'production',
      },
      redactor,
    );
    expect(learn.mock.calls.flat().sort()).toEqual(['horse-number-1', 'horse-number-2', 'horse-number-3']);
  });

  it('refuses a set of tools that nobody knows, with those there are', () => {
    const refuse = (sets: string) => expect(() => parseSettings({ BREAKWATER_TOOLSETS: sets }, CWD));
    refuse('memory,nope').toThrow(
      'Name 2 in BREAKWATER_TOOLSETS is no set that is known. The sets: integrations, payments, resilience, webhooks, code, memory.',
    );
    refuse('memory,').toThrow('Name 2 in BREAKWATER_TOOLSETS is empty: is there a comma too many? The sets: ');
    refuse('memory, ,webhooks').toThrow('Name 2 in BREAKWATER_TOOLSETS is empty');
    refuse('MEMORY').toThrow('Name 1 in BREAKWATER_TOOLSETS is no set');
    expect(() => parseSettings({ BREAKWATER_READ_ONLY: 'yes' }, CWD)).toThrow('BREAKWATER_READ_ONLY must be 1 or 0.');
  });
});
