// The first paint: its ranking works before Streamlit has started, and when the live page has been drawn it gives way
// at the same place. (Served behind ranking.js as one file; nothing is handed over but the address, scroll and focus.)
const first = document.getElementById("first"), root = document.getElementById("root");

// How to find again in the live page what has the focus here.
function place(field) {
  if (field.name) return `.mh-tools [name="${field.name}"]` + (field.type === "checkbox" ? `[value="${field.value}"]` : "");
  const head = field.closest("th[data-sort]"), row = field.closest("tr[data-system]");
  if (head) return `th[data-sort="${head.dataset.sort}"] button`;
  return row && `tr[data-system="${row.dataset.system}"] .mh-name`;
}

function giveWay() {
  const main = find(root, "[data-testid=stMain]"), field = document.activeElement, from = find(first, "main").scrollTop;
  const next = first.contains(field) && place(field);
  const open = all(first, ".mh-menu").map((menu) => menu.open);
  first.remove();
  root.inert = false;
  refresh(); // what was chosen meanwhile
  all(root, ".mh-menu").forEach((menu, at) => (menu.open = open[at]));
  if (main && from) main.scrollTop = from;
  const found = next && find(root, next);
  if (found) found.focus({ preventScroll: true });
  if (found?.name === "q") found.setSelectionRange(field.selectionStart, field.selectionEnd);
}

if (first) {
  const box = find(first, ".mh-ranking");
  if (box) {
    attach(box);
    correct(box);
  }
  root.inert = true;
  const ready = () => find(root, ".mh-empty") || (find(root, ".mh-foot") && (!box || find(root, ".mh-tables > *")));
  const seeker = new MutationObserver(() => {
    if (!ready()) return;
    seeker.disconnect();
    requestAnimationFrame(giveWay);
  });
  seeker.observe(root, { childList: true, subtree: true });
}
