// 500 000 hashes, each of the digest before: the CPU-bound function of aws-lambda-performance-benchmarks.
const { createHash } = require('node:crypto');

exports.handler = async ({ iterations }, { awsRequestId }) => {
  // biome-ignore lint/suspicious/noConsole: as there
  console.log(JSON.stringify({ event: 'handler_start', requestId: awsRequestId }));
  let data = Buffer.from('benchmark data for Lambda ARM vs x86 performance testing');
  for (let i = 0; i < iterations; i++) data = createHash('sha256').update(data).digest();
  const resultHash = data.toString('hex');
  // biome-ignore lint/suspicious/noConsole: as there
  console.log(JSON.stringify({ event: 'handler_success', resultHashLength: resultHash.length }));
  return { success: true, resultHash };
};
