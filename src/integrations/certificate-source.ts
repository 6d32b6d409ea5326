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

/** A failure counts that long: a delivery that comes again at once gets the same answer, one that comes later a new try. */
const FAILURE_LIFETIME_MS = 10_000;
/** New addresses that are asked in a minute: forged deliveries name as many as they like, and must not trip the breaker. */
const MAX_FETCHES_PER_MINUTE = 10;
const MINUTE_MS = 60_000;

interface Kept {
  certificate: Certificate;
  until: number;
}

/** Fetches certificates over https through the pipeline and its breakers, once a day for each address; a few addresses a minute. */
export class HttpCertificateSource implements CertificateSource {
  readonly #pipeline: Pipeline;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #http: HttpClient;
  /** The one that was asked for last is the last one. */
  readonly #kept = new Map<string, Kept>();
  readonly #fetching = new Map<string, Promise<Certificate>>();
  #fetchedAt: readonly number[] = [];

  constructor(pipeline: Pipeline, clock: Clock, log: Log) {
    this.#pipeline = pipeline;
    this.#clock = clock;
    this.#log = log;
    this.#http = new HttpClient(log, false);
  }

  async get(url: URL, signal: AbortSignal): Promise<Certificate> {
    const kept = this.#kept.get(url.href);
    if (kept !== undefined && this.#clock.now() < kept.until) {
      this.#keep(url, kept);
      return kept.certificate;
    }
    const joined = this.#fetching.get(url.href);
    if (joined !== undefined) return joined;
    if (!this.#mayFetch()) return { problem: `Too many certificates were asked for at ${url.host} just now.` };
    const fetching = this.#fetchAndKeep(url, signal).finally(() => this.#fetching.delete(url.href));
    this.#fetching.set(url.href, fetching);
    return fetching;
  }

  #mayFetch(): boolean {
    const now = this.#clock.now();
    const recent = this.#fetchedAt.filter((at) => now - at < MINUTE_MS);
    const isFree = recent.length < MAX_FETCHES_PER_MINUTE;
    this.#fetchedAt = isFree ? [...recent, now] : recent;
    return isFree;
  }

  async #fetchAndKeep(url: URL, signal: AbortSignal): Promise<Certificate> {
    try {
      const certificate = await this.#fetch(url, signal);
      this.#keep(url, { certificate, until: this.#clock.now() + LIFETIME_MS });
      return certificate;
    } catch (thrown) {
      this.#log.warn({ host: url.host, cause: messageOf(thrown) }, 'certificate not fetched');
      const certificate = { problem: `It could not be fetched from ${url.host}.` };
      if (!signal.aborted) this.#keep(url, { certificate, until: this.#clock.now() + FAILURE_LIFETIME_MS });
      return certificate;
    }
  }

  #keep(url: URL, kept: Kept): void {
    this.#kept.delete(url.href);
    this.#kept.set(url.href, kept);
    if (this.#kept.size <= MAX_CERTIFICATES) return;
    // Failures go first: forged deliveries must not push out what genuine ones need.
    const entries = [...this.#kept];
    const [least] = entries.find(([, { certificate }]) => 'problem' in certificate) ?? entries[0] ?? [];
    if (least !== undefined) this.#kept.delete(least);
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
