"""Evidence in, documents out: a page for people, JUnit for machines, a few lines for terminals.

Reports read `xport.judgement.evidence.Evidence` and nothing else: no recording, model or browser is
needed, and the same evidence gives the same bytes.

- `evaluation`: the evaluation for people: every table and figure on one HTML page without network
  or script.
- `junit`: JUnit XML of suites and cases, in which nothing is ever skipped.
- `page`: what all pages have in common: templates, style and filters, and text that is never
  obeyed.
- `releases`: a target's releases: lines for a terminal, and a page with the trend of their figures.
- `site`: what a bundle makes of a hospital's images, as a page without pictures.
- `svg`: drawings as SVG elements: escaped by construction, small, and the same bytes every time.
- `words`: numbers in words, the same way in every report; what is not a number says so.
"""

from reports.release.html import html_report
from reports.release.junit import junit_xml
from reports.release.summary import summary_lines, worst_errors_markdown

__all__ = ["html_report", "junit_xml", "summary_lines", "worst_errors_markdown"]
