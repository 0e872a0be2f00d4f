"""Evidence in, documents out: a page for people, JUnit for machines, a few lines for terminals.

Reports read `xport.judgement.evidence.Evidence` and nothing else: no recording, model or browser is
needed, and the same evidence gives the same bytes.
"""

from reports.release.html import html_report
from reports.release.junit import junit_xml
from reports.release.summary import summary_lines, worst_errors_markdown

__all__ = ["html_report", "junit_xml", "summary_lines", "worst_errors_markdown"]
