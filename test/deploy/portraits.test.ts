/** What `--param=portraits=on` adds, as its files write it; `npm run rehearse -- --portraits` deploys it. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { functionsOf } from '../../src/functions/catalogue.ts';
import { type EventWorkload, eventWorkloads, ofType, type Resource, type Template } from './packages.ts';

const OVER_TLS = { Bool: { 'aws:SecureTransport': 'false' } };

describe('portraits and flocks', () => {
  let template: Template;
  let functions: EventWorkload['functions'];

  before(async () => {
    const parts = await eventWorkloads();
    functions = Object.assign({}, ...parts.map((part) => part.functions));
    const resourcesOf = (key: 'Resources' | 'Outputs') =>
      Object.assign({}, ...parts.map(({ resources }) => resources[key]));
    template = { Resources: resourcesOf('Resources'), Outputs: resourcesOf('Outputs') };
  });

  const propertiesOf = (type: string) => ofType(template, type).map(([, { Properties }]) => Properties);

  it('are the functions of the catalogue, each with a role and a log of its own', () => {
    const names = functionsOf('with portraits').map(({ name }) => name);
    const prefix = `\${self:custom.name}-`;
    assert.deepEqual(
      Object.values(functions)
        .map(({ name }) => name.slice(prefix.length))
        .sort(),
      names.sort(),
    );
    for (const { name, role } of Object.values(functions)) {
      const { Policies } = template.Resources[role]?.Properties ?? {};
      assert.equal(Policies.length, 1);
      const [log] = Policies[0].PolicyDocument.Statement;
      assert.deepEqual(log.Action, ['logs:CreateLogStream', 'logs:PutLogEvents']);
      assert.ok(log.Resource.endsWith(`:log-group:/aws/lambda/${name}:*`), role);
    }
    assert.equal(ofType(template, 'AWS::IAM::Role').length, Object.keys(functions).length);
  });

  it('allow by roles no action and no resource by a wildcard alone', () => {
    for (const { Policies } of propertiesOf('AWS::IAM::Role')) {
      for (const { Effect, Action, Resource } of Policies[0].PolicyDocument.Statement) {
        assert.equal(Effect, 'Allow');
        assert.ok(![Action].flat().some((action: string) => action.includes('*')));
        assert.ok(![Resource].flat().includes('*'));
      }
    }
  });

  it('keep private, encrypted buckets that outlive the stack and are cleaned up', () => {
    const buckets = ofType(template, 'AWS::S3::Bucket');
    assert.equal(buckets.length, 2);
    for (const [id, { DeletionPolicy, Properties }] of buckets) {
      assert.equal(DeletionPolicy, 'Retain', id);
      assert.deepEqual(
        Object.values(Properties.PublicAccessBlockConfiguration),
        [true, true, true, true],
        id,
      );
      assert.deepEqual(Properties.OwnershipControls.Rules, [{ ObjectOwnership: 'BucketOwnerEnforced' }]);
      const [encryption] = Properties.BucketEncryption.ServerSideEncryptionConfiguration;
      assert.equal(encryption.ServerSideEncryptionByDefault.SSEAlgorithm, 'AES256');
      const rules: { Status: string; Prefix?: string }[] = Properties.LifecycleConfiguration.Rules;
      for (const { Status } of rules) assert.equal(Status, 'Enabled');
      assert.ok(rules.some((rule) => 'AbortIncompleteMultipartUpload' in rule));
      const expiring = rules.flatMap(({ Prefix = [] }) => Prefix).sort();
      assert.deepEqual(expiring, id === 'FlockBucket' ? ['flocks/'] : ['refused/', 'uploads/']);
    }
  });

  it('take TLS alone, also when the stack is gone', () => {
    const policies = ofType(template, 'AWS::S3::BucketPolicy');
    assert.deepEqual(
      policies.map(([, { Properties }]) => Properties.Bucket).sort(),
      ofType(template, 'AWS::S3::Bucket')
        .map(([id]) => id)
        .sort(),
    );
    for (const [id, { DeletionPolicy, Properties }] of policies) {
      assert.equal(DeletionPolicy, 'Retain', id);
      const bucket = Properties.Bucket;
      assert.deepEqual(Properties.PolicyDocument.Statement, [
        {
          ...{ Effect: 'Deny', Principal: '*', Action: 's3:*' },
          ...{ Resource: [`${bucket}.Arn`, `\${${bucket}.Arn}/*`], Condition: OVER_TLS },
        },
      ]);
    }
    const refused = propertiesOf('AWS::SQS::QueuePolicy').flatMap(({ Queues, PolicyDocument }) => {
      const deny = PolicyDocument.Statement.find(({ Effect }: { Effect: string }) => Effect === 'Deny');
      assert.deepEqual(deny.Condition, OVER_TLS);
      assert.deepEqual(
        deny.Resource,
        Queues.map((queue: string) => `${queue}.Arn`),
      );
      return Queues;
    });
    assert.deepEqual(
      refused.sort(),
      ofType(template, 'AWS::SQS::Queue')
        .map(([id]) => id)
        .sort(),
    );
  });

  it('let the API alone send forms to the bucket of portraits, and nobody to the other', () => {
    const [cors] = template.Resources['PortraitBucket']?.Properties.CorsConfiguration.CorsRules ?? [];
    assert.deepEqual(cors.AllowedMethods, ['POST']);
    assert.deepEqual(cors.AllowedOrigins, [
      `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`,
    ]);
    assert.equal(template.Resources['FlockBucket']?.Properties.CorsConfiguration, undefined);
  });

  it('notify encrypted queues of what is below a prefix, by their bucket alone', () => {
    for (const [workload, prefix] of [
      ['Portrait', 'uploads/'],
      ['Flock', 'flocks/'],
    ]) {
      const bucket = template.Resources[`${workload}Bucket`] as Resource & { DependsOn: string };
      assert.equal(bucket.DependsOn, `${workload}QueuePolicy`);
      assert.deepEqual(bucket.Properties.NotificationConfiguration.QueueConfigurations, [
        {
          Event: 's3:ObjectCreated:*',
          Queue: `${workload}Queue.Arn`,
          Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: prefix }] } },
        },
      ]);
      const [allow] = template.Resources[`${workload}QueuePolicy`]?.Properties.PolicyDocument.Statement ?? [];
      assert.deepEqual(allow.Principal, { Service: 's3.amazonaws.com' });
      assert.equal(allow.Action, 'sqs:SendMessage');
      assert.deepEqual(Object.keys(allow.Condition).sort(), ['ArnLike', 'StringEquals']);
      assert.deepEqual(allow.Condition.StringEquals, { 'aws:SourceAccount': 'AWS::AccountId' });
    }
    for (const { SqsManagedSseEnabled } of propertiesOf('AWS::SQS::Queue'))
      assert.equal(SqsManagedSseEnabled, true);
  });

  it('hand one message after the other to a bounded number of calls, and what fails to dead letters with an alarm', () => {
    const consumers = Object.values(functions).flatMap(({ timeout = 29, events, reservedConcurrency }) =>
      events.flatMap(({ sqs }: { sqs?: Record<string, unknown> }) =>
        sqs === undefined ? [] : [{ timeout, reservedConcurrency, ...sqs }],
      ),
    );
    assert.equal(consumers.length, 2);
    for (const {
      arn,
      timeout,
      reservedConcurrency,
      batchSize,
      functionResponseType,
      maximumConcurrency,
    } of consumers) {
      assert.equal(batchSize, 1);
      assert.equal(functionResponseType, 'ReportBatchItemFailures');
      assert.ok(maximumConcurrency >= 2 && maximumConcurrency <= 10);
      assert.equal(reservedConcurrency, undefined);
      const workload = arn.replace(/Queue\.Arn$/, '');
      const { VisibilityTimeout, RedrivePolicy } = template.Resources[`${workload}Queue`]?.Properties ?? {};
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: at least as long as the function.
      assert.ok(VisibilityTimeout >= 2 * timeout, arn);
      assert.equal(RedrivePolicy.deadLetterTargetArn, `${workload}DeadLetters.Arn`);
      assert.ok(RedrivePolicy.maxReceiveCount >= 3);
      const fortnight = 14 * 24 * 60 * 60;
      assert.equal(
        template.Resources[`${workload}DeadLetters`]?.Properties.MessageRetentionPeriod,
        fortnight,
      );
      const alarm = template.Resources[`${workload}DeadLettersAlarm`]?.Properties;
      assert.equal(alarm.MetricName, 'ApproximateNumberOfMessagesVisible');
      assert.deepEqual(alarm.Dimensions, [{ Name: 'QueueName', Value: `${workload}DeadLetters.QueueName` }]);
      assert.deepEqual([alarm.ComparisonOperator, alarm.Threshold], ['GreaterThanThreshold', 0]);
    }
  });

  it('tell buckets and dead letters', () => {
    assert.deepEqual(Object.keys(template.Outputs).sort(), [
      'FlockBucketName',
      'FlockDeadLettersUrl',
      'PortraitBucketName',
      'PortraitDeadLettersUrl',
    ]);
  });
});
