// The style sheet of everything in this room, for a view's shadow root.
import controlsCss from "./controls.css";
import frameCss from "./frame.css";
import virtualListCss from "./virtual-list.css";

export const uiCss = frameCss + controlsCss + virtualListCss;
