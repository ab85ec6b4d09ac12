// The child process that is DynamoDB: in memory, on a free loopback port, which it reports to its parent.
import dynalite from 'dynalite';

const READY_AT_ONCE = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };

// However the parent dies, its end of this channel closes.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group; the parent decides when its database may go.
process.on('SIGINT', () => {});

const server = dynalite(READY_AT_ONCE);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.({ port: address.port });
});
