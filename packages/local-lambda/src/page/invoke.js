const MAX_SHOWN = 100_000;
const byId = (id) => document.getElementById(id);

/** The form that invokes a function with an event, which may be a sample. */
export function startInvokeForm() {
  const form = byId('invoke');
  const event = byId('invoke-event');
  const sample = byId('invoke-sample');
  const problem = byId('invoke-problem');

  fetch('api/sample-events')
    .then((answer) => answer.json())
    .then(
      ({ kinds }) => {
        for (const { kind, about } of kinds) sample.append(new Option(`${kind}: ${about}`, kind));
      },
      () => undefined,
    );
  sample.addEventListener('change', async () => {
    if (sample.value === '') return;
    const answer = await fetch(`api/sample-events/${encodeURIComponent(sample.value)}`);
    event.value = JSON.stringify(await answer.json(), undefined, 2);
    problem.textContent = '';
  });
  form.addEventListener('submit', async (submitted) => {
    submitted.preventDefault();
    problem.textContent = problemOf(event.value);
    if (problem.textContent !== '') return event.focus();
    const button = form.querySelector('button.main');
    button.disabled = true;
    show('Invoking');
    try {
      await invoke();
    } catch (error) {
      show(`The host cannot be reached: ${error.message}`);
    }
    button.disabled = false;
  });

  async function invoke() {
    const name = encodeURIComponent(byId('invoke-function').value);
    const began = performance.now();
    const answer = await fetch(`api/functions/${name}/invocations`, {
      method: 'POST',
      headers: { 'x-amz-invocation-type': byId('invoke-type').value },
      body: event.value,
    });
    const body = await answer.text();
    const took = `${(performance.now() - began).toFixed(0)} ms`;
    if (answer.status === 202) return show(`Accepted after ${took}; its tries are listed above.`);
    const failed = answer.headers.has('x-amz-function-error') || answer.status >= 400;
    const environment = answer.headers.get('x-local-lambda-environment')?.slice(0, 12);
    const where = environment === undefined ? '' : ` in environment ${environment}`;
    show(`${failed ? 'Failed' : 'Answered'} after ${took}${where}.`, pretty(body));
  }
}

function show(words, payload) {
  const line = document.createElement('p');
  line.textContent = words;
  const parts = [line];
  if (payload !== undefined) {
    const block = document.createElement('pre');
    block.textContent = payload.slice(0, MAX_SHOWN);
    parts.push(block);
  }
  byId('invoke-answer').replaceChildren(...parts);
}

function problemOf(text) {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return `The event is not JSON: ${error.message}`;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
