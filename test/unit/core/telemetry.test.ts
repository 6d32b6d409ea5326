import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { inSpan } from '../../../src/core/telemetry.ts';

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));

beforeEach(() => exporter.reset());
afterAll(() => trace.disable());

it('puts attempts inside their call', async () => {
  await inSpan('call', { operation: 'createPaymentIntent' }, async (_span, inside) => {
    await inSpan('attempt', { attempt: 1 }, async () => 'done', inside);
  });
  const [attempt, call] = exporter.getFinishedSpans();
  expect([attempt?.name, call?.name]).toEqual(['attempt', 'call']);
  expect(attempt?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
  expect(call?.attributes).toEqual({ operation: 'createPaymentIntent' });
});

it('marks a failed span with our code and not with foreign text', async () => {
  const failing = inSpan('call', {}, async () => {
    throw new AppError('circuit_open', 'open');
  });
  await expect(failing).rejects.toThrow('open');
  const foreign = inSpan('call', {}, async () => {
    throw new Error('secret sk_live_4711');
  });
  await expect(foreign).rejects.toThrow();
  expect(exporter.getFinishedSpans().map(({ status }) => status)).toEqual([
    { code: 2, message: 'circuit_open' },
    { code: 2, message: 'error' },
  ]);
});
