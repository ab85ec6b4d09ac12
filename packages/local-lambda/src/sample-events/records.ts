import { createHash } from 'node:crypto';
import { attributesOf } from './attributes.ts';
import { arnOf, type SampleFields, type SampleSettings } from './sample.ts';

const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function sqsEvent(fields: SampleFields, settings: SampleSettings): object {
  const { queue = 'sample-queue', body = 'Hello' } = fields;
  const sentMs = String(settings.nowMs);
  return {
    Records: [
      {
        messageId: settings.newId(),
        receiptHandle: `receipt-${settings.newId()}`,
        body,
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: sentMs,
          SenderId: 'AIDASAMPLE',
          ApproximateFirstReceiveTimestamp: sentMs,
        },
        messageAttributes: {},
        md5OfBody: digest('md5', body),
        eventSource: 'aws:sqs',
        eventSourceARN: arnOf('sqs', queue, settings),
        awsRegion: settings.region,
      },
    ],
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function snsEvent(fields: SampleFields, settings: SampleSettings): object {
  const { topic = 'sample-topic', subject = 'Sample', body = 'Hello' } = fields;
  const topicArn = arnOf('sns', topic, settings);
  const host = `https://sns.${settings.region}.amazonaws.com`;
  const subscription = `${topicArn}:${settings.newId()}`;
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription,
        Sns: {
          Type: 'Notification',
          MessageId: settings.newId(),
          TopicArn: topicArn,
          Subject: subject,
          Message: body,
          Timestamp: new Date(settings.nowMs).toISOString(),
          SignatureVersion: '1',
          Signature: 'sample',
          SigningCertUrl: `${host}/SimpleNotificationService-sample.pem`,
          UnsubscribeUrl: `${host}/?Action=Unsubscribe&SubscriptionArn=${subscription}`,
          MessageAttributes: {},
        },
      },
    ],
  };
}

/**
 * S3's notification of a new or a removed object; its key is encoded as S3 encodes it.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function s3Event(
  eventName: 'ObjectCreated:Put' | 'ObjectRemoved:Delete',
  fields: SampleFields,
  settings: SampleSettings,
): object {
  const { bucket = 'sample-bucket', key = 'folder/sample.txt', size = 1_024 } = fields;
  const created = { size, eTag: digest('md5', key) };
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: settings.region,
        eventTime: new Date(settings.nowMs).toISOString(),
        eventName,
        userIdentity: { principalId: 'AWS:AIDASAMPLE' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: {
          'x-amz-request-id': settings.newId().slice(0, 8).toUpperCase(),
          'x-amz-id-2': digest('sha256', key),
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'sample',
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: 'SAMPLE' },
            arn: `arn:aws:s3:::${bucket}`,
          },
          object: {
            key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
            ...(eventName === 'ObjectCreated:Put' && created),
            sequencer: settings.nowMs.toString(16).toUpperCase().padStart(18, '0'),
          },
        },
      },
    ],
  };
}

/**
 * An item written to a table, as its stream tells it with both images.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export function dynamodbEvent(fields: SampleFields, settings: SampleSettings): object {
  const { table = 'sample-table', item = { id: '1', text: 'Hello' } } = fields;
  const image = attributesOf(item);
  const time = new Date(settings.nowMs).toISOString().slice(0, -1);
  return {
    Records: [
      {
        eventID: digest('md5', settings.newId()),
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: settings.region,
        dynamodb: {
          ApproximateCreationDateTime: Math.floor(settings.nowMs / 1_000),
          // Which attributes are the key, only the table knows.
          Keys: Object.fromEntries(Object.entries(image).slice(0, 1)),
          NewImage: image,
          SequenceNumber: '111',
          SizeBytes: JSON.stringify(item).length,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
        eventSourceARN: arnOf('dynamodb', `table/${table}/stream/${time}`, settings),
      },
    ],
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export function kinesisEvent(fields: SampleFields, settings: SampleSettings): object {
  const { stream = 'sample-stream', partitionKey = '1', body = 'Hello' } = fields;
  const sequenceNumber = '49590338271490256608559692538361571095921575989136588898';
  return {
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey,
          sequenceNumber,
          data: Buffer.from(body).toString('base64'),
          approximateArrivalTimestamp: settings.nowMs / 1_000,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `shardId-000000000000:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: 'arn:aws:iam::000000000000:role/local-lambda',
        awsRegion: settings.region,
        eventSourceARN: arnOf('kinesis', `stream/${stream}`, settings),
      },
    ],
  };
}

/** What a rule of EventBridge hands on: of a schedule, or of a source's own event. */
export function eventBridgeEvent(
  fields: SampleFields,
  settings: SampleSettings,
  isSchedule: boolean,
): object {
  const { rule = 'sample-rule', source = 'sample', detailType = 'Sample', detail = {} } = fields;
  return {
    version: '0',
    id: settings.newId(),
    'detail-type': isSchedule ? 'Scheduled Event' : detailType,
    source: isSchedule ? 'aws.events' : source,
    account: '000000000000',
    // Without milliseconds, as EventBridge writes it.
    time: new Date(settings.nowMs).toISOString().replace(/\.\d+/, ''),
    region: settings.region,
    resources: isSchedule ? [arnOf('events', `rule/${rule}`, settings)] : [],
    detail,
  };
}
