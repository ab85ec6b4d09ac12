const MAX_LINES = 300;

/** The log of all functions, or of one: the last lines that the host keeps, then those that come. */
export function createLogView(view, pause, clear, clock) {
  let lines = [];
  let added = [];
  let scope = {};
  let loads = 0;
  let isPaused = false;

  pause.addEventListener('click', () => {
    isPaused = !isPaused;
    pause.setAttribute('aria-pressed', String(isPaused));
    if (!isPaused) draw();
  });
  clear.addEventListener('click', () => {
    lines = [];
    view.replaceChildren();
  });

  function element({ timeMs, message, group }) {
    const line = document.createElement('div');
    const about = document.createElement('span');
    const name = scope.functionName === undefined ? (group ?? '').split('/').at(-1) : '';
    about.textContent = `${clock.format(timeMs)} ${name === '' ? '' : `${name} `}`;
    line.append(about, message.replaceAll('\r', '\n'));
    return line;
  }

  function draw() {
    view.replaceChildren(...lines.map(element));
    view.scrollTop = view.scrollHeight;
  }

  function isInScope({ group }) {
    return scope.functionName === undefined || group === scope.logGroup;
  }

  /** Lines that came meanwhile may be among those that the host kept. */
  async function load() {
    loads += 1;
    const number = loads;
    const kept = await keptLines(scope.functionName);
    if (number !== loads) return;
    const known = new Set(kept.map(keyOf));
    const later = [...lines, ...added].filter((line) => !known.has(keyOf(line)));
    lines = [...kept, ...later].slice(-MAX_LINES);
    added = [];
    draw();
  }

  function begin() {
    lines = [];
    added = [];
    draw();
    void load();
  }

  return {
    /** Takes what the host keeps, for instance after a time without connection. */
    begin,
    add: (more, skipped) => {
      added.push(...more.filter(isInScope));
      if (skipped > 0) added.push({ timeMs: Date.now(), message: `… ${skipped} more lines` });
      added = added.slice(-MAX_LINES);
    },
    show: (functionName, logGroup) => {
      if (functionName !== scope.functionName || logGroup !== scope.logGroup) {
        scope = { functionName, logGroup };
        return begin();
      }
      const fresh = added;
      added = [];
      lines = [...lines, ...fresh].slice(-MAX_LINES);
      if (isPaused || fresh.length === 0) return;
      const isAtEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 30;
      view.append(...fresh.map(element));
      while (view.childElementCount > MAX_LINES) view.firstElementChild.remove();
      if (isAtEnd) view.scrollTop = view.scrollHeight;
    },
  };
}

async function keptLines(functionName) {
  const about = functionName === undefined ? '' : `&function=${encodeURIComponent(functionName)}`;
  try {
    const answer = await fetch(`api/log-lines?limit=${MAX_LINES}${about}`);
    return answer.ok ? (await answer.json()).lines : [];
  } catch {
    return [];
  }
}

function keyOf({ timeMs, stream, message }) {
  return `${Math.floor(timeMs)} ${stream} ${message.replaceAll('\n', '\r')}`;
}
