"""Evidence in, documents out: a page for people, JUnit for machines, a few lines for terminals.

Reports read `xport.evidence.Evidence` and nothing else: no recording, model or browser is
needed, and the same evidence gives the same bytes.
"""

from reports.html import html_report
from reports.junit import junit_xml
from reports.summary import summary_lines, worst_errors_markdown

__all__ = ["html_report", "junit_xml", "summary_lines", "worst_errors_markdown"]
