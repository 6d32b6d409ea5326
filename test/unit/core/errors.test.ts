import { describe, expect, it } from 'vitest';
import { AppError, abortError, codeOf, ERROR_CODES, messageOf } from '../../../src/core/errors.ts';

describe('AppError', () => {
  it('says by default that nothing was executed', () => {
    const error = new AppError('not_found', 'There is no such thing.');
    expect(error).toBeInstanceOf(Error);
    expect({ ...error, message: error.message, retryable: error.retryable }).toEqual({
      name: 'AppError',
      code: 'not_found',
      message: 'There is no such thing.',
      hint: undefined,
      retryAfterMs: undefined,
      outcome: 'not_executed',
      details: undefined,
      retryable: false,
    });
  });

  it('keeps what it is given', () => {
    const cause = new Error('x');
    const given = { hint: 'h', retryAfterMs: 5, outcome: 'unknown', details: { a: 1 }, cause } as const;
    expect(new AppError('unavailable', 'm', given)).toMatchObject(given);
  });

  it('knows for every code whether a repeat can help', () => {
    expect(ERROR_CODES).toEqual([
      'invalid_input',
      'not_configured',
      'not_allowed',
      'unauthorized',
      'not_found',
      'conflict',
      'rejected',
      'rate_limited',
      'unavailable',
      'circuit_open',
      'timeout',
      'cancelled',
      'outcome_unknown',
      'internal',
    ]);
    const retryable = ERROR_CODES.filter((code) => new AppError(code, '').retryable);
    expect(retryable).toEqual(['rate_limited', 'unavailable', 'circuit_open', 'timeout']);
  });
});

describe('anything thrown', () => {
  it.each([
    [new Error('m'), 'm'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [42, '42'],
  ])('%s has a message', (thrown, expected) => {
    expect(messageOf(thrown)).toBe(expected);
  });

  it.each([
    [Object.assign(new Error(), { code: 'ECONNRESET' }), 'ECONNRESET'],
    [{ code: 7 }, undefined],
    [new Error(), undefined],
    ['ECONNRESET', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%s may have a machine code', (thrown, expected) => {
    expect(codeOf(thrown)).toBe(expected);
  });
});

describe('abortError', () => {
  it('is the error that the signal was aborted with, if it is one of ours', () => {
    const deadline = new AppError('timeout', 'The call took longer than 5 ms.');
    expect(abortError(AbortSignal.abort(deadline))).toBe(deadline);
  });

  it('is otherwise that the caller left', () => {
    for (const reason of ['left', new Error('left')]) {
      expect(abortError(AbortSignal.abort(reason))).toMatchObject({ code: 'cancelled', cause: reason });
    }
  });
});
