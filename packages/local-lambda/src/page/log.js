const MAX_LINES = 300;

/** The log as it comes: the last lines of all functions, or of one. */
export function createLogView(view, pause, clear, clock) {
  let lines = [];
  let added = [];
  let group;
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

  function element({ timeMs, message }) {
    const line = document.createElement('div');
    const time = document.createElement('span');
    time.textContent = `${clock.format(timeMs)} `;
    line.append(time, message.replaceAll('\r', '\n'));
    return line;
  }

  function draw() {
    const shown = lines.filter(
      (line) => group === undefined || line.group === group || line.group === undefined,
    );
    view.replaceChildren(...shown.map(element));
    view.scrollTop = view.scrollHeight;
  }

  return {
    add: (more, skipped) => {
      added.push(...more);
      if (skipped > 0) added.push({ timeMs: Date.now(), message: `… ${skipped} more lines` });
      added = added.slice(-MAX_LINES);
    },
    show: (wanted) => {
      const isOther = wanted !== group;
      group = wanted;
      const fresh = added;
      added = [];
      lines = [...lines, ...fresh].slice(-MAX_LINES);
      if (isOther) return draw();
      if (isPaused || fresh.length === 0) return;
      const isAtEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 30;
      view.append(...fresh.filter((line) => group === undefined || line.group === group).map(element));
      while (view.childElementCount > MAX_LINES) view.firstElementChild.remove();
      if (isAtEnd) view.scrollTop = view.scrollHeight;
    },
  };
}
