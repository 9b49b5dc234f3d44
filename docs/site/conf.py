"""How the documents become a site: bin/site. Every link is checked, and nothing is loaded from elsewhere."""

project = "forklift"
author = "the maintainers of forklift"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "changelog.d/README.md",
    "docs/**",
    "examples/**",
]
exclude_patterns = ["docs/site/**"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "forklift"
html_show_sphinx = False
