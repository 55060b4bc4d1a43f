// Makes a state's words fit their place, which depends on the font, its weight, and what stands beside them: short words
// first, smaller ones where that is not enough. Nothing gets under 10 px: what is still too long is cut.
import { setAttribute, setText } from "../../ui/dom";

/** A text in full, and as short as may be. */
export type Pair = readonly [string, string];

export interface Words {
  button: HTMLElement;
  label: HTMLElement;
  second: HTMLElement;
  amount: HTMLElement;
  labels: Pair;
  seconds: Pair;
  amounts: Pair;
  /** For what the choice was made. */
  fitted: string;
}

const SIZES = ["11px", "10px"] as const;

/** Not by `scrollWidth`, a whole number: half a pixel too much ends in an ellipsis, too. */
function isCut(element: HTMLElement): boolean {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect().width > element.getBoundingClientRect().width + 0.01;
}

/** Write the words as they were chosen to be, and choose anew where another length or class asks for it. */
export function fitWords(words: Words): void {
  const { button, label, second, amount, labels, seconds, amounts } = words;
  const chosen = button.dataset;
  const write = () => {
    setText(label, labels[chosen.label ? 1 : 0]);
    setText(second, seconds[chosen.second ? 1 : 0]);
    setText(amount, amounts[chosen.amount ? 1 : 0]);
  };
  write();
  const now = [button.className, labels[0], amounts[0].length, seconds[0].length].join(" ");
  // What is not laid out, as in a tab behind another, measures nothing.
  if (words.fitted === now || label.clientWidth === 0) return;
  words.fitted = now;
  delete chosen.label;
  delete chosen.second;
  delete chosen.amount;
  label.style.fontSize = second.style.fontSize = "";
  write();
  if (isCut(label)) chosen.label = "short";
  write();
  if (isCut(label) || isCut(second)) chosen.second = "short";
  write();
  if (isCut(label) || isCut(second)) chosen.amount = "short";
  write();
  for (const size of SIZES) {
    if (isCut(label)) label.style.fontSize = size;
    if (isCut(second)) second.style.fontSize = size;
  }
  setAttribute(label, "title", isCut(label) || chosen.label ? labels[0] : null);
}
