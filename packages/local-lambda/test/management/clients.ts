import { get } from 'node:http';
import * as lambda from '@aws-sdk/client-lambda';

/** A GET with a `Host` header of one's own, which `fetch` does not allow. */
export function ask(url: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(`${response.statusCode} ${body}`));
    }).on('error', reject);
  });
}

/** Clients of a host: Lambda's SDK, requests to API Gateway's own API, and invocations as `VERSION PAYLOAD`. */
export function clientsOf(endpoint: string) {
  const options = {
    endpoint,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  };
  const client = new lambda.LambdaClient(options);
  // The command line and the SDK of API Gateway are tried in aws-clients/platform.tools.ts.
  const signed = 'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-3/apigateway/aws4_request, Signature=b';
  const gateway = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${endpoint}/v2/apis${path}`, {
      method,
      headers: { authorization: signed },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, ...(text === '' ? {} : JSON.parse(text)) };
  };
  const invoke = async (FunctionName: string, event: object = {}) => {
    const Payload = Buffer.from(JSON.stringify(event));
    const answer = await client.send(new lambda.InvokeCommand({ FunctionName, Payload }));
    return `${answer.ExecutedVersion} ${Buffer.from(answer.Payload ?? []).toString()}`;
  };
  return { client, gateway, invoke };
}
