import { memoryObjects } from '../../../src/adapters/memory/memory-objects.ts';
import { memoryQueue } from '../../../src/adapters/memory/memory-queue.ts';
import { objectsContract } from '../../contracts/objects.ts';
import { queueContract } from '../../contracts/queue.ts';

objectsContract('memory', async () => {
  const objects = memoryObjects({ pageSize: 2 });
  return { objects, bucket: 'shed', post: objects.post, follow: objects.follow };
});

queueContract('memory', async () => {
  const queue = memoryQueue();
  return { queue, receive: async () => queue.messages };
});
