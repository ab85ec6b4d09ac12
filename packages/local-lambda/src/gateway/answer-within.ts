/**
 * Waits for an answer; undefined when it takes longer than API Gateway waits.
 * @param late gets an answer for which nobody waits any more.
 */
export async function answerWithin<Answer>(
  answering: Promise<Answer>,
  timeoutMs: number,
  late: (answer: Answer) => void = () => undefined,
): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    const answer = await Promise.race([answering, timeout]);
    if (answer === undefined) answering.then(late, () => undefined);
    return answer;
  } finally {
    clearTimeout(timer);
  }
}
