import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeQueryDefinitionsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AccessKey, clientSettings } from './account.ts';

/** The services as a user may ask them. */
export type UserClients = ReturnType<typeof clientsOf>;

/**
 * Clients with the key of a user.
 * @param service makes the requests in the user's name, as CloudFormation does; without it they are the user's own.
 */
export function clientsOf(endpoint: string, key: AccessKey, service?: string) {
  const settings = clientSettings(endpoint, key);
  const clients = {
    apis: new ApiGatewayV2Client(settings),
    cloudformation: new CloudFormationClient(settings),
    dynamodb: new DynamoDBClient(settings),
    iam: new IAMClient(settings),
    lambda: new LambdaClient(settings),
    logs: new CloudWatchLogsClient(settings),
    s3: new S3Client(settings),
    sqs: new SQSClient(settings),
  };
  if (service !== undefined) {
    const add = setHeader('x-rehearsal-called-via', service);
    for (const { middlewareStack } of Object.values(clients)) {
      (middlewareStack as unknown as AnyStack).add(add, { step: 'build' });
    }
  }
  return {
    ...clients,
    /** Deletes a log delivery by a call that AWS's services make and that its SDK does not know. */
    deleteLogDelivery() {
      const command = new DescribeQueryDefinitionsCommand({});
      const target = setHeader('x-amz-target', 'Logs_20140328.DeleteLogDelivery');
      command.middlewareStack.add(target, { step: 'build', priority: 'low' });
      return clients.logs.send(command);
    },
    /** Makes or changes an alarm; the project has no client of CloudWatch's. */
    async putAlarm(name: string) {
      const { region, credentials, sha256 } = clients.iam.config;
      const signer = new SignatureV4({
        service: 'monitoring',
        region,
        credentials: () => credentials(),
        sha256,
      });
      const body = new URLSearchParams({
        Action: 'PutMetricAlarm',
        Version: '2010-08-01',
        AlarmName: name,
      }).toString();
      const { host, hostname, protocol } = new URL(endpoint);
      const headers = { host, 'content-type': 'application/x-www-form-urlencoded' };
      const request = { method: 'POST', protocol, hostname, path: '/', query: {}, headers, body };
      const signed = await signer.sign(request);
      const { host: _host, ...sent } = signed.headers;
      const answer = await fetch(endpoint, { method: 'POST', headers: sent, body });
      const text = await answer.text();
      const [, code = String(answer.status)] = /<Code>(\w+)</.exec(text) ?? [];
      if (!answer.ok) throw Object.assign(new Error(text), { name: code });
    },
    close() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** What the stacks of all clients have in common; their types share nothing. */
interface AnyStack {
  add(middleware: ReturnType<typeof setHeader>, options: { readonly step: 'build' }): void;
}

function setHeader(name: string, value: string) {
  return <Input extends object, Output extends object>(next: (args: Input) => Promise<Output>) =>
    (args: Input) => {
      const { request } = args as { request: { headers: Record<string, string> } };
      request.headers[name] = value;
      return next(args);
    };
}
