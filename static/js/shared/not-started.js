const noStart = () => document.documentElement.classList.add("no-start");
addEventListener("error", ({ target }) => target instanceof HTMLScriptElement && noStart(), true);
if (!HTMLScriptElement.supports?.("importmap")) noStart();
