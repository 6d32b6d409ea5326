import type { Attributes, Context, Histogram, Span } from '@opentelemetry/api';
import { context, INVALID_TRACEID, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AppError } from './errors.ts';

/**
 * Spans and metrics through the OpenTelemetry API alone. Without an SDK in the process every call here does nothing; `main.ts` loads
 * one when the environment asks for it.
 */
const NAME = 'breakwater';

/** Finds the SDK by itself when one is loaded later. */
const tracer = trace.getTracer(NAME);
let durations: Histogram | undefined;

/** Runs `work` inside a span of that name; errors mark the span with their code, never with foreign text. */
export async function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span, inside: Context) => Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
  // Without an SDK there is no trace that anything inside could belong to.
  const inside = span.spanContext().traceId === INVALID_TRACEID ? parent : trace.setSpan(parent, span);
  try {
    return await work(span, inside);
  } catch (thrown) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: thrown instanceof AppError ? thrown.code : 'error' });
    throw thrown;
  } finally {
    span.end();
  }
}

/** Adds one call to the histogram `breakwater.call.duration`. */
export function recordDuration(ms: number, attributes: Attributes): void {
  durations ??= metrics.getMeter(NAME).createHistogram('breakwater.call.duration', {
    unit: 'ms',
    description: 'Duration of calls to services, retries and waits included',
  });
  durations.record(ms, attributes);
}
