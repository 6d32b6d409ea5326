import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AcmeService } from '../src/services/acme.service.js';
import { PermanentError, TransientError } from '../src/types/index.js';
import { AcmeMock } from './mocks/acme.mock.js';
import type { TemporaryStore } from './mocks/temporary-store.js';
import { createTemporaryStore } from './mocks/temporary-store.js';

const mock = new AcmeMock();
let temporary: TemporaryStore;
let service: AcmeService;

beforeEach(async () => {
  mock.reset();
  temporary = await createTemporaryStore();
  service = new AcmeService(mock, temporary.store);
});
afterEach(() => temporary.remove());

describe('AcmeService', () => {
  it('posts once per reference', async () => {
    expect(await service.postOnce('job-1', '/jobs', { a: 1 })).toEqual({ id: 1 });
    expect(await service.postOnce('job-1', '/jobs', { a: 1 })).toEqual({ id: 1 });
    expect(mock.posted.length).toBe(1);
  });

  it('never repeats what may have happened', async () => {
    mock.failNext(new TransientError('reset', { outcome: 'unknown' }));
    await expect(service.postOnce('job-1', '/jobs', {})).rejects.toMatchObject({ name: 'OutcomeUnknownError' });
    await expect(service.postOnce('job-1', '/jobs', {})).rejects.toMatchObject({ name: 'OutcomeUnknownError' });
  });

  it('posts again after a refusal', async () => {
    mock.failNext(new PermanentError('no', { outcome: 'not_executed', status: 400 }));
    await expect(service.postOnce('job-1', '/jobs', {})).rejects.toMatchObject({ status: 400 });
    expect(await service.postOnce('job-1', '/jobs', {})).toEqual({ id: 1 });
  });
});
