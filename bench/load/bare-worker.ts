// A child process that replies as little as AMQP allows, from a queue of its own, whose name it reports to its parent.
import { connect } from 'amqplib';

process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {});

const model = await connect(process.argv[2] ?? '', { noDelay: true });
const channel = await model.createChannel();
const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
await channel.consume(
  queue,
  (request) => {
    if (request === null) return;
    const { replyTo, correlationId } = request.properties;
    channel.publish('', String(replyTo), request.content, { correlationId, type: 'result' });
  },
  { noAck: true },
);
process.send?.({ queue });
