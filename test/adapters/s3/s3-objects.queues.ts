import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { s3Objects } from '../../../src/adapters/s3/s3-objects.ts';
import { objectsContract } from '../../contracts/objects.ts';
import { withEmulator } from '../../with-emulator.ts';

const place = await withEmulator();
const client = new S3Client({ ...place, credentials: async () => place.credentials() });
const objects = s3Objects({ ...place, pageSize: 2 });
after(() => objects.close());

objectsContract('S3', async () => {
  const bucket = `shed-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    objects,
    bucket,
    async post({ url, fields }, contentType, body) {
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...fields, 'Content-Type': contentType })) {
        form.append(name, value);
      }
      form.append('file', new Blob([body.slice()]));
      const answer = await fetch(url, { method: 'POST', body: form });
      await answer.arrayBuffer();
      return answer.status;
    },
    async follow(url) {
      const answer = await fetch(url);
      const body = new Uint8Array(await answer.arrayBuffer());
      return answer.status === 200 ? body : undefined;
    },
  };
});
