"""What the earlier runtime's asyncio worker did: prefetch 1000, replies without confirms, each message acknowledged."""

import asyncio
import signal
import sys

import pika
from pika.adapters.asyncio_connection import AsyncioConnection

PREFETCH = 1000


def echo(channel, method, properties, body):
    reply = pika.BasicProperties(
        content_type=properties.content_type,
        correlation_id=properties.correlation_id,
        delivery_mode=2,
    )
    channel.basic_publish("", properties.reply_to, body, reply)
    channel.basic_ack(method.delivery_tag)


def serve(url, queue, durable):
    loop = asyncio.new_event_loop()

    def consume(channel):
        def declared(_frame):
            channel.basic_qos(prefetch_count=PREFETCH, callback=bound)

        def bound(_frame):
            channel.basic_consume(queue, echo, callback=ready)

        def ready(_frame):
            print("ready", flush=True)

        channel.queue_declare(queue, durable=durable, auto_delete=not durable, callback=declared)

    AsyncioConnection(
        pika.URLParameters(url),
        on_open_callback=lambda connection: connection.channel(on_open_callback=consume),
        on_open_error_callback=lambda _connection, error: sys.exit(str(error)),
        on_close_callback=lambda _connection, _error: loop.stop(),
        custom_ioloop=loop,
    )
    loop.add_signal_handler(signal.SIGTERM, loop.stop)
    loop.run_forever()


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], sys.argv[3] == "durable")
