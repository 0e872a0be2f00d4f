"""Finding, launching and certainly ending a browser.

- `browsers`: finds a Chromium and decides how to launch it, so that WebGL is what was asked for.
- `processes`: the browser's processes: finding exactly ours, their memory, and their certain end.
- `settings`: how to run models in a browser.
"""
