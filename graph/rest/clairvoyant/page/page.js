// Sends each form to the API and shows what it answers. Texts are set as texts: nothing of an answer becomes markup.
"use strict";

const header = document.body.dataset.header;

function credentials() {
  const token = document.getElementById("token").value.trim();
  if (!token) return {};
  const bearer = document.getElementById("way").value === "bearer";
  return bearer ? { Authorization: `Bearer ${token}` } : { [header]: token };
}

function shown(answer) {
  const output = answer.output;
  const lines = [`${answer.status} ${answer.http_response_code}`];
  if (answer.airflow_cmd) lines.push(`$ ${answer.airflow_cmd}`);
  if (answer.warning) lines.push(`Warning: ${answer.warning}`);
  if (typeof output === "string") lines.push(output);
  else if (output) lines.push(output.stdout + output.stderr);
  return lines.join("\n");
}

async function run(form) {
  const place = form.nextElementSibling;
  const button = form.querySelector("button");
  const body = new FormData(form);
  button.disabled = true;
  let failed = true;
  try {
    // Also what was left empty would be sent: of a form with a file, that a name is there counts already.
    for (const [name, value] of [...body]) if (value === "") body.delete(name);
    const sent = "posted" in form.dataset ? body : new URLSearchParams(body);
    const answer = await fetch(`api?api=${form.dataset.api}`, {
      method: "POST", body: sent, headers: credentials(), credentials: "same-origin",
    });
    const told = await answer.json();
    failed = !answer.ok || Boolean(told.output && told.output.stderr);
    place.textContent = shown(told);
  } catch (error) {
    place.textContent = String(error);
  }
  place.className = failed ? "failed" : "";
  place.hidden = false;
  button.disabled = false;
}

document.getElementById("who").addEventListener("submit", (event) => event.preventDefault());
for (const form of document.querySelectorAll("form[data-api]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
}
