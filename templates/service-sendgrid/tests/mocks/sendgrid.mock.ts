import type { Email, SendGridApi } from '../../src/clients/sendgrid.client.js';

/** Stands in for SendGrid: a mailbox to read, and failures on demand. */
export class SendGridMock implements SendGridApi {
  readonly sent: Email[] = [];
  #failures: Error[] = [];

  /** Errors of the next calls: nothing is sent, unless the outcome is unknown. */
  failNext(...failures: Error[]): void {
    this.#failures = failures;
  }

  reset(): void {
    this.sent.length = 0;
    this.#failures = [];
  }

  async send(email: Email): Promise<string> {
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
    this.sent.push(email);
    return `message-${this.sent.length}`;
  }
}

let events = 0;

/** An event as it stands in a batch. */
export function sendgridEvent(event: string, timestamp: number, more: object = {}): Record<string, unknown> {
  events += 1;
  return {
    email: 'recipient@example.com',
    timestamp,
    event,
    sg_event_id: `event-${events}`,
    sg_message_id: 'message-1.recvd-5c8b7d9f4-x2k4l-1-65E0F0A1-1D.0',
    ...more,
  };
}

/** SendGrid ends the body with CRLF, which it signs. */
export function batch(...entries: readonly object[]): string {
  return `[${entries.map((entry) => JSON.stringify(entry)).join(',\r\n')}]\r\n`;
}
