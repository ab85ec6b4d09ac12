const MAX_ROWS = 200;
const POLL_MS = 300;
const byId = (id) => document.getElementById(id);

/** The form that runs a query of CloudWatch Logs Insights over a function's log. */
export function startQueryForm() {
  const form = byId('query');
  const button = form.querySelector('button.main');
  form.addEventListener('submit', async (submitted) => {
    submitted.preventDefault();
    byId('query-problem').textContent = '';
    button.disabled = true;
    say('Running');
    try {
      await run();
    } catch (error) {
      byId('query-problem').textContent = error.message;
      say('');
    }
    button.disabled = false;
  });

  async function run() {
    const { functions } = await (await fetch('api/functions')).json();
    const { logGroup } =
      functions.find(({ functionName }) => functionName === byId('query-function').value) ?? {};
    const endTime = Math.ceil(Date.now() / 1_000);
    const { queryId } = await ask('StartQuery', {
      logGroupName: logGroup,
      queryString: byId('query-text').value,
      startTime: endTime - 60 * Number(byId('query-minutes').value),
      endTime,
    });
    for (;;) {
      const { status, results } = await ask('GetQueryResults', { queryId });
      if (status === 'Complete') return show(results);
      if (status !== 'Running' && status !== 'Scheduled') throw new Error(`The query ended as ${status}.`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/** Speaks CloudWatch's own API. */
async function ask(operation, input) {
  const answer = await fetch('api/logs', {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` },
    body: JSON.stringify(input),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.message ?? body.Message ?? `${operation}: status ${answer.status}`);
  return body;
}

function show(results) {
  const shown = results.slice(0, MAX_ROWS).map((row) => row.filter(({ field }) => field !== '@ptr'));
  const columns = [...new Set(shown.flatMap((row) => row.map(({ field }) => field)))];
  const head = document.createElement('thead');
  head.append(rowOf(columns, 'th'));
  const body = document.createElement('tbody');
  for (const row of shown) {
    const values = new Map(row.map(({ field, value }) => [field, value]));
    body.append(
      rowOf(
        columns.map((column) => values.get(column) ?? ''),
        'td',
      ),
    );
  }
  byId('query-result').replaceChildren(head, body);
  const more = results.length > MAX_ROWS ? `, of which the first ${MAX_ROWS} are shown` : '';
  say(`${results.length} ${results.length === 1 ? 'row' : 'rows'}${more}`);
}

function rowOf(values, tag) {
  const row = document.createElement('tr');
  for (const value of values) {
    const cell = document.createElement(tag);
    if (tag === 'th') cell.scope = 'col';
    cell.textContent = value;
    row.append(cell);
  }
  return row;
}

function say(words) {
  byId('query-status').textContent = words;
}
