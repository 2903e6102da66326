// Builds what the server sends: the scripts and the fonts of the documents, into built/.
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, "built");
rmSync(built, { recursive: true, force: true });
mkdirSync(join(built, "fonts"), { recursive: true });

await build({
  absWorkingDir: here,
  entryPoints: ["src/vigie-chat.ts", "src/ecrit.ts", "src/page.ts", "src/formation.ts"],
  outdir: built,
  bundle: true,
  minify: true,
  format: "iife", // a classic script: document.currentScript tells where Vigie is
  target: "es2022",
  charset: "utf8",
  loader: { ".css": "text" }, // becomes a constructed style sheet: no inline style, a strict CSP lets it pass
  legalComments: "none",
});

// Typst reads TTF; the package sorts its fonts by weight.
const fonts = join(here, "node_modules/@expo-google-fonts/atkinson-hyperlegible");
for (const file of readdirSync(fonts, { recursive: true })) {
  if (file.endsWith(".ttf")) cpSync(join(fonts, file), join(built, "fonts", file.split(/[\\/]/).pop()));
}
