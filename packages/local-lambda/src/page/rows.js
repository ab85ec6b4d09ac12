/**
 * Shows a list as rows of a table, which are made once and filled again: only texts that differ are touched.
 * @param body the `tbody`.
 * @param fill one function for each column, which gets the cell and the item.
 */
export function createRows(body, fill) {
  const rows = [];
  return {
    show: (items) => {
      while (rows.length < items.length) {
        const row = document.createElement('tr');
        row.append(...fill.map(() => document.createElement('td')));
        rows.push(row);
        body.append(row);
      }
      while (rows.length > items.length) rows.pop().remove();
      items.forEach((item, i) => {
        // What is shown already is the same object.
        if (rows[i].item === item) return;
        rows[i].item = item;
        fill.forEach((column, j) => {
          column(rows[i].cells[j], item);
        });
      });
    },
  };
}
