import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { basename, extname, relative, sep } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { ProjectFolder } from '../core/project-folder.ts';
import type { Secrets } from '../core/secrets.ts';
import { MAX_MAIL_BYTES } from '../integrations/sendgrid/operations/mail-rules.ts';
import { holdsSecret } from './secret-search.ts';

/** A file as SendGrid takes it. */
export interface Attachment {
  /** Base64. */
  content: string;
  filename: string;
  type: string;
  disposition: 'attachment';
}

const MAX_ATTACHMENTS = 50;
/** Base64 makes four characters of three bytes. */
const MAX_BYTES = Math.floor((MAX_MAIL_BYTES / 4) * 3);
/** Names under which keys and credentials are kept, also as copies: server.key.old. */
const KEY_FILES = [
  /\.(?:pem|key|p8|p12|pfx|jks|keystore|kdbx|ppk|gpg|asc|ovpn|env|tfstate|tfvars|htpasswd|netrc|kubeconfig|mobileprovision)(?![a-z0-9])/i,
  /^id_(?:rsa|dsa|ecdsa|ed25519)/i,
  /^(?:secrets?|credentials?|passwords?|passwd|kubeconfig|service[-_]?account|client[-_]secret)(?![a-z0-9])/i,
  /(?:^|[-_.])env(?:\.|$)/i,
];

const TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.gif': 'image/gif',
  '.html': 'text/html',
  '.ics': 'text/calendar',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.txt': 'text/plain',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.zip': 'application/zip',
};

/**
 * Reads files of the project to be sent away. Throws `not_allowed` for what lies outside, for files that keys are kept in by their
 * name or by another one (hard links), and for what holds a secret; `invalid_input` for what is no file or too large.
 */
export async function readAttachments(
  paths: readonly string[],
  project: ProjectFolder,
  secrets: Pick<Secrets, 'mask'>,
): Promise<Attachment[]> {
  if (paths.length > MAX_ATTACHMENTS) {
    throw new AppError('invalid_input', `A mail takes at most ${MAX_ATTACHMENTS} attachments.`);
  }
  const attachments: Attachment[] = [];
  let left = MAX_BYTES;
  for (const path of paths) {
    const bytes = await readFileOf(project, path, left);
    left -= bytes.length;
    await refuseSecrets(path, bytes, secrets);
    const type = TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
    attachments.push({ content: bytes.toString('base64'), filename: basename(path), type, disposition: 'attachment' });
  }
  return attachments;
}

async function readFileOf(project: ProjectFolder, path: string, maxBytes: number): Promise<Buffer> {
  const [root, target] = await Promise.all([project.resolve(), project.resolve(path)]);
  // Both what was asked for and what a link leads to.
  for (const part of [basename(path), ...relative(root, target).split(sep)]) refuseKeyFile(part, path);
  // Not blocking: to open a pipe would wait for its writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(target, flags).catch((cause: unknown) => {
    throw new AppError('invalid_input', `The attachment ${path} cannot be read.`, {
      hint: 'Check that it exists.',
      cause,
    });
  });
  try {
    const { size } = await checkFile(path, file);
    if (size > maxBytes) throw tooLarge(path);
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function checkFile(path: string, file: FileHandle): Promise<Stats> {
  const stat = await file.stat();
  if (!stat.isFile() || stat.size === 0) {
    throw new AppError('invalid_input', `The attachment ${path} is empty or not a file.`);
  }
  if (stat.nlink > 1) throw kept(path, 'it is a hard link, and its other names may be those of keys');
  return stat;
}

function tooLarge(path: string): AppError {
  return new AppError('invalid_input', `With ${path} the attachments are larger than a mail may be (30 MB encoded).`, {
    hint: 'Send a link instead.',
  });
}

function refuseKeyFile(part: string, path: string): void {
  const isHidden = part.startsWith('.') && part !== '.' && part !== '..';
  if (!isHidden && !KEY_FILES.some((pattern) => pattern.test(part))) return;
  throw kept(path, 'hidden files and files that keep keys stay here');
}

function kept(path: string, reason: string): AppError {
  return new AppError('not_allowed', `${path} is not attached: ${reason}.`, {
    hint: 'If a person wants this file to be sent, they can send it themselves.',
  });
}

async function refuseSecrets(path: string, bytes: Buffer, { mask }: Pick<Secrets, 'mask'>): Promise<void> {
  if (mask === undefined || !(await holdsSecret(bytes, mask))) return;
  throw new AppError('not_allowed', `${path} is not attached: it holds what looks like a secret.`, {
    hint: 'Remove the secret from the file first.',
  });
}
