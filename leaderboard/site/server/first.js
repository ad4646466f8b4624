// The first paint: its ranking works before Streamlit has started. The live page replaces it when it is drawn, without a
// visible change. (Served behind ranking.js in one file. Only the address, the scroll position, the focus and the open
// menus go from one to the other.)
const first = document.getElementById("first"), root = document.getElementById("root");

// Returns the selector of the element of the live page that has to get the focus of an element of the first paint.
function selectorOf(field) {
  if (field.name) return `.mh-tools [name="${field.name}"]` + (field.type === "checkbox" ? `[value="${field.value}"]` : "");
  const head = field.closest("th[data-sort]"), row = field.closest("tr[data-system]");
  if (head) return `th[data-sort="${head.dataset.sort}"] button`;
  return row && `tr[data-system="${row.dataset.system}"] .mh-name`;
}

function replaceFirstPaint() {
  const main = find(root, "[data-testid=stMain]"), field = document.activeElement, scroll = find(first, "main").scrollTop;
  const selector = first.contains(field) && selectorOf(field);
  const open = all(first, ".mh-menu").map((menu) => menu.open);
  first.remove();
  root.inert = false;
  refresh(); // the reader may have changed the address since
  all(root, ".mh-menu").forEach((menu, at) => (menu.open = open[at]));
  if (main && scroll) main.scrollTop = scroll;
  const target = selector && find(root, selector);
  if (target) target.focus({ preventScroll: true });
  if (target?.name === "q") target.setSelectionRange(field.selectionStart, field.selectionEnd);
}

if (first) {
  const box = find(first, ".mh-ranking");
  if (box) {
    attach(box);
    correct(box);
  }
  root.inert = true; // Streamlit draws below the first paint: neither Tab nor a screen reader may reach it yet
  const ready = () => find(root, ".mh-empty") || (find(root, ".mh-foot") && (!box || find(root, ".mh-tables > *")));
  const observer = new MutationObserver(() => {
    if (!ready()) return;
    observer.disconnect();
    requestAnimationFrame(replaceFirstPaint);
  });
  observer.observe(root, { childList: true, subtree: true });
}
