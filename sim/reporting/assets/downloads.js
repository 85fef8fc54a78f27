// Tables as CSV, made in the page. Nothing is fetched.
function csvOf(columns, rows) {
  const cell = (v) => {
    const text = v === null || v === undefined ? "" : String(v);
    return /[",\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
function saveCsv(name, columns, rows) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff" + csvOf(columns, rows)], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
for (const button of document.querySelectorAll("button.csv[data-table]")) {
  button.addEventListener("click", () => {
    const table = JSON.parse(document.getElementById(button.dataset.table).textContent);
    saveCsv(button.dataset.name, table.columns, table.rows);
  });
}
