import { Duplex } from 'node:stream';
import type { ChannelModel } from 'amqplib';

/** The parts of amqplib's connection that its types leave out. */
interface Inside {
  readonly stream?: unknown;
  readonly muxer?: { _readIncoming?: () => void };
}

/** The socket of a connection; undefined: this version of amqplib keeps it elsewhere. */
export function socketOf(model: ChannelModel): Duplex | undefined {
  const { stream } = model.connection as Inside;
  return stream instanceof Duplex ? stream : undefined;
}

/**
 * Joins all frames that a turn of the event loop sends into one write to the socket: amqplib collects them in `muxer`
 * and writes them one by one, the first at once. Where a version of amqplib has other insides, nothing is changed.
 */
export function joinWrites(model: ChannelModel): void {
  const socket = socketOf(model);
  const { muxer } = model.connection as Inside;
  const write = muxer?._readIncoming?.bind(muxer);
  if (socket === undefined || muxer === undefined || write === undefined) return;
  muxer._readIncoming = () => {
    socket.cork();
    try {
      write();
    } finally {
      socket.uncork();
    }
  };
}
