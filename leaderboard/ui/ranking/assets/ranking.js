// The ranking in the browser, before Streamlit has started and after: it hides, orders and links the rows that the
// server has drawn. What a reader has chosen is a query string, the one of the address.
const FILTERS = ["group", "access", "kind", "tier"];
const CONTROLS = ["q", "category", ...FILTERS, "sort"];
const PLAIN = { ø: "o", đ: "d", ł: "l", æ: "ae", œ: "oe", ß: "ss", 0: "o", 1: "l", i: "l", 5: "s" };
const TURNED = { ascending: "descending", descending: "ascending" };

// As leaderboard/words.py folds names.
const fold = (text) =>
  Array.from(text.toLowerCase().normalize("NFKD").matchAll(/[\p{L}\p{N}]/gu), ([sign]) => PLAIN[sign] ?? sign)
    .join("").replaceAll("rn", "m").replaceAll("vv", "w");
const find = (box, what) => box.querySelector(what);
const all = (box, what) => [...box.querySelectorAll(what)];
const controls = (box) => find(box, ".mh-tools").elements;
const shut = (menu) => (menu.open = false);

// What the controls say, and beside it what the address says of anything else.
export function chosen(box) {
  const view = new URLSearchParams(location.search);
  for (const name of CONTROLS) view.delete(name);
  for (const [name, value] of new FormData(find(box, ".mh-tools"))) {
    if (value.trim() && !(name === "sort" && value === "rank")) view.append(name, value.trim());
  }
  return view;
}

// Whether two views show the same rows in the same order.
export const same = (one, other) =>
  CONTROLS.every((name) => `${one.getAll(name).sort()}` === `${other.getAll(name).sort()}`);

// Draws a view: first its controls, which drop what they do not know, then the rows.
export function show(box, view) {
  for (const field of controls(box)) {
    if (field.type === "checkbox") field.checked = view.getAll(field.name).includes(field.value);
    else if (field.name === "sort") field.value = view.get("sort") ?? "rank";
    else if (field.name === "q" && field !== document.activeElement) field.value = view.get("q") ?? "";
  }
  if (!controls(box).sort.value) controls(box).sort.value = "rank";
  draw(box, chosen(box));
}

function draw(box, view) {
  for (const menu of all(box, ".mh-menu")) {
    const names = all(menu, ":checked").map((field) => field.parentNode.textContent);
    const none = find(menu, "[name=category]") ? "All" : "No filter";
    find(menu, "b").textContent = names.length > 1 ? `${names.length} chosen` : (names[0] ?? none);
  }
  if (!find(box, ".mh-count")) return; // the tables are on their way
  const wanted = fold(view.get("q") ?? "");
  const filters = FILTERS.filter((name) => view.has(name));
  for (const row of all(box, "tr[data-find]")) {
    row.hidden = !row.dataset.find.includes(wanted)
      || !filters.every((name) => view.getAll(name).includes(row.dataset[name]));
  }
  const table = find(box, ".mh-standings"), rows = all(box, "tr[data-at]");
  if (table) order(table, rows, view.get("sort") ?? "rank", controls(box).sort);
  const seen = rows.filter((row) => !row.hidden).length;
  find(box, ".mh-count").hidden = seen === rows.length;
  find(box, ".mh-count b").textContent = seen;
  find(box, ".mh-nothing").hidden = seen > 0;
  for (const part of all(box, ".mh-unranked")) part.hidden = !find(part, "tr[data-find]:not([hidden])");
  for (const part of all(box, ".mh-simulated")) part.hidden = wanted !== "" || filters.length > 0;
  for (const link of all(box, ".mh-tables a[href*='system=']")) {
    view.set("system", new URL(link.href).searchParams.get("system"));
    link.href = `./system?${view}`;
  }
}

// Puts the rows in an order; by rank each group has its heading. Missing values come last in both directions.
function order(table, rows, sort, orders) {
  const key = sort.replace("-", ""), byRank = sort === "rank";
  const first = find(orders, `[value="${key}"]`).dataset.first;
  const direction = sort === key ? first : TURNED[first];
  for (const head of all(table, "th[data-sort]")) {
    if (head.dataset.sort === key) head.setAttribute("aria-sort", direction);
    else head.removeAttribute("aria-sort");
  }
  const value = ({ dataset }) => (key === "name" || !(key in dataset) ? dataset[key] : Number(dataset[key]));
  const compare = (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return 0;
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    return (a < b) === (direction === "ascending") ? -1 : 1;
  };
  rows.sort((one, other) => (byRank ? 0 : one.hidden - other.hidden || compare(one, other)) || one.dataset.at - other.dataset.at);
  [...table.tBodies].forEach((body, at) => {
    const held = all(body, "tr[data-at]"), wanted = rows.filter((row) => (byRank ? +row.dataset.in : 0) === at);
    // To put two hundred rows where they are already takes as long as to draw them.
    if (wanted.some((row, place) => row !== held[place])) body.append(...wanted);
  });
  for (const body of table.tBodies) body.rows[0].hidden = !byRank || !find(body, "tr[data-at]:not([hidden])");
}

// Makes the controls work. `choose(view, typing)` is told of every view that the reader chooses.
export function attach(box, choose) {
  const tools = find(box, ".mh-tools");
  const changed = (typing) => {
    const view = chosen(box);
    draw(box, new URLSearchParams(view));
    choose(view, typing);
  };
  tools.onsubmit = (event) => event.preventDefault();
  tools.oninput = ({ target }) => changed(target.name === "q");
  tools.onkeydown = ({ key, target }) => {
    const menu = key === "Escape" && target.closest("details[open]");
    if (!menu) return;
    shut(menu);
    find(menu, "summary").focus();
  };
  find(box, ".mh-all").onclick = () => {
    for (const field of tools.elements) if (FILTERS.includes(field.name)) field.checked = false;
    tools.elements.q.value = "";
    tools.elements.q.focus();
    changed();
  };
  for (const head of all(box, "th[data-sort]:not(:has(button))")) {
    const words = find(head, ".mh-by"), button = document.createElement("button");
    button.type = "button";
    words.replaceWith(button);
    button.append(words);
    button.onclick = () => {
      const { sort, first, oneWay } = head.dataset;
      const turns = oneWay === undefined && head.getAttribute("aria-sort") === find(tools, `[value="${sort}"]`).dataset.first;
      tools.elements.sort.value = (turns ? "-" : "") + sort;
      changed();
    };
  }
}

addEventListener("click", ({ target }) => all(document, ".mh-menu[open]").filter((menu) => !menu.contains(target)).map(shut));

// The live page: Streamlit calls this for each answer of the server.
export default function ({ data, parentElement, setTriggerValue }) {
  const fresh = !find(parentElement, ".mh-ranking");
  if (fresh) {
    parentElement.append(document.createElement("div"));
    parentElement.lastChild.className = "mh-ranking stHtml";
  }
  const box = find(parentElement, ".mh-ranking");
  box.tell = setTriggerValue;
  box.documents = data.documents;
  if (data.tables !== null || box.board !== data.board) build(box, { ...data, of: data.tables && data.of });
  if (data.tables !== null) box.wanted = null;
  else if (box.of !== data.of && !box.wanted) hurry(box, data.query);
  const given = new URLSearchParams(data.query);
  // An answer to an earlier choice must not undo a later one, nor what was chosen in the first paint.
  const asked = fresh ? new URLSearchParams(location.search) : box.asked && box.asked !== data.answered && chosen(box);
  if (!asked) box.asked = null;
  show(box, asked || given);
  box.categories ??= `${chosen(box).getAll("category")}`;
  if (fresh && !same(chosen(box), given)) ask(box, chosen(box));
  if (fresh && history.state?.scroll) find(document, "[data-testid=stMain]").scrollTop = history.state.scroll;
}

function build(box, { board, of, tools, tables }) {
  if (box.of === of) return;
  const typed = box.board && controls(box).q, held = typed && typed === document.activeElement;
  const topFirst = box.board && scrolled() < innerHeight; // asked later, it would have all rows laid out at once
  if (box.board !== board) box.innerHTML = `${tools}<div class="mh-tables"></div>`;
  find(box, ".mh-tables").innerHTML = tables ?? "";
  if (topFirst) drawTopFirst(find(box, ".mh-standings"));
  Object.assign(box, { board, of });
  if (held) controls(box).q.focus(), (controls(box).q.value = typed.value);
  attach(box, (view, typing) => ask(box, view, typing));
  find(box, ".mh-tables").onclick = open;
}

const scrolled = () => find(document, "[data-testid=stMain]").scrollTop;

// A browser takes a second for two hundred rows: those in sight come a frame before the others.
function drawTopFirst(table) {
  table?.classList.add("mh-top");
  requestAnimationFrame(() => setTimeout(() => table?.classList.remove("mh-top")));
}

// Other categories have other scores. The document of their address holds them, drawn by the server.
export const fetched = async (view) =>
  new DOMParser().parseFromString(await (await fetch(`./?${view}`)).text(), "text/html");

// The document is here long before Streamlit has run the page again, which then sends no tables.
async function hurry(box, view) {
  box.wanted = view;
  const page = await fetched(view).catch(() => null), tables = page && find(page, "#first .mh-tables");
  if (box.wanted !== view) return;
  box.wanted = null;
  if (!tables) return setTimeout(() => box.tell("whole", view), 1000); // after the view has been told: Streamlit sends them
  build(box, { board: box.board, of: tables.dataset.of, tables: tables.innerHTML });
  show(box, chosen(box));
}

function ask(box, view, typing) {
  clearTimeout(box.timer);
  box.asked = `${view}`;
  const categories = `${view.getAll("category")}`;
  if (box.documents && box.categories !== undefined && box.categories !== categories) hurry(box, box.asked);
  box.categories = categories;
  box.timer = setTimeout(() => box.tell("view", box.asked), typing ? 400 : 0);
  setTimeout((asked) => box.asked === asked && (box.asked = null), 5000, box.asked);
}

// A row opens its system's page, as Back and Forward open pages: Streamlit follows the address, nothing is loaded again.
// Its link is a link for everything else that is done with one.
function open(event) {
  const row = event.target.closest("tr[data-system]");
  const link = event.target.closest("a") ?? (row && find(row, ".mh-name"));
  if (!link?.href.includes("system=") || event.ctrlKey || event.metaKey || event.shiftKey || `${getSelection()}`) return;
  event.preventDefault();
  history.replaceState({ ...history.state, scroll: scrolled() }, "");
  history.pushState({}, "", link.href);
  dispatchEvent(new PopStateEvent("popstate"));
}
