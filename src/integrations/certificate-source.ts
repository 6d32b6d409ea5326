import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Pipeline } from '../resilience/pipeline.ts';
import { newTrace } from '../resilience/pipeline.ts';
import { resolveResilience } from '../resilience/resilience-settings.ts';
import type { Certificate, CertificateSource } from '../webhooks/certificate.ts';
import { HttpClient } from './http-client.ts';
import { breakerKey } from './integration.ts';

const LIFETIME_MS = 24 * 60 * 60 * 1000;
/** Providers use a handful; the addresses come from deliveries, and anybody can send those. */
const MAX_CERTIFICATES = 32;
/** A handler waits for the answer. */
const SETTINGS = resolveResilience({ timeout_ms: 3_000, deadline_ms: 6_000 });

interface Kept {
  certificate: Certificate;
  until: number;
}

/** Fetches certificates over https through the pipeline and its breakers, once a day for each address. */
export class HttpCertificateSource implements CertificateSource {
  readonly #pipeline: Pipeline;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #http: HttpClient;
  readonly #kept = new Map<string, Kept>();

  constructor(pipeline: Pipeline, clock: Clock, log: Log) {
    this.#pipeline = pipeline;
    this.#clock = clock;
    this.#log = log;
    this.#http = new HttpClient(log, false);
  }

  async get(url: URL, signal: AbortSignal): Promise<Certificate> {
    const kept = this.#kept.get(url.href);
    if (kept !== undefined && this.#clock.now() < kept.until) return kept.certificate;
    try {
      const certificate = await this.#fetch(url, signal);
      if (this.#kept.size >= MAX_CERTIFICATES) this.#kept.clear();
      this.#kept.set(url.href, { certificate, until: this.#clock.now() + LIFETIME_MS });
      return certificate;
    } catch (thrown) {
      this.#log.warn({ host: url.host, cause: messageOf(thrown) }, 'certificate not fetched');
      return { problem: `It could not be fetched from ${url.host}.` };
    }
  }

  close(): void {
    this.#http.close();
  }

  async #fetch(url: URL, signal: AbortSignal): Promise<Certificate> {
    const call = { key: breakerKey(url.host, 'certificates'), repeat: 'safe', settings: SETTINGS, signal } as const;
    const request = {
      method: 'GET',
      url,
      headers: { accept: 'application/x-pem-file, */*' },
      body: undefined,
    } as const;
    const pem = await this.#pipeline.run(call, newTrace(), (context) => this.#http.sendText(request, context.signal));
    const { rootCertificates } = await import('node:tls');
    return { pem, roots: rootCertificates };
  }
}
