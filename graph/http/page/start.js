// Starts GraphiQL with our fetcher, the bar's token, the example queries, and storage of its own.
"use strict";

const root = document.getElementById("graphiql");
const settings = JSON.parse(root.dataset.settings);
const { createElement, useState, useEffect } = React;

// GraphiQL's dialogs insert a <style>; this global is where its library looks for the nonce that allows one.
window.__webpack_nonce__ = document.currentScript.nonce;

// ------------------------------------------------------------------ the token, for as long as this browser tab lives

const offered = new Map(settings.tokens.map(({ name, token }) => [name, token]));
const OWN = "";

// An offered token is remembered by its name: the demo makes new ones at every start.
const caller = {
  get name() {
    const name = sessionStorage.getItem(`${settings.storage}:as`);
    return name === OWN || offered.has(name) ? name : settings.tokens[0]?.name ?? OWN;
  },
  get token() {
    return caller.name === OWN ? sessionStorage.getItem(`${settings.storage}:token`) ?? "" : offered.get(caller.name);
  },
  be(name, token) {
    sessionStorage.setItem(`${settings.storage}:as`, name);
    if (name === OWN) sessionStorage.setItem(`${settings.storage}:token`, token);
  },
};

const [form, standing, choice, box] = ["sign-in", "standing", "offered", "token"].map((id) => document.getElementById(id));

function say(text, refused = false) {
  standing.textContent = text;
  standing.classList.toggle("refused", refused);
}

function showCaller() {
  choice.parentElement.hidden = offered.size === 0;
  choice.value = caller.name;
  box.parentElement.hidden = caller.name !== OWN;
  box.value = caller.name === OWN ? caller.token : "";
  say(caller.token ? "" : "Requests go without a token");
}

function listenForCaller(changed) {
  const be = (name, token) => {
    caller.be(name, token);
    showCaller();
    changed();
  };
  for (const name of offered.keys()) choice.append(new Option(name, name));
  choice.append(new Option("another token…", OWN));
  choice.addEventListener("change", () => {
    be(choice.value, box.value);
    if (choice.value === OWN) box.focus();
  });
  box.addEventListener("change", () => be(OWN, box.value.trim().replace(/^Bearer\s+/i, "")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    box.blur();
  });
  form.hidden = false;
  showCaller();
}

// ------------------------------------------------------------------------------------------------------- the requests

// Headers of the header editor win over the bar's token. What comes back is shown as it came where it is JSON.
async function ask(params, { headers: written = {} } = {}) {
  const headers = new Headers({
    Accept: "application/graphql-response+json, application/json;q=0.9",
    "Content-Type": "application/json",
  });
  if (settings.asksToken && caller.token) headers.set("Authorization", `Bearer ${caller.token}`);
  for (const [name, value] of Object.entries(written)) headers.set(name, value);

  let response, text;
  try {
    response = await fetch(settings.endpoint, { method: "POST", headers, body: JSON.stringify(explaining.asking(params)) });
    text = await response.text();
  } catch {
    return failure(`No answer from ${new URL(settings.endpoint, location.href)}. Is the server still running?`);
  }
  if (response.status === 401) say(caller.token ? "Token not accepted" : "A token is needed", true);
  else if (standing.classList.contains("refused")) say("");
  try {
    return explaining.told(params, JSON.parse(text));
  } catch {
    return failure(`The answer is not JSON: ${response.status} ${response.statusText}`, { text: text.slice(0, 2000) });
  }
}

function failure(message, extensions) {
  return { errors: [{ message, extensions }] };
}

// --------------------------------------------------------------------------------------------------- what is remembered

// Other consoles of the same host and port (there are many GraphiQLs on localhost) keep their tabs, and we ours.
const storage = {
  name: (key) => `${settings.storage}:${key}`,
  keys: () => Object.keys(localStorage).filter((key) => key.startsWith(storage.name(""))),
  getItem: (key) => localStorage.getItem(storage.name(key)),
  setItem: (key, value) => localStorage.setItem(storage.name(key), value),
  removeItem: (key) => localStorage.removeItem(storage.name(key)),
  clear: () => storage.keys().forEach((key) => localStorage.removeItem(key)),
  get length() { return storage.keys().length; },
};

// --------------------------------------------------------------------------------------------------------- the examples

const examples = { title: "Examples", icon: ExamplesIcon, content: Examples };

function ExamplesIcon() {
  return createElement("svg", { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5 },
    createElement("path", { d: "M5 4h10l4 4v12H5zM15 4v4h4M9 12h6M9 16h6" }));
}

function Examples() {
  const { tabs, addTab, changeTab, queryEditor, variableEditor, headerEditor } =
    GraphiQL.React.useEditorContext({ nonNull: true });
  const open = ({ query, variables, headers }) => {
    const index = tabs.findIndex((tab) => tab.query === query);
    if (index >= 0) return changeTab(index);
    addTab();
    // A new tab empties the editors when React renders it, which is after this event.
    setTimeout(() => {
      variableEditor?.setValue(variables ?? "");
      headerEditor?.setValue(headers ?? "");
      queryEditor?.setValue(query);
    });
  };
  return createElement("section", { "aria-label": "Examples" },
    createElement("div", { className: "graphiql-doc-explorer-title" }, "Examples"),
    createElement("ul", { className: "examples" }, settings.tabs.map((tab) =>
      createElement("li", { key: tab.name },
        createElement("button", { type: "button", onClick: () => open(tab) }, tab.name)))));
}

// ------------------------------------------------------------------------------------------------------------- the page

const explorer = GraphiQLPluginExplorer.explorerPlugin();
const plugins = settings.tabs.length ? [examples, explorer] : [explorer];

function Page() {
  // A fetcher of another identity makes GraphiQL read the schema anew: another token may see another one.
  const [fetcher, setFetcher] = useState(() => ask);
  useEffect(() => {
    if (settings.asksToken) listenForCaller(() => setFetcher(() => (...call) => ask(...call)));
  }, []);
  return createElement(GraphiQL, {
    fetcher,
    storage,
    plugins,
    defaultTabs: settings.tabs.length ? settings.tabs : undefined,
    defaultEditorToolsVisibility: settings.tabs.some((tab) => tab.variables) ? "variables" : undefined,
    shouldPersistHeaders: false,
  },
  createElement(GraphiQL.Toolbar, null, ({ prettify, copy, merge }) =>
    createElement(React.Fragment, null, prettify, merge, copy, createElement(explaining.Button))),
  createElement(GraphiQL.Footer, null, createElement(explaining.Explanation)));
}

ReactDOM.createRoot(root).render(createElement(Page));
