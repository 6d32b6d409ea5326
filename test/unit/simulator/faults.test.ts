import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import type { FaultInput } from '../../../src/simulator/fault.ts';
import { FaultScript, faultSchema } from '../../../src/simulator/faults.ts';

const refused = (fault: unknown) => !faultSchema.safeParse(fault).success;

describe('faultSchema', () => {
  it('takes every kind, once by default', () => {
    expect(faultSchema.parse({ kind: 'status', status: 500 })).toMatchObject({ times: 1 });
    expect(faultSchema.parse({ kind: 'rate_limit' })).toEqual({ kind: 'rate_limit', retry_after: 1, times: 1 });
    for (const kind of ['drop', 'reset_after_executing', 'bad_json', 'wrong_length']) {
      expect(faultSchema.parse({ kind })).toEqual({ kind, times: 1 });
    }
    for (const kind of ['delay', 'slow_body']) expect(faultSchema.parse({ kind, ms: 5 })).toMatchObject({ ms: 5 });
  });

  it('refuses unknown kinds and fields, and values without bounds', () => {
    expect(refused({ kind: 'explode' })).toBe(true);
    expect(refused({ kind: 'drop', statsu: 500 })).toBe(true);
    expect(refused({ kind: 'drop', times: 0 })).toBe(true);
    expect(refused({ kind: 'drop', times: Number.POSITIVE_INFINITY })).toBe(true);
    expect(refused({ kind: 'delay', ms: 60_001 })).toBe(true);
    expect(refused({ kind: 'drop', path_prefix: 'v1' })).toBe(true);
  });

  it('refuses headers that would break the message', () => {
    const withHeader = (name: string, value: string) => ({ kind: 'status', status: 500, headers: { [name]: value } });
    expect(refused(withHeader('X-Good', 'fine'))).toBe(false);
    expect(refused(withHeader('X-Bad', 'a\r\nSet-Cookie: x'))).toBe(true);
    expect(refused(withHeader('X Bad', 'a'))).toBe(true);
    expect(refused(withHeader('Content-Length', '1'))).toBe(true);
    expect(refused(withHeader('transfer-encoding', 'chunked'))).toBe(true);
  });

  it('describes every field', () => {
    for (const option of faultSchema.options) {
      for (const [name, field] of Object.entries(option.shape)) expect(field.description, name).toBeTruthy();
    }
  });
});

describe('FaultScript', () => {
  it('never gives a fault more often than told, and only to what it matches', () => {
    const faults = fc.array(
      fc.record(
        {
          kind: fc.constant('drop' as const),
          method: fc.constantFrom('GET' as const, 'POST' as const),
          path_prefix: fc.constantFrom('/', '/v1', '/v1/refunds'),
          times: fc.integer({ min: 1, max: 3 }),
        },
        { requiredKeys: ['kind'] },
      ),
      { maxLength: 5 },
    );
    const requests = fc.array(fc.tuple(fc.constantFrom('GET', 'POST'), fc.constantFrom('/', '/v1/x', '/v1/refunds')));
    fc.assert(
      fc.property(faults, requests, (script, sequence) => {
        const faultScript = new FaultScript();
        faultScript.load(script);
        const taken = sequence.flatMap(([method, path]) => {
          const fault = faultScript.takeRequest(method, path);
          if (fault === undefined) return [];
          expect(fault.method ?? method).toBe(method);
          expect(path.startsWith(fault.path_prefix ?? '/')).toBe(true);
          return [fault];
        });
        const allowed = script.reduce((sum, { times = 1 }) => sum + times, 0);
        expect(taken.length).toBeLessThanOrEqual(allowed);
      }),
    );
  });

  it('refuses scripts without bounds', () => {
    const script = new FaultScript();
    expect(() => script.load(Array.from({ length: 101 }, () => ({ kind: 'drop' as const })))).toThrow();
  });
});

/** The fields of each kind of fault. */
type Fields<T extends { kind: string }> = { [Kind in T['kind']]: keyof (T & { kind: Kind }) };
type FromSchema = z.input<typeof faultSchema>;

it('is written out for users as the schema has it', () => {
  expectTypeOf<Fields<FaultInput>>().toEqualTypeOf<Fields<FromSchema>>();
  expectTypeOf<FaultInput>().toExtend<FromSchema>();
  expectTypeOf<FromSchema>().toExtend<FaultInput>();
});
