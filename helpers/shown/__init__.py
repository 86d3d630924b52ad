"""Results as data become words and formulas, for the terminal, JupyterLab and the page."""
