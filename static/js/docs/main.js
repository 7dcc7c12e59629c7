// @ts-check
// Swagger UI over the server's own description, from files that the server has.
fetch("openapi.json")
  .then((answer) => answer.json())
  .then((spec) => {
    // below this page's folder, wherever a proxy has put it
    const servers = [{ url: new URL(".", location.href).href.slice(0, -1) }];
    const swagger = /** @type {any} */ (globalThis).SwaggerUIBundle;
    swagger({ spec: { ...spec, servers }, dom_id: "#swagger" });
  });
