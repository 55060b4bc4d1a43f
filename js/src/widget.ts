import "./store";
import "./ui";
import "./format";
import "./dom";
