// Entities by name, alias or ticker: what starts with the words first, then what contains them, then what is spelt alike.

import { data, degree } from "./data.js";

export const fold = (text) =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "");

const LONGEST = 200; // characters of a name that are searched

const index = data.nodes.map((node) => ({
  id: node.id,
  terms: [node.name, ...(node.aliases ?? []), ...(node.tickers ?? [])].map((term, k) => {
    const text = fold(term.slice(0, LONGEST));
    return { term, text, words: text.split(/[\s\-/(),.&]+/).filter(Boolean), isName: k === 0 };
  }),
}));

// Returns [{id, term, score}], best first.
export function search(query, most = 12) {
  const text = fold(query.trim());
  if (!text) return [];
  let found = index.map((entry) => best(entry, (term) => literal(term, text))).filter(Boolean);
  if (found.length < 3 && text.length > 2) {
    const known = new Set(found.map((hit) => hit.id));
    const alike = index.map((entry) => (known.has(entry.id) ? null : best(entry, (term) => fuzzy(term, text))));
    found = found.concat(alike.filter(Boolean));
  }
  found.sort((a, b) => b.score - a.score || degree.get(b.id) - degree.get(a.id) || (a.id < b.id ? -1 : 1));
  return found.slice(0, most);
}

function best(entry, score) {
  let top = null;
  for (const term of entry.terms) {
    const value = score(term) + (term.isName ? 0.5 : 0);
    if (value >= 1 && (!top || value > top.score)) top = { id: entry.id, term: term.term, score: value };
  }
  return top;
}

function literal(term, text) {
  if (term.text === text) return 9;
  if (term.text.startsWith(text)) return 7;
  if (term.words.some((word) => word.startsWith(text))) return 6;
  const words = text.split(/\s+/);
  if (words.length > 1 && words.every((word) => term.words.some((own) => own.startsWith(word)))) return 5;
  return term.text.includes(text) ? 4 : 0;
}

function fuzzy(term, text) {
  const most = text.length < 4 ? 1 : text.length < 8 ? 1 : 2;
  if (distance(term.text.slice(0, text.length + 1), text, most) <= most) return 3;
  if (term.words.some((word) => distance(word.slice(0, text.length + 1), text, most) <= most)) return 2.5;
  return text.length > 3 && initials(term) === text ? 2 : 0;
}

const initials = (term) => term.words.map((word) => word[0]).join("");

// Edits between the text and the start of the word, swaps counting one; more than `most` is `most + 1`.
function distance(word, text, most) {
  if (Math.abs(word.length - text.length) > most + 1) return most + 1;
  let [before, row] = [null, Array.from({ length: word.length + 1 }, (_, k) => k)];
  for (let i = 1; i <= text.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= word.length; j += 1) {
      const same = text[i - 1] === word[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same);
      if (before && i > 1 && j > 1 && text[i - 1] === word[j - 2] && text[i - 2] === word[j - 1]) {
        next[j] = Math.min(next[j], before[j - 2] + 1);
      }
    }
    [before, row] = [row, next];
  }
  return Math.min(...row.slice(-2)); // the word may go on
}
