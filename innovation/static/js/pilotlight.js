// What makes pages better where there is script; every page works without it.
import "./requests.js";
import "./dialogs.js";
import "./menus.js";
import "./themes.js";
import "./toasts.js";
import "./forms.js";
import "./drafts.js";
import "./tables.js";
import "./tabs.js";
import "./keys.js";
import "./waiting.js";
import "./search.js";
import "./printing.js";
