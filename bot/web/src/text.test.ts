import assert from "node:assert/strict";
import { test } from "node:test";
import { blocks, pieces, without } from "./text.ts";

const links = (line: string) => pieces(line).filter((piece) => piece.href).map((piece) => piece.href);

test("a text becomes paragraphs and lists in their order", () => {
  const found = blocks("Avant :\n- un\n- deux\nAprès.\n\n1. premier\n2. second\n\nFin.");
  assert.deepEqual(found.map((block) => block.kind), ["paragraph", "bullets", "paragraph", "numbers", "paragraph"]);
});

test("a list that goes on after another number keeps its first number", () => {
  const [list] = blocks("3. trois\n4. quatre");
  assert.deepEqual(list?.kind === "numbers" && [list.start, list.items.length], [3, 2]);
});

test("numbers that one calls are links", () => {
  assert.deepEqual(links("Danger immédiat : le 17, ou le 114 par SMS. Ensuite le 119."), ["tel:17", "tel:114", "tel:119"]);
  assert.deepEqual(links("le 17 (police), 15 (Samu), 18 (pompiers), 112"), ["tel:17", "tel:15", "tel:18", "tel:112"]);
  assert.deepEqual(links("Appelez le 17 maintenant. Danger immédiat, 17 ou 112."), ["tel:17", "tel:17", "tel:112"]);
  assert.deepEqual(links("116 000 et 116 006, le 3018, 3919"), ["tel:116000", "tel:116006", "tel:3018", "tel:3919"]);
  assert.deepEqual(links("Téléphone : 01 43 93 10 35"), ["tel:0143931035"]);
});

test("ages, dates, shares and articles of law are not", () => {
  for (const line of [
    "de 15 à 17 ans", "avant 18 ans", "le 15 novembre 2021", "le 18 mars 2024", "15 % des filles", "article 225-12-1",
    "moins de 15 ans : 20 ans", "L. 112-3", "N° 2024-233", "117 structures", "au 18 et 24 ans", "119 personnes", "le 17 h", "14 métiers, 17 institutions",
  ]) assert.deepEqual(links(line), [], line);
});

test("addresses are links, without the full stop that ends the sentence", () => {
  assert.deepEqual(links("Voir https://www.allo119.gouv.fr/signaler?x=1."), ["https://www.allo119.gouv.fr/signaler?x=1"]);
  assert.deepEqual(links("Écrire à crip@seinesaintdenis.fr."), ["mailto:crip@seinesaintdenis.fr"]);
});

test("nothing but http, mail and telephone is ever a link", () => {
  assert.deepEqual(links("javascript:alert(1) data:text/html,x ftp://x"), []);
});

test("nothing of the text is lost", () => {
  for (const line of ["Le 17, le 119 et 01 43 93 10 35 : https://a.fr/b, fin.", "", "sans lien"]) {
    assert.equal(pieces(line).map((piece) => piece.text).join(""), line);
  }
});

test("paragraphs shown apart are left out", () => {
  assert.equal(without("Un.\n\nSource : X\n\nDeux.", ["Source : X", undefined]), "Un.\n\nDeux.");
});
