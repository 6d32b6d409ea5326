import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import {
  calendly,
  clerk,
  discord,
  github,
  intercom,
  linear,
  paddle,
  paypal,
  sendgrid,
  shopify,
  slack,
  square,
  stripe,
  zoom,
} from '../deliveries.ts';
import type { Failure } from './failure.ts';

const document = {
  id: 'evt_1',
  type: 'a.b',
  data: { name: 'Zoë & Co', path: '/a', zeta: [1, { b: 2, a: 1 }], alpha: '' },
};
const compact = JSON.stringify(document);
const pretty = JSON.stringify(document, null, 2);
const sorted = '{"data":{"alpha":"","name":"Zoë & Co","path":"/a","zeta":[1,{"a":1,"b":2}]},"id":"evt_1","type":"a.b"}';
const python =
  '{"id": "evt_1", "type": "a.b", "data": {"name": "Zo\\u00eb & Co", "path": "/a", "zeta": [1, {"b": 2, "a": 1}], "alpha": ""}}';
const php = compact.replace('ë', '\\u00eb').replace('/a', '\\/a');
const go = compact.replace('&', '\\u0026');
const reparse = (signed: Buffer) => JSON.stringify(JSON.parse(signed.toString()));
export const bodyFailures: readonly Failure[] = [
  {
    kind: 'JSON parsed and written again, was indented by 2',
    of: stripe,
    signed: pretty,
    body: reparse,
    cause: 'json_reserialised',
  },
  {
    kind: 'the same, was indented by 4',
    of: clerk,
    signed: JSON.stringify(document, null, 4),
    body: reparse,
    cause: 'json_reserialised',
  },
  {
    kind: 'compact JSON written with 2 blanks',
    of: github,
    signed: compact,
    body: () => pretty,
    cause: 'json_reserialised',
  },
  {
    kind: 'compact JSON written with 4 blanks',
    of: paddle,
    signed: compact,
    body: () => JSON.stringify(document, null, 4),
    cause: 'json_reserialised',
  },
  { kind: 'keys in another order', of: slack, signed: sorted, body: () => compact, cause: 'json_reserialised' },
  { kind: 'Python sender, Node handler', of: intercom, signed: python, body: reparse, cause: 'json_reserialised' },
  { kind: 'PHP sender with escaped slashes', of: calendly, signed: php, body: reparse, cause: 'json_reserialised' },
  { kind: 'Go sender with escaped HTML', of: zoom, signed: go, body: reparse, cause: 'json_reserialised' },
  { kind: 'batch of events written again', of: sendgrid, body: reparse, cause: 'json_reserialised' },
  { kind: 'CRLF at the end lost', of: sendgrid, body: (body) => body.subarray(0, -2), cause: 'line_end_lost' },
  { kind: 'LF at the end lost', of: github, signed: `${compact}\n`, body: () => compact, cause: 'line_end_lost' },
  { kind: 'LF added', of: discord, body: (body) => `${body}\n`, cause: 'line_end_added' },
  { kind: 'CRLF added', of: shopify, body: (body) => `${body}\r\n`, cause: 'line_end_added' },
  {
    kind: 'LF became CRLF',
    of: stripe,
    body: (body) => body.toString().replaceAll('\n', '\r\n'),
    cause: 'line_ends_changed',
  },
  {
    kind: 'CRLF became LF',
    of: sendgrid,
    body: (body) => body.toString().replaceAll('\r\n', '\n'),
    cause: 'line_ends_changed',
  },
  { kind: 'BOM added', of: clerk, body: (body) => `\ufeff${body}`, cause: 'bom_added' },
  { kind: 'BOM removed', of: slack, signed: `\ufeff${compact}`, body: () => compact, cause: 'bom_removed' },
  {
    kind: 'base64 body of a serverless platform',
    of: stripe,
    body: (body) => body.toString('base64'),
    cause: 'base64_body',
  },
  { kind: 'base64url body', of: square, body: (body) => body.toString('base64url'), cause: 'base64_body' },
  { kind: 'gzip body', of: github, body: (body) => gzipSync(body), cause: 'compressed_body' },
  { kind: 'deflate body', of: zoom, body: (body) => deflateSync(body), cause: 'compressed_body' },
  { kind: 'Brotli body', of: paddle, body: (body) => brotliCompressSync(body), cause: 'compressed_body' },
  { kind: 'gzip in base64', of: paypal, body: (body) => gzipSync(body).toString('base64'), cause: 'compressed_body' },
  {
    kind: 'body encoded as a JSON string',
    of: linear,
    body: (body) => JSON.stringify(body.toString()),
    cause: 'json_in_string',
  },
  {
    kind: 'form parsed into JSON',
    of: slack,
    signed: 'command=%2Fweather&text=94103',
    body: () => '{"command":"/weather","text":"94103"}',
    cause: 'form_reserialised',
  },
  {
    kind: 'form encoded anew',
    of: slack,
    signed: 'text=a+b%2Fc',
    body: () => 'text=a%20b/c',
    cause: 'form_reserialised',
  },
  {
    kind: 'read as Latin-1',
    of: stripe,
    body: (body) => Buffer.from(body.toString(), 'latin1'),
    cause: 'charset_changed',
  },
  {
    kind: 'UTF-8 taken for Latin-1 and encoded again',
    of: github,
    body: (body) => Buffer.from(body.toString('latin1')),
    cause: 'charset_changed',
  },
  { kind: 'stream already read', of: stripe, body: () => '', cause: 'empty_body' },
  { kind: 'object turned into text', of: clerk, body: () => '[object Object]', cause: 'object_as_text' },
  { kind: 'undefined turned into text', of: square, body: () => 'undefined', cause: 'object_as_text' },
  {
    kind: 'body cut at a limit',
    of: github,
    body: (body) => body.subarray(0, 20),
    headers: (headers) => ({ ...headers, 'content-length': '53' }),
    cause: 'body_cut',
  },
  {
    kind: 'number beyond 2^53 rounded',
    of: shopify,
    signed: '{"id":9007199254740993,  "a":1}',
    body: reparse,
    cause: 'unexplained',
  },
  {
    kind: 'field removed',
    of: stripe,
    body: (body) => body.toString().replace('"amount": 4200,', ''),
    cause: 'unexplained',
  },
];
