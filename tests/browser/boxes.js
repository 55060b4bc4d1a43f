// What is wrong with the boxes of the widget on the page: a list of sentences, empty where all is well.
// Evaluated in the gallery's page. Boxes are compared, not pixels, so that fonts and machines may differ.
(() => {
  const host = document.querySelector(".flyte-widgets");
  const root = host.shadowRoot;
  const frame = root.querySelector(".fw");
  const frameBox = frame.getBoundingClientRect();
  const SLACK_PX = 1; // rounding to the pixel grid
  const wrong = new Set();

  const nameOf = (el) => {
    const text = (el.getAttribute("aria-label") || el.textContent || "").trim().slice(0, 40);
    return `<${el.localName}.${[...el.classList].join(".")}> "${text}"`;
  };
  const parentOf = (el) => el.assignedSlot || el.parentElement;
  const ancestors = function* (el) {
    for (let at = el; at; at = parentOf(at)) yield at;
  };
  const seen = (el) =>
    el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !el.closest(".fw-unseen");
  const meet = (a, b) => ({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
  const isEmpty = (box) => box.right - box.left <= 0.5 || box.bottom - box.top <= 0.5;
  const inside = (box, outer, slack = SLACK_PX) =>
    box.left >= outer.left - slack &&
    box.right <= outer.right + slack &&
    box.top >= outer.top - slack &&
    box.bottom <= outer.bottom + slack;

  /** The nearest elements that cut what is in `el`, the frame last. */
  const clips = (el) =>
    [...ancestors(el)].filter((at) => {
      const style = getComputedStyle(at);
      return at === frame || style.overflowX !== "visible" || style.overflowY !== "visible";
    });

  /** A text may be cut where this is said: by an ellipsis, with the whole in a title; or where it can be scrolled to. */
  const mayCut = (clip, box, clipBox, el) => {
    const style = getComputedStyle(clip);
    const scrolls = (axis) => /auto|scroll/.test(axis);
    const wide = box.left < clipBox.left - SLACK_PX || box.right > clipBox.right + SLACK_PX;
    const high = box.top < clipBox.top - SLACK_PX || box.bottom > clipBox.bottom + SLACK_PX;
    // Parts that find no room wrap out of sight as a whole; the title has them.
    if (style.flexWrap === "wrap" && clip.hasAttribute("title") && box.top >= clipBox.bottom - SLACK_PX) return true;
    const clamped = style.webkitLineClamp !== "none";
    // A row of the timeline has a tooltip of its own, with the whole name.
    const titled = [...ancestors(el)].some(
      (at) => at.hasAttribute("title") || at.role === "row" || at.querySelector(":scope > title"),
    );
    if (wide && !scrolls(style.overflowX) && !(style.textOverflow === "ellipsis" && titled)) return false;
    return !(high && !scrolls(style.overflowY) && !(clamped && titled));
  };

  // In forced colours the browser lays the canvas' colour under each text, but where it may adjust nothing.
  const probe = Object.assign(document.createElement("i"), { style: "color: Canvas" });
  frame.append(probe);
  const canvas = matchMedia("(forced-colors: active)").matches ? getComputedStyle(probe).color : null;
  probe.remove();

  const texts = [];
  const walker = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const el = node.parentElement;
    if (!node.data.trim() || ["STYLE", "TITLE", "title", "desc"].includes(el.nodeName) || !seen(el)) continue;
    const sizePx = Number.parseFloat(getComputedStyle(el).fontSize) * (el.getScreenCTM?.()?.a ?? 1);
    if (sizePx < 10 - 0.01) wrong.add(`text of ${sizePx} px: ${nameOf(el)}`);
    const { color, forcedColorAdjust } = getComputedStyle(el);
    if (color === canvas && forcedColorAdjust !== "none") wrong.add(`text in its ground's colour: ${nameOf(el)}`);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      let box = rect;
      let cut = false;
      for (const clip of clips(el)) {
        const clipBox = clip.getBoundingClientRect();
        if (!inside(box, clipBox) && !cut) {
          cut = true;
          const { clientHeight, clientWidth } = clip;
          const out = `${Math.round(box.right - clipBox.right)} right, ${Math.round(box.bottom - clipBox.bottom)} below`;
          if (!mayCut(clip, box, clipBox, el))
            wrong.add(`text cut by ${nameOf(clip)} (${clientWidth} × ${clientHeight}; ${out}): ${nameOf(el)}`);
        }
        box = meet(box, clipBox);
      }
      if (!isEmpty(box)) texts.push({ el, box });
    }
  }

  /** What lies over the rest, with a ground of its own: texts and targets below it are meant to be covered. */
  const layer = (el) => el.closest(".fw-popup, .fw-tl-tip, .fw-keys");

  // A line's box may reach a little into the next line's, its letters do not.
  const OVER_X_PX = 1.5;
  const OVER_Y_PX = 3;
  for (const [i, a] of texts.entries()) {
    for (const b of texts.slice(i + 1)) {
      if (a.el === b.el || layer(a.el) !== layer(b.el)) continue;
      const { left, right, top, bottom } = meet(a.box, b.box);
      if (right - left > OVER_X_PX && bottom - top > OVER_Y_PX)
        wrong.add(`texts overlap: ${nameOf(a.el)} and ${nameOf(b.el)}`);
    }
  }

  for (const el of frame.querySelectorAll("*")) {
    if (!seen(el) || el.closest("defs, clipPath, marker, symbol")) continue;
    const box = el.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const clipped = clips(parentOf(el)).some((clip) => clip !== frame);
    if (!clipped && !inside(box, frameBox)) wrong.add(`sticks out of the frame: ${nameOf(el)}`);
  }

  // Targets as WCAG 2.5.8 has them: 24 px, or so far from the next that a circle of 24 px around each is free.
  // Rows of the treegrid are 22 px high by design (docs/look.md), 28 for a coarse pointer.
  const TARGET_PX = 24;
  const grown = (el) => {
    const box = el.getBoundingClientRect();
    const after = getComputedStyle(el, "::after");
    const by = (side) =>
      after.content !== "none" && after.position === "absolute" ? Math.max(0, -Number.parseFloat(after[side]) || 0) : 0;
    return {
      left: box.left - by("left"),
      right: box.right + by("right"),
      top: box.top - by("top"),
      bottom: box.bottom + by("bottom"),
    };
  };
  const targets = [...frame.querySelectorAll("button, a[href], input, select, summary, [role=button], [role=tab]")]
    .filter((el) => seen(el))
    .map((el) => el.closest("label") ?? el) // a click on the label is one on its field
    .map((el) => ({ el, box: grown(el) }))
    .map(({ el, box }) => ({
      el,
      box,
      x: (box.left + box.right) / 2,
      y: (box.top + box.bottom) / 2,
      small: box.right - box.left < TARGET_PX - 0.5 || box.bottom - box.top < TARGET_PX - 0.5,
    }));
  for (const a of targets.filter((target) => target.small)) {
    for (const b of targets) {
      if (a.el === b.el || a.el.contains(b.el) || b.el.contains(a.el) || layer(a.el) !== layer(b.el)) continue;
      const dx = Math.max(b.box.left - a.x, 0, a.x - b.box.right);
      const dy = Math.max(b.box.top - a.y, 0, a.y - b.box.bottom);
      const near = b.small
        ? Math.hypot(a.x - b.x, a.y - b.y) < TARGET_PX - 0.5
        : Math.hypot(dx, dy) < TARGET_PX / 2 - 0.5;
      const size = `${Math.round(a.box.right - a.box.left)} × ${Math.round(a.box.bottom - a.box.top)}`;
      if (near) wrong.add(`target of ${size} px too near ${nameOf(b.el)}: ${nameOf(a.el)}`);
    }
  }
  return [...wrong];
})();
