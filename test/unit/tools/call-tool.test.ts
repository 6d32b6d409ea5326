import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../src/core/errors.ts';
import type { Log } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redact.ts';
import type { ToolContext } from '../../../src/core/tool.ts';
import { defineTool } from '../../../src/core/tool.ts';
import type { ToolAnswer } from '../../../src/tools/call-tool.ts';
import { callTool } from '../../../src/tools/call-tool.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';

const SECRET = 'sk_live_Zq7Xw2Vt9Kp4Lm8Nb3Hj6Rd1';
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

interface Deps {
  work(input: { text: string; list?: string[] | undefined }, context: ToolContext): Promise<{ text: string }>;
}

const tool = defineTool({
  name: 'do_thing',
  title: 'Do a thing',
  description: 'Does a thing.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  input: z.strictObject({
    text: z.string().max(20).describe('Text'),
    list: z
      .array(z.enum(['a', 'b']))
      .optional()
      .describe('Letters'),
  }),
  output: z.object({ text: z.string() }),
  run: (input, deps: Deps, context) => deps.work(input, context),
});

interface Called {
  answer: ToolAnswer;
  /** The parsed text. */
  body: Record<string, unknown>;
  logged: string;
  work: ReturnType<typeof vi.fn>;
}

interface Options {
  signal?: AbortSignal;
  redactor?: Redactor;
  acceptsSecrets?: boolean;
}

async function call(args: unknown, work: Deps['work'], options: Options = {}): Promise<Called> {
  const { signal = new AbortController().signal, redactor = new Redactor(), acceptsSecrets = false } = options;
  const lines: unknown[] = [];
  const note = (fields: object, message: string) => void lines.push(fields, message);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const context: ToolContext = {
    signal,
    caller: { workspace: 'w', agent: 'a', sessionId: undefined },
    progress: () => undefined,
    confirm: async () => undefined,
  };
  const spy = vi.fn(work);
  const answer = await callTool({ ...tool, acceptsSecrets }, args, context, { deps: { work: spy }, redactor, log });
  return { answer, body: JSON.parse(answer.text), logged: JSON.stringify(lines), work: spy };
}

const echo: Deps['work'] = async ({ text }) => ({ text });

describe('an answer', () => {
  it('says the same as text and as structure, without what the tool does not promise', async () => {
    const { answer } = await call({ text: 'x' }, async () => ({ text: 'done', internal: 'note' }) as { text: string });
    expect(answer).toEqual({ text: '{"text":"done"}', structured: { text: 'done' }, isError: false });
  });

  it('holds no secret, in neither form', async () => {
    const redactor = new Redactor();
    redactor.learn('correct "horse"');
    const { answer } = await call({ text: 'x' }, async () => ({ text: `a\n${SECRET}, correct "horse"` }), { redactor });
    const text = 'a\n[redacted stripe_key sk_live_…6Rd1], [redacted]';
    expect(answer).toEqual({ text: JSON.stringify({ text }), structured: { text }, isError: false });
  });

  it('that is too large is refused, and says that the work was done', async () => {
    const fits = await call({ text: 'x' }, async () => ({ text: 'x'.repeat(39_989) }));
    expect([fits.answer.isError, fits.answer.text.length]).toEqual([false, 40_000]);
    const { answer, body } = await call({ text: 'x' }, async () => ({ text: 'x'.repeat(39_990) }));
    expect(answer.isError).toBe(true);
    expect(body).toMatchObject({
      code: 'invalid_input',
      message: 'The answer would have 40001 characters; 40000 is the limit.',
      outcome: 'executed',
    });
  });

  it('of another shape than promised is a fault of ours, of unknown effect', async () => {
    const { body } = await call({ text: 'x' }, async () => ({ text: 5 }) as unknown as { text: string });
    expect(body).toMatchObject({ code: 'internal', outcome: 'unknown' });
  });
});

describe('arguments', () => {
  it.each<[string, unknown, { argument: string; message: string }[]]>([
    ['missing', undefined, [{ argument: 'text', message: 'Invalid input: expected string, received undefined' }]],
    ['null', null, [{ argument: 'text', message: 'Invalid input: expected string, received undefined' }]],
    [
      'of the wrong type',
      { text: 4711 },
      [{ argument: 'text', message: 'Invalid input: expected string, received number' }],
    ],
    [
      'too long',
      { text: 'private-value-of-mine' },
      [{ argument: 'text', message: 'Too big: expected string to have <=20 characters' }],
    ],
    ['unknown', { text: 'x', txet: 'mine' }, [{ argument: '', message: 'Unrecognized key: "txet"' }]],
    [
      'deep',
      { text: 'x', list: ['a', 'mine'] },
      [{ argument: 'list.1', message: 'Invalid option: expected one of "a"|"b"' }],
    ],
    ['no object', 'mine', [{ argument: '', message: 'Invalid input: expected object, received string' }]],
  ])('that are %s are refused with what is wrong, and without their values', async (_, args, issues) => {
    const { answer, body, work, logged } = await call(args, echo);
    expect(answer).toMatchObject({ isError: true, structured: undefined });
    expect(body).toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/^The arguments of do_thing are not valid: /),
      hint: 'Correct these arguments and call again. Nothing was executed.',
      retryable: false,
      outcome: 'not_executed',
      details: { issues },
    });
    expect(answer.text + logged).not.toMatch(/mine|4711/);
    expect(work).not.toHaveBeenCalled();
  });

  it('of the wrong type in many places are told in part', async () => {
    const { body } = await call({ text: 'x', list: Array(500).fill('c') }, echo);
    expect((body['details'] as { issues: unknown[] }).issues).toHaveLength(10);
    expect(String(body['message']).length).toBeLessThan(600);
  });

  it.each<[string, unknown]>([
    ['text', { text: SECRET }],
    ['list.1', { text: 'x', list: ['a', `the key: ${SECRET}`] }],
    ['any.deep.place', { any: { deep: { place: `\n${SECRET}` } } }],
    ['(key)', { [SECRET]: 'x' }],
    ['list.0.(key)', { list: [{ [SECRET]: 1 }] }],
    ['text', { text: 'correct horse' }],
  ])('with a secret in %s are refused without repeating it', async (argument, args) => {
    const redactor = new Redactor();
    redactor.learn('correct horse');
    const { body, answer, work, logged } = await call(args, echo, { redactor });
    expect(body).toMatchObject({ code: 'invalid_input', outcome: 'not_executed' });
    expect(body['message']).toMatch(/^The argument \S+ holds a secret \(\w+\)\. It was not stored and not logged\.$/);
    expect(body['message']).toContain(`argument ${argument} holds`);
    expect(body['hint']).toContain('give the NAME of that variable');
    expect(answer.text + logged).not.toMatch(/Zq7Xw2|horse/);
    expect(work).not.toHaveBeenCalled();
  });

  it('with a secret reach a tool that accepts them, and their errors do not repeat it', async () => {
    const accepted = await call({ text: 'ghp_Zq7Xw2Vt9Kp4Lm8N' }, async () => ({ text: 'ok' }), {
      acceptsSecrets: true,
    });
    expect(accepted.answer.text).toBe('{"text":"ok"}');
    const refused = await call({ text: 'x', [SECRET]: 1 }, echo, { acceptsSecrets: true });
    expect(refused.body).toMatchObject({ code: 'invalid_input' });
    expect(refused.answer.text).not.toContain('Zq7Xw2');
  });

  it('nested beyond reason get an answer', async () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    const { answer, work } = await call({ text: 'x', list: deep }, echo);
    expect(answer.isError).toBe(true);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('an error', () => {
  it('of ours arrives whole, in the names of the contract', async () => {
    const error = new AppError('rate_limited', 'Wait.', {
      hint: 'Call again later.',
      retryAfterMs: 1_234.5,
      outcome: 'unknown',
      details: { attempts: 2 },
      cause: new Error('HTTP 429'),
    });
    const { answer, body, logged } = await call({ text: 'x' }, () => Promise.reject(error));
    expect(answer).toMatchObject({ isError: true, structured: undefined });
    expect(body).toEqual({
      code: 'rate_limited',
      message: 'Wait.',
      hint: 'Call again later.',
      retryable: true,
      retry_after_ms: 1_235,
      outcome: 'unknown',
      details: { attempts: 2 },
    });
    expect(logged).toContain('HTTP 429');
  });

  it('of ours that holds a secret by mistake is masked', async () => {
    const error = new AppError('rejected', `No: ${SECRET}`, { details: { line: `a\n${SECRET}` } });
    const { answer, body } = await call({ text: 'x' }, () => Promise.reject(error));
    expect(answer.text).not.toContain('Zq7Xw2');
    expect(body['message']).toBe('No: [redacted stripe_key sk_live_…6Rd1]');
  });

  it.each<[string, Deps['work']]>([
    ['rejects with an error', () => Promise.reject(new Error('/home/ann: SELECT * FROM x'))],
    ['rejects with text', () => Promise.reject('/home/ann: SELECT * FROM x')],
    [
      'throws before it waits for anything',
      () => {
        throw new TypeError('/home/ann: SELECT * FROM x');
      },
    ],
  ])('of a tool that %s is hidden behind an id that the log explains', async (_, work) => {
    const { answer, body, logged } = await call({ text: 'x' }, work);
    expect(body).toMatchObject({ code: 'internal', retryable: false, outcome: 'unknown' });
    expect(answer.text).not.toContain('ann');
    const [id] = UUID.exec(String(body['message'])) ?? ['no id'];
    expect(logged).toContain(id);
    expect(logged).toContain('/home/ann: SELECT * FROM x');
  });

  it('that is nothing at all is an error too', async () => {
    const { body } = await call({ text: 'x' }, () => Promise.reject(undefined));
    expect(body).toMatchObject({ code: 'internal' });
  });
});

describe('an abort', () => {
  const never: Deps['work'] = () => new Promise(() => undefined);

  it('is answered within its grace when the tool does not honour it', async () => {
    const caller = new AbortController();
    const result = call({ text: 'x' }, never, { signal: caller.signal });
    const started = performance.now();
    caller.abort('left');
    const { body } = await result;
    expect(performance.now() - started).toBeGreaterThan(140);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    expect(body).toMatchObject({ code: 'cancelled', outcome: 'unknown', retryable: false });
  });

  it('before the call began is answered too', async () => {
    const { body } = await call({ text: 'x' }, never, { signal: AbortSignal.abort() });
    expect(body).toMatchObject({ code: 'cancelled', outcome: 'not_executed' });
  });

  it('with a reason of ours is answered with its code', async () => {
    const reason = new AppError('unavailable', 'The server is shutting down.');
    const { body } = await call({ text: 'x' }, never, { signal: AbortSignal.abort(reason) });
    expect(body).toMatchObject({
      code: 'unavailable',
      message: 'The server is shutting down.',
      outcome: 'not_executed',
    });
  });

  it('leaves a tool that honours it the last word', async () => {
    const caller = new AbortController();
    const work: Deps['work'] = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        const error = new AppError('cancelled', 'Stopped in time.', { outcome: 'not_executed' });
        signal.addEventListener('abort', () => setTimeout(() => reject(error), 20));
      });
    const result = call({ text: 'x' }, work, { signal: caller.signal });
    caller.abort();
    expect((await result).body).toMatchObject({ message: 'Stopped in time.', outcome: 'not_executed' });
  });

  it('does not take the result away from a tool that finishes within the grace', async () => {
    const caller = new AbortController();
    const work: Deps['work'] = () => new Promise((resolve) => setTimeout(() => resolve({ text: 'done' }), 30));
    const result = call({ text: 'x' }, work, { signal: caller.signal });
    caller.abort();
    expect((await result).answer).toEqual({ text: '{"text":"done"}', structured: { text: 'done' }, isError: false });
  });

  it('makes no noise when the tool fails after it was given up', async () => {
    const late: Deps['work'] = () => new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 200));
    const { body } = await call({ text: 'x' }, late, { signal: AbortSignal.abort() });
    expect(body).toMatchObject({ code: 'cancelled' });
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
});
