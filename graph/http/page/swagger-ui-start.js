// Starts Swagger UI on our document, with nothing of it from anywhere else.
"use strict";

const root = document.getElementById("swagger-ui");
const settings = JSON.parse(root.dataset.settings);
const absolute = (path) => new URL(path, location.href).href;

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

async function start() {
  const answer = await fetch(absolute(settings.document));
  if (!answer.ok) throw new Error(`The document could not be read: ${answer.status} ${answer.statusText}`);
  const spec = await answer.json();
  // The API is where this page is, whatever prefix a proxy adds.
  spec.servers = [{ url: absolute(settings.api).replace(/\/$/, "") }];
  root.textContent = "";
  SwaggerUIBundle({
    spec,
    domNode: root,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayOperationId: true,
    displayRequestDuration: true,
    filter: true,
    // The badge of a validator elsewhere.
    validatorUrl: null,
  });
}

start().catch((error) => {
  root.textContent = error.message;
});
