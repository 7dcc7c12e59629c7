addEventListener(
  "error",
  ({ target }) => target.type === "module" && document.documentElement.classList.add("no-start"),
  true,
);
if (!HTMLScriptElement.supports || !HTMLScriptElement.supports("importmap"))
  document.documentElement.classList.add("no-start");
