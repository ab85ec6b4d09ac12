/**
 * Preloaded into every process of Node that the rehearsal starts: none reaches further than this machine, and none
 * outlives the process that started it, even one that was killed and could not clean up.
 */
import { Socket } from 'node:net';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost', undefined]);
const connect = Socket.prototype.connect;

Socket.prototype.connect = function connectToLoopback(...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args;
  const target = typeof first === 'object' ? first : typeof first === 'number' ? { host: args[1] } : {};
  if (target.path === undefined && !LOOPBACK.has(target.host)) {
    throw new Error(`the rehearsal talks to this machine only; refused ${target.host}`);
  }
  return connect.apply(this, args);
};

const PARENT_INTERVAL_MS = 500;
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(1), PARENT_INTERVAL_MS).unref();
