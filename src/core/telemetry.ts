import type { Attributes, Context, Histogram, Span, Tracer } from '@opentelemetry/api';
import { context, INVALID_TRACEID, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AppError } from './errors.ts';

/**
 * Spans and metrics through the OpenTelemetry API alone. Without an SDK in the process every call here does nothing; `main.ts` loads
 * one when the environment asks for it.
 */
const NAME = 'breakwater';

/** Asked for at the first span: an SDK must be there by then. */
let tracer: Tracer | undefined;
let durations: Histogram | undefined;

/** Runs `work` inside a span of that name; errors mark the span with their code, never with foreign text. */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span, inside: Context) => Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  tracer ??= trace.getTracer(NAME);
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
  // Without an SDK there is no trace that anything inside could belong to, and nothing to end.
  if (span.spanContext().traceId === INVALID_TRACEID) return work(span, parent);
  return untilEnd(span, () => work(span, trace.setSpan(parent, span)));
}

async function untilEnd<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
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
