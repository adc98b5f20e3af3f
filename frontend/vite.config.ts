import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PurgeCSS } from "purgecss";
import { defineConfig, type Plugin } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const source = resolve(here, "../src/linli");
const out = resolve(source, "core/static/dist");

/** Keeps only the rules whose names occur in a template, in Python or in a script. */
function purge(): Plugin {
  return {
    name: "linli-purge",
    apply: "build",
    async closeBundle() {
      const path = join(out, "app.css");
      const css = readFileSync(path, "utf8");
      const [kept] = await new PurgeCSS().purge({
        content: [
          // Values of attributes that Django writes, not a template.
          { raw: "checkbox radio file date time month number search tel password textarea true multiple", extension: "html" },
          `${source}/**/*.html`, `${source}/**/*.py`, `${here}/src/**/*.ts`,
        ],
        css: [{ raw: css }],
        safelist: { standard: [/^htmx-/, "dialog", "fieldset", "legend"], greedy: [/:has/, /:is/, /:where/] },
        keyframes: true,
        variables: true,
      });
      writeFileSync(path, kept.css);
    },
  };
}

/** app.js carries a version in its address; a chunk that imported it back would load it twice. */
function noImportOfEntry(): Plugin {
  return {
    name: "linli-no-import-of-entry",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync(out)) {
        if (name !== "app.js" && name.endsWith(".js") && /["']\.\/app\.js["']/.test(readFileSync(join(out, name), "utf8")))
          throw new Error(`${name} imports app.js: move what they share into a chunk of its own`);
      }
    },
  };
}

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [purge(), noImportOfEntry()],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: ["chrome87", "safari14", "firefox90"],
    cssTarget: ["chrome99", "safari15.4", "firefox97"],
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      onLog(level, log, pass) {
        // htmx holds an eval for hx-on; allowEval=false and the content policy both keep it from running.
        if (log.code !== "EVAL" || !log.id?.includes("htmx")) pass(level, log);
      },
      input: { app: resolve(here, "src/app.ts") },
      output: {
        codeSplitting: { groups: [{ name: "shared", test: /src\/page\.ts$|preload-helper|rolldown[\\/:]runtime/ }] },
        entryFileNames: "[name].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: (asset) => (asset.names?.includes("app.css") ? "app.css" : "[name]-[hash][extname]"),
      },
    },
  },
});
