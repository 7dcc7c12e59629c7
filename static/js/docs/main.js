// @ts-check
// Swagger UI over the server's own description, from files that the server has.
/** @type {any} */ (globalThis).SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger" });
