// The first paint: its ranking works before Streamlit has started, and when the live page has been drawn it gives way
// at the same place. (Served behind ranking.js as one file; nothing is handed over but the address, scroll and focus.)
const first = document.getElementById("first"), root = document.getElementById("root");

function work(box) {
  const before = new URLSearchParams(location.search);
  const choose = (view) => {
    const moved = `${view.getAll("category")}` !== `${before.getAll("category")}`;
    history.replaceState(history.state, "", `?${view}`);
    if (moved) renew();
  };
  attach(box, choose);
  if (!same(chosen(box), before)) choose(chosen(box)); // a reader was quicker than this script
}

// Other categories have other scores: the server draws them.
async function renew() {
  const page = await fetched(new URLSearchParams(location.search));
  if (!first.isConnected) return;
  for (const part of [".mh-leads", ".mh-tables"]) find(first, part).replaceWith(find(page, `#first ${part}`));
  work(find(first, ".mh-ranking"));
}

// How to find again in the live page what has the focus here.
function again(field) {
  if (field.name) return `.mh-tools [name="${field.name}"]` + (field.type === "checkbox" ? `[value="${field.value}"]` : "");
  const head = field.closest("th[data-sort]"), row = field.closest("tr[data-system]");
  if (head) return `th[data-sort="${head.dataset.sort}"] button`;
  return row && `tr[data-system="${row.dataset.system}"] .mh-name`;
}

function giveWay() {
  const main = find(root, "[data-testid=stMain]"), field = document.activeElement, place = find(first, "main").scrollTop;
  const next = first.contains(field) && again(field);
  const open = all(first, ".mh-menu").map((menu) => menu.open);
  first.remove();
  root.inert = false;
  all(root, ".mh-menu").forEach((menu, at) => (menu.open = open[at]));
  if (main && place) main.scrollTop = place;
  const found = next && find(root, next);
  if (found) found.focus({ preventScroll: true });
  if (found?.name === "q") found.setSelectionRange(field.selectionStart, field.selectionEnd);
}

if (first) {
  const box = find(first, ".mh-ranking");
  if (box) work(box);
  root.inert = true;
  const ready = () => find(root, ".mh-empty") || (find(root, ".mh-foot") && (!box || find(root, ".mh-tables > *")));
  const seeker = new MutationObserver(() => {
    if (!ready()) return;
    seeker.disconnect();
    requestAnimationFrame(giveWay);
  });
  seeker.observe(root, { childList: true, subtree: true });
}
