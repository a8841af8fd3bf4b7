// The button that asks for an explanation with each query, and the explanation below the answer.
"use strict";

const explaining = (() => {
  const { createElement, useSyncExternalStore } = React;
  const BAR = 16;

  let state = { on: false, told: null };
  const listeners = new Set();
  const listen = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const useExplaining = () => useSyncExternalStore(listen, () => state);
  const become = (changed) => {
    state = { ...state, ...changed };
    for (const listener of listeners) listener();
  };

  // GraphiQL's own question for the schema is nobody's concern.
  const concerns = (params) => params.operationName !== "IntrospectionQuery";

  // What is shown below the answer is left out of it.
  function told(params, answer) {
    if (!concerns(params)) return answer;
    const { extensions, ...rest } = answer;
    const { explain, ...others } = extensions ?? {};
    become({ told: explain ?? null });
    return Object.keys(others).length ? { ...rest, extensions: others } : rest;
  }

  const asking = (params) =>
    state.on && concerns(params) ? { ...params, extensions: { ...params.extensions, explain: true } } : params;

  function Button() {
    const { on } = useExplaining();
    return createElement(GraphiQL.React.ToolbarButton, {
      label: on ? "Explain no more" : "Explain: statements, rows and times of each query",
      className: "explain",
      "aria-pressed": on,
      onClick: () => become({ on: !on, told: null }),
    }, createElement("svg", { className: "graphiql-toolbar-icon", viewBox: "0 0 24 24", fill: "none",
      stroke: "currentColor", strokeWidth: 1.5, "aria-hidden": true },
      createElement("path", { d: "M4 20V4M4 20H20M8 8H18M8 12H14M8 16H11" })));
  }

  const amount = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  const time = (milliseconds) => `${milliseconds.toFixed(milliseconds < 10 ? 2 : 1)} ms`;

  function Explanation() {
    const { on, told } = useExplaining();
    if (!on) return null;
    return createElement("section", { className: "explanation", "aria-label": "Explanation" },
      !told ? createElement("p", null, "The next query is explained here.")
        : told.refused ? createElement("p", null, told.refused)
          : [createElement(Sum, { key: "sum", told }), createElement(Statements, { key: "statements", told })]);
  }

  function Sum({ told: { statements, rows, milliseconds } }) {
    const { total, ...parts } = milliseconds;
    return createElement("p", null,
      createElement("strong", null, time(total)), ` = `,
      Object.entries(parts).map(([part, spent]) => `${time(spent)} ${part}`).join(" + "),
      ` · ${amount(statements.length, "statement")} · ${amount(rows, "row")}`);
  }

  const tables = (sql) =>
    [...new Set([...sql.matchAll(/\b(?:FROM|JOIN)\s+(?:LATERAL\s+)?([\w."`]+)(?!\s*[\w."`]*\()/g)].map((found) => found[1]))]
      .join(", ");

  // Bars are text, so that the table can be copied.
  function Statements({ told: { statements } }) {
    const longest = Math.max(...statements.map((one) => one.milliseconds));
    return createElement("table", null, createElement("tbody", null, statements.map((one, at) =>
      createElement("tr", { key: at },
        createElement("td", { className: "time" }, time(one.milliseconds)),
        createElement("td", { className: "share" }, "█".repeat(Math.ceil(BAR * one.milliseconds / longest)) || "▏"),
        createElement("td", { className: "time" }, amount(one.rows, "row")),
        createElement("td", { className: "sql" }, createElement("details", null,
          createElement("summary", null, createElement("b", null, tables(one.sql)), ` ${one.sql.replace(/\s+/g, " ")}`),
          createElement("pre", null, one.sql)))))));
  }

  return { asking, told, Button, Explanation };
})();
