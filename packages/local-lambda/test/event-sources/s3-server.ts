/** A small S3 server for tests, with the bucket in the path: buckets, objects, listings by pages. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Stored {
  readonly eTag: string;
  readonly size: number;
  readonly lastModified: string;
}

/** A running server, with what a test wants to know of it. */
export interface S3Server {
  readonly endpoint: string;
  readonly buckets: Map<string, Map<string, Stored>>;
  put(bucket: string, key: string, content: string): void;
  remove(bucket: string, key: string): void;
  /** Resolves when a bucket has been listed to its end once more. */
  listed(bucket: string): Promise<void>;
  close(): Promise<void>;
}

/** So few that a test has more than one page. */
const PAGE = 2;

/** Starts it on a free port of this machine. */
export async function startS3Server(): Promise<S3Server> {
  const buckets: S3Server['buckets'] = new Map();
  const waiting: { readonly bucket: string; readonly resolve: () => void }[] = [];
  let clock = Date.parse('2027-01-01T00:00:00Z');

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.slice(1);
    const bucket = buckets.get(name);
    const isSigned = /^AWS4-HMAC-SHA256 Credential=local-lambda\/\d{8}\/[\w-]+\/s3\/aws4_request, /.test(
      request.headers.authorization ?? '',
    );
    request.resume();
    if (!isSigned) {
      response
        .writeHead(403)
        .end('<Error><Code>AccessDenied</Code><Message>&quot;no&quot;</Message></Error>');
    } else if (request.method === 'PUT') {
      buckets.set(name, new Map());
      response.writeHead(200).end();
    } else if (bucket === undefined) {
      response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>');
    } else if (request.method === 'HEAD') {
      response.writeHead(200).end();
    } else {
      const prefix = searchParams.get('prefix') ?? '';
      const asked = new Map([...bucket].filter(([key]) => key.startsWith(prefix)));
      const from = Number(searchParams.get('continuation-token') ?? 0);
      response.writeHead(200).end(listing(asked, from));
      if (from + PAGE >= asked.size) {
        const isOver = (one: (typeof waiting)[number]) => one.bucket === name;
        for (const one of waiting.filter(isOver)) one.resolve();
        waiting.splice(0, waiting.length, ...waiting.filter((one) => !isOver(one)));
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    buckets,
    put: (bucket, key, content) => {
      clock += 1_000;
      const eTag = createHash('md5').update(content).digest('hex');
      const stored = { eTag, size: content.length, lastModified: new Date(clock).toISOString() };
      buckets.get(bucket)?.set(key, stored);
    },
    remove: (bucket, key) => void buckets.get(bucket)?.delete(key),
    listed: (bucket) => new Promise((resolve) => waiting.push({ bucket, resolve })),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listing(bucket: ReadonlyMap<string, Stored>, from: number): string {
  const all = [...bucket].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = all.slice(from, from + PAGE).map(([key, { eTag, size, lastModified }]) => {
    const encoded = encodeURIComponent(key).replaceAll('%20', '+');
    return `<Contents><Key>${encoded}</Key><LastModified>${lastModified}</LastModified><ETag>&quot;${eTag}&quot;</ETag><Size>${size}</Size></Contents>`;
  });
  const isTruncated = from + PAGE < all.length;
  const next = isTruncated ? `<NextContinuationToken>${from + PAGE}</NextContinuationToken>` : '';
  return `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>${next}${rows.join('')}</ListBucketResult>`;
}
