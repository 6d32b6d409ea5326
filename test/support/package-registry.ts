import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';

/** A package registry on loopback, as npm asks one. */
export interface PackageRegistry {
  url: string;
  /** Paths asked for, in order. */
  requests: string[];
  close(): void;
}

/**
 * Offers one packed tarball as if it were published; whatever else is asked for is redirected to the registry that npm is configured
 * with.
 */
export async function serveTarball(path: string, manifest: Manifest): Promise<PackageRegistry> {
  const { name, version } = manifest;
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim().replace(/\/$/, '');
  const tarball = readFileSync(path);
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const requests: string[] = [];
  const server = createServer(({ url = '/', headers }, response) => {
    requests.push(url);
    if (url === `/${name}/-/${basename(path)}`) return void response.end(tarball);
    if (url !== `/${name}`) return void response.writeHead(302, { location: `${upstream}${url}` }).end();
    const dist = { tarball: `http://${headers.host}/${name}/-/${basename(path)}`, integrity };
    const document = { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, requests, close: () => void server.close() };
}

/** The package.json of the tarball. */
export interface Manifest {
  name: string;
  version: string;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
